// What a control plane decides and a gateway obeys: asked for with If-None-Match, and the last good state kept whatever the
// control plane answers, also over a restart where there is a store.
import { POLICY_SIGNATURE_HEADER } from '#contract';
import { boundedText } from '../bounded-text.ts';
import type { PolicyStore, StoredPolicy } from './store.ts';

/** Nobody waits longer than this for the first answer. */
const FIRST_ANSWER_MS = 2000;

/** How the control plane is asked, whatever for. */
export interface PollingOptions {
  readonly url: string;
  readonly token: string;
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** Says what went wrong, once per kind of fault; never holds the content. */
  readonly warn: (text: string) => void;
  readonly store?: PolicyStore | undefined;
  readonly fetch?: typeof fetch;
  readonly random?: () => number;
}

interface PolledOptions extends PollingOptions {
  /** As /v1/policies. */
  readonly path: string;
  readonly maxBytes: number;
  /** What it is, for people: one and many of it. */
  readonly name: readonly [one: string, many: string];
  /** Puts it into force; empty when it is, else what is wrong with it. Must not throw. */
  readonly take: (stored: StoredPolicy) => string;
}

export class Polled {
  readonly #options: PolledOptions;
  #isTaken = false;
  #etag: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastFault = '';
  #first: Promise<void> | undefined;

  /** Takes up what is stored, where that can still be used. */
  constructor(options: PolledOptions) {
    this.#options = options;
    const stored = options.store?.load();
    if (stored && this.#take(stored) !== '') options.warn(`the ${options.name[0]} kept on disk cannot be used: asking for it anew`);
  }

  /** Undefined when something was taken or nobody asked yet; else resolves with the first answer, soon in any case. */
  get firstAnswer(): Promise<void> | undefined {
    return this.#isTaken ? undefined : this.#first;
  }

  /** Asks now and from then on; the timer keeps no process alive. */
  start(): void {
    if (this.#timer) return;
    const random = this.#options.random ?? Math.random;
    // Spread, so that a fleet of gateways does not ask in step.
    const wait = this.#options.everyMs * (0.9 + 0.2 * random());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.start();
    }, wait);
    this.#timer.unref();
    const answer = this.poll();
    this.#first ??= Promise.race([answer, new Promise<void>((resolve) => setTimeout(resolve, FIRST_ANSWER_MS).unref())]);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** One question; never rejects. */
  async poll(): Promise<void> {
    const [one, many] = this.#options.name;
    try {
      const fault = await this.#ask();
      if (fault !== '' && fault !== this.#lastFault) this.#options.warn(`${one} not taken: ${fault}; the last good one stays`);
      this.#lastFault = fault;
    } catch (thrown) {
      const fault = thrown instanceof Error ? thrown.name : 'unreachable';
      if (fault !== this.#lastFault) this.#options.warn(`control plane not reached for ${many} (${fault}); the last good one stays`);
      this.#lastFault = fault;
    }
  }

  async #ask(): Promise<string> {
    const { url, path, token, timeoutMs, maxBytes } = this.#options;
    const headers: Record<string, string> = { authorization: `Bearer ${token}`, accept: 'application/json' };
    if (this.#etag !== undefined) headers['if-none-match'] = this.#etag;
    const ask = this.#options.fetch ?? fetch;
    const answer = await ask(`${url}${path}`, { headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    if (answer.status !== 200) {
      await answer.body?.cancel();
      return answer.status === 304 ? '' : `HTTP ${answer.status}`;
    }
    const text = await boundedText(answer, maxBytes);
    if (text === undefined) return 'too large';
    const { headers: given } = answer;
    const stored = { etag: given.get('etag') ?? undefined, text, signature: given.get(POLICY_SIGNATURE_HEADER) ?? undefined };
    const fault = this.#take(stored);
    if (fault === '') await this.#keep(stored);
    return fault;
  }

  #take(stored: StoredPolicy): string {
    if (stored.text.length > this.#options.maxBytes) return 'too large';
    const fault = this.#options.take(stored);
    if (fault !== '') return fault;
    this.#etag = stored.etag;
    this.#isTaken = true;
    return '';
  }

  /** A disk that fails costs the next start what was kept, not this one. */
  async #keep(stored: StoredPolicy): Promise<void> {
    try {
      await this.#options.store?.save(stored);
    } catch (thrown) {
      const { code = 'unknown' } = thrown as { code?: string };
      this.#options.warn(`${this.#options.name[0]} not kept on disk (${code}): a restart asks for it anew`);
    }
  }
}
