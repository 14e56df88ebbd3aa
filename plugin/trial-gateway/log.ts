/** What happened, never what was said: names, numbers and codes only. */
export type GatewayLog = (event: string, details?: Readonly<Record<string, string | number | boolean>>) => void;

/** Writes one JSON line per event to stderr. */
export const logToStderr: GatewayLog = (event, details) => {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), part: 'trial-gateway', event, ...details })}\n`);
};

export const logNothing: GatewayLog = () => undefined;
