import { type AnswerCopy, applyDecision, offerOutcome, offerRequest, readDecision } from './companion.ts';
import type { Exchange, GatewayAnswer } from './exchange.ts';
import type { GatewayLog } from './log.ts';
import { callPdk, PdkError, type Phase } from './pdk.ts';
import type { PluginClient, PluginEntry } from './protocol/plugin-client.ts';
import { RpcError } from './protocol/rpc-pool.ts';
import type { GatewayStats } from './stats.ts';

/**
 * - `continue`: go on; `copyAnswer` says whether somebody will read the answer
 * - `error`: a PDK call raised, so Kong would answer 500
 */
export type AccessEnd = { readonly kind: 'continue'; readonly copyAnswer: boolean } | { readonly kind: 'error' };

/** As access-guard.lua answers. */
const UNSEEN: GatewayAnswer = {
  status: 503,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: Buffer.from('{"message":"Observation of this route is required and not available; try again"}'),
};

export interface PluginPhasesOptions {
  readonly client: PluginClient;
  readonly phases: readonly string[];
  readonly timeoutMs: number;
  readonly stats: GatewayStats;
  readonly log: GatewayLog;
}

/** Runs the plugin's phases on an exchange. Whatever is wrong with the plugin server, the request goes on. */
export class PluginPhases {
  readonly #options: PluginPhasesOptions;
  #entry: PluginEntry;

  constructor(options: PluginPhasesOptions, entry: PluginEntry) {
    this.#options = options;
    this.#entry = entry;
  }

  get entry(): PluginEntry {
    return this.#entry;
  }

  /** Takes effect with the next phase; the instance with the old settings is closed then. */
  useEntry(entry: PluginEntry): void {
    this.#entry = entry;
  }

  async access(exchange: Exchange): Promise<AccessEnd> {
    offerRequest(exchange);
    for (const phase of ['rewrite', 'access'] as const) {
      if ((await this.#run(exchange, phase)) === 'raised') return { kind: 'error' };
      if (exchange.exit !== undefined) break;
    }
    if (exchange.route.isGuarded && readDecision(exchange) === undefined) exchange.exit ??= UNSEEN;
    return { kind: 'continue', copyAnswer: applyDecision(exchange) };
  }

  async log(exchange: Exchange, copy: AnswerCopy | undefined): Promise<void> {
    offerOutcome(exchange, copy);
    await this.#run(exchange, 'log');
    this.#options.stats.logPhases += 1;
  }

  async #run(exchange: Exchange, phase: Phase): Promise<'done' | 'raised'> {
    const { client, phases, timeoutMs, stats, log } = this.#options;
    if (!phases.includes(phase)) return 'done';
    const host = { call: (method: string, args: readonly unknown[]) => callPdk(exchange, phase, method, args) };
    try {
      await client.handleEvent(this.#entry, phase, host, timeoutMs);
      return 'done';
    } catch (error) {
      if (error instanceof RpcError) {
        stats.failedOpen[error.code] += 1;
        log('plugin_passed_over', { phase, reason: error.code, request: exchange.id });
        return 'done';
      }
      stats.pdkErrors += 1;
      log('pdk_error', { phase, request: exchange.id, error: error instanceof PdkError ? error.message : 'unexpected' });
      return 'raised';
    }
  }
}
