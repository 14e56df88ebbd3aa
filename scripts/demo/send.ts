// One request on its way, whoever carries it: the gateway now, or the plugin with its clock set back.
import { steadyFetch } from './steady.ts';

export interface Outgoing {
  readonly route: string;
  /** Below the route. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** As the gateway names the run; undefined where the plugin did not see it. */
  readonly runId: string | undefined;
}

export type Send = (request: Outgoing) => Promise<Answered>;

/** Sends through the gateway, as any client does. */
export function throughGateway(url: string): Send {
  return async (request) => {
    const { headers: given, body } = request;
    const init = { method: 'POST', headers: given, body };
    const response = await steadyFetch(`${url}/${request.route}${request.path}`, init, { isRepeatable: false });
    const headers = Object.fromEntries(response.headers);
    return { status: response.status, headers, body: await response.text(), runId: headers['x-clew-run-id'] };
  };
}
