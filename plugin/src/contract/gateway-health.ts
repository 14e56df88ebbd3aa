// What a gateway tells of itself beside its samples, in one header of POST /v1/samples: what it did since it last told,
// and what waits. The header is optional; names that the receiver does not know are for it to pass over.

/** JSON of `GatewayHealth`, ASCII. A gateway with nothing to send posts an empty list with it. */
export const GATEWAY_HEALTH_HEADER = 'x-clew-gateway-health';

export interface GatewayHealth {
  readonly v: 1;
  /** Host name of the gateway. */
  readonly instance: string;
  /** What happened since the last report that was taken, by name. */
  readonly counts: Readonly<Record<string, number>>;
  /** What was not observed, kept or delivered since then, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** What there is at this moment, by name. */
  readonly now: Readonly<Record<string, number>>;
}

const MAX_LENGTH = 8192;
const MAX_NAMES = 64;

/** The header's value for a report; undefined where it would be longer than a header may be. */
export function formatGatewayHealth(report: GatewayHealth): string | undefined {
  const text = JSON.stringify({ ...report, instance: report.instance.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 128) });
  return text.length <= MAX_LENGTH ? text : undefined;
}

/** Undefined for anything that is no such report: the sender wrote it. Names and figures in it are of harmless shape. */
export function parseGatewayHealth(text: string | undefined): GatewayHealth | undefined {
  if (text === undefined || text.length > MAX_LENGTH) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value['v'] !== 1) return undefined;
  const { instance } = value;
  return {
    v: 1,
    instance: typeof instance === 'string' && /^[A-Za-z0-9._-]{1,128}$/.test(instance) ? instance : 'unknown',
    counts: figures(value['counts']),
    dropped: figures(value['dropped']),
    now: figures(value['now']),
  };
}

function figures(value: unknown): Record<string, number> {
  if (!isRecord(value)) return {};
  const good = Object.entries(value).filter(
    (entry): entry is [string, number] => /^[a-z][a-z_]{0,39}$/.test(entry[0]) && Number.isSafeInteger(entry[1]) && Number(entry[1]) >= 0,
  );
  return Object.fromEntries(good.slice(0, MAX_NAMES));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
