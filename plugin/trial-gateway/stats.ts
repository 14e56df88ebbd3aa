import type { RpcErrorCode } from './protocol/rpc-pool.ts';

/** What a gateway counted since its start. */
export interface GatewayStats {
  requests: number;
  /** Answers that the plugin gave itself through an exit. */
  refused: number;
  /** Clients that went away before the end of the answer. */
  aborted: number;
  /** Requests that the provider could not be reached for. */
  upstreamErrors: number;
  /** Phases that went on without the plugin, by what was wrong with it. */
  failedOpen: Record<RpcErrorCode, number>;
  /** Phases that ended in a Lua error: 500 in access, nothing in log. */
  pdkErrors: number;
  logPhases: number;
  pluginServerRestarts: number;
}

export const emptyStats = (): GatewayStats => ({
  requests: 0,
  refused: 0,
  aborted: 0,
  upstreamErrors: 0,
  failedOpen: { unreachable: 0, closed: 0, timeout: 0, remote: 0 },
  pdkErrors: 0,
  logPhases: 0,
  pluginServerRestarts: 0,
});
