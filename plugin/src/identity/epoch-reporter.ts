// Tells the control plane what the gateway says of its runs as a whole: while there is news, now and then without, and once
// more at the end. A statement that does not arrive is made good by the next one; the last one waits on disk where there
// is a place for it, and the next process hands it in.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { DsseEnvelope } from '#contract';
import type { Ledger } from './ledger.ts';

/** An epoch of which nobody hears any more has ended, somehow. */
const ALIVE_MS = 5 * 60_000;
const LAST_TRY_MS = 500;

interface EpochReporterOptions {
  readonly url: string;
  readonly token: string;
  readonly timeoutMs: number;
  /** How often there may be news. */
  readonly everyMs: number;
  readonly ledger: Ledger;
  /** Where closing statements wait that could not be handed in. */
  readonly folder: string | undefined;
  /** Resolves when the key is known there. */
  readonly ready: () => Promise<void>;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
}

export class EpochReporter {
  readonly #options: EpochReporterOptions;
  #toldVersion = -1;
  #toldAt = 0;
  #underWay: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: EpochReporterOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#timer) return;
    this.#timer = setInterval(() => void this.tell(), this.#options.everyMs).unref();
    void this.#handInOld();
  }

  /** Hands in a statement where there is news. Never rejects. */
  async tell(): Promise<void> {
    const now = this.#now();
    const { ledger } = this.#options;
    const isNews = ledger.version !== this.#toldVersion && ledger.version > 0;
    if (this.#underWay || (!isNews && (this.#toldAt === 0 || now - this.#toldAt < ALIVE_MS))) return;
    this.#underWay = this.#say(now).finally(() => (this.#underWay = undefined));
    await this.#underWay;
  }

  async #say(now: number): Promise<void> {
    const { ledger, ready, timeoutMs } = this.#options;
    const { version } = ledger;
    await ready();
    if (!(await this.#post(ledger.statement(now, 'open'), timeoutMs))) return;
    this.#toldVersion = version;
    this.#toldAt = now;
  }

  /** The last statement, in time or to disk. An epoch without a run needs none. Never rejects. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const { ledger, timeoutMs } = this.#options;
    if (ledger.version === 0 && this.#toldAt === 0) return;
    const last = ledger.statement(this.#now(), 'closed');
    if (await this.#post(last, Math.min(timeoutMs, LAST_TRY_MS))) return;
    await this.#keep(last);
  }

  /** True when the control plane has judged it. */
  async #post(envelope: DsseEnvelope, timeoutMs: number): Promise<boolean> {
    const { url, token, fetch: send = fetch } = this.#options;
    try {
      const answer = await send(`${url}/v1/gateway-epochs`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ envelope }),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      await answer.body?.cancel();
      return answer.ok || answer.status === 422;
    } catch {
      return false;
    }
  }

  async #keep(envelope: DsseEnvelope): Promise<void> {
    const { folder, ledger } = this.#options;
    if (folder === undefined) return;
    try {
      await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
      const unfinished = path.join(folder, `.${randomBytes(6).toString('hex')}`);
      await fs.promises.writeFile(unfinished, JSON.stringify(envelope), { mode: 0o600, flush: true });
      await fs.promises.rename(unfinished, path.join(folder, `${ledger.epoch}.epoch`));
    } catch {
      // A disk that fails leaves an epoch whose end nobody knows, which is what happened.
    }
  }

  /** Signed by whoever left them: what was changed on disk is refused by its signature. */
  async #handInOld(): Promise<void> {
    const { folder, ready, timeoutMs } = this.#options;
    if (folder === undefined) return;
    const names = await fs.promises.readdir(folder).catch(() => []);
    await ready();
    for (const name of names.filter((one) => one.endsWith('.epoch'))) {
      const file = path.join(folder, name);
      try {
        const envelope = JSON.parse(await fs.promises.readFile(file, 'utf8')) as DsseEnvelope;
        if (await this.#post(envelope, timeoutMs)) await fs.promises.rm(file, { force: true });
      } catch {
        await fs.promises.rm(file, { force: true });
      }
    }
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}
