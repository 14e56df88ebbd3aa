// What Kong loads. Only access and log: defining `response` would buffer every answer and break streaming.
import { readConfig } from './config.ts';
import type { Drops } from './drops.ts';
import { Flow } from './flow.ts';
import type { Kong } from './kong.ts';
import { createLog } from './log.ts';
import { KONG_SCHEMA } from './schema.ts';
import { endOnSignals } from './signals.ts';
import { observerFor } from './start.ts';
import { serveIfStartedFor } from './thread/index.ts';

export const Name = 'clew';
export const Version = '0.1.0';

/**
 * After authentication (key-auth 1250, jwt 1450, openid-connect 1050) and rate limiting (910), so that refused requests
 * are not runs; before the plugins that rewrite the request for a model (ai-request-transformer 777, ai-prompt-decorator
 * 772, ai-proxy 770), so that what is recorded is what the application asked for.
 */
export const Priority = 780;
export const Schema = KONG_SCHEMA;

/** The bundle is CommonJS and knows its own file, which the second thread runs too; the sources are not and do not. */
const BUNDLE = typeof __filename === 'string' ? __filename : undefined;

/** One for each place that Kong has the plugin at. Nothing in it throws: Kong would answer the client with an error. */
export class Plugin {
  readonly #flow: Flow | undefined;
  readonly #drops: Drops | undefined;

  constructor(raw: Readonly<Record<string, unknown>>) {
    const { config, faults } = readConfig(raw);
    const log = createLog(config.logLevel);
    for (const { key, expected, consequence } of faults) log.error(`setting ${key}: expected ${expected}; ${consequence}`);
    if (config.mode === 'off') return;
    endOnSignals();
    const observer = observerFor(config, log, BUNDLE);
    this.#flow = new Flow(config, observer);
    this.#drops = observer.drops;
  }

  async access(kong: Kong): Promise<void> {
    await this.#guard(this.#flow?.access(kong));
  }

  async log(kong: Kong): Promise<void> {
    await this.#guard(this.#flow?.log(kong));
  }

  /** Open, and counted: what failed is the observation, never the request. */
  async #guard(phase: Promise<void> | undefined): Promise<void> {
    try {
      await phase;
    } catch {
      this.#drops?.count('work_failed');
    }
  }
}

serveIfStartedFor();
