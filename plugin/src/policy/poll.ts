// The policy in force: asked for with If-None-Match, and the last good one kept whatever the control plane answers, also
// over a restart where there is a store.
import { parsePolicy, type Policy } from '#contract';
import { boundedText } from '../bounded-text.ts';
import type { PolicyStore, StoredPolicy } from './store.ts';

const MAX_POLICY_BYTES = 8 * 1024 * 1024;
/** Nobody waits longer than this for the first answer. */
const FIRST_ANSWER_MS = 2000;

export interface PolicyInForce {
  readonly policy: Policy;
  /** Entity tag of the control plane, or "default" before the first answer. */
  readonly version: string;
}

/** Used until the control plane has answered once; only the floor of the settings limits it. */
export const DEFAULT_POLICY: PolicyInForce = { policy: { version: 1 }, version: 'default' };

export interface PollerOptions {
  readonly url: string;
  readonly token: string;
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** Throws where a policy is of the right form but cannot be used here; it is not taken then. */
  readonly accept: (inForce: PolicyInForce) => void;
  /** Says what went wrong, once per kind of fault; never holds the policy's content. */
  readonly warn: (text: string) => void;
  /** Called with each policy that is taken. */
  readonly changed?: (inForce: PolicyInForce) => void;
  readonly store?: PolicyStore | undefined;
  readonly fetch?: typeof fetch;
  readonly random?: () => number;
}

export class PolicyPoller {
  readonly #options: PollerOptions;
  #inForce = DEFAULT_POLICY;
  #etag: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastFault = '';
  #first: Promise<void> | undefined;

  /** Takes up the stored policy, where there is one that can still be used. */
  constructor(options: PollerOptions) {
    this.#options = options;
    const stored = options.store?.load();
    if (stored && this.#take(stored) !== '') options.warn('the policy kept on disk cannot be used: asking for it anew');
  }

  current(): PolicyInForce {
    return this.#inForce;
  }

  /**
   * Undefined when a policy was taken or nobody asked yet; else resolves with the first answer, soon in any case. Runs
   * wait for it, lest the first ones after a start be kept under no policy at all.
   */
  get firstAnswer(): Promise<void> | undefined {
    return this.#inForce === DEFAULT_POLICY ? this.#first : undefined;
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
    try {
      const fault = await this.#ask();
      if (fault !== '' && fault !== this.#lastFault) this.#options.warn(`policy not taken: ${fault}; the last good one stays`);
      this.#lastFault = fault;
    } catch (thrown) {
      const fault = thrown instanceof Error ? thrown.name : 'unreachable';
      if (fault !== this.#lastFault) this.#options.warn(`control plane not reached for policies (${fault}); the last good one stays`);
      this.#lastFault = fault;
    }
  }

  async #ask(): Promise<string> {
    const { url, token, timeoutMs } = this.#options;
    const headers: Record<string, string> = { authorization: `Bearer ${token}`, accept: 'application/json' };
    if (this.#etag !== undefined) headers['if-none-match'] = this.#etag;
    const ask = this.#options.fetch ?? fetch;
    const answer = await ask(`${url}/v1/policies`, { headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    if (answer.status !== 200) {
      await answer.body?.cancel();
      return answer.status === 304 ? '' : `HTTP ${answer.status}`;
    }
    const text = await boundedText(answer, MAX_POLICY_BYTES);
    if (text === undefined) return 'too large';
    const stored = { etag: answer.headers.get('etag') ?? undefined, text };
    const fault = this.#take(stored);
    if (fault === '') await this.#keep(stored);
    return fault;
  }

  /** Empty when the policy is in force now, else what is wrong with it. */
  #take({ etag, text }: StoredPolicy): string {
    if (text.length > MAX_POLICY_BYTES) return 'too large';
    let parsed: ReturnType<typeof parsePolicy>;
    try {
      parsed = parsePolicy(JSON.parse(text));
    } catch {
      return 'no JSON';
    }
    if (!parsed.ok) return parsed.faults.map(({ path, expected }) => `${path || '(root)'}: expected ${expected}`).join('; ');
    const fresh = { policy: parsed.value, version: (etag ?? 'unversioned').replace(/^W\/|"/g, '').slice(0, 64) };
    try {
      this.#options.accept(fresh);
    } catch {
      return 'a rule of it cannot be used (see `clew policy validate`)';
    }
    this.#etag = etag;
    this.#inForce = fresh;
    this.#options.changed?.(fresh);
    return '';
  }

  /** A disk that fails costs the next start its policy, not this one. */
  async #keep(stored: StoredPolicy): Promise<void> {
    try {
      await this.#options.store?.save(stored);
    } catch (thrown) {
      this.#options.warn(`policy not kept on disk (${(thrown as { code?: string }).code ?? 'unknown'}): a restart asks for it anew`);
    }
  }
}
