// The policy in force: asked for with If-None-Match, and the last good one kept whatever the control plane answers.
import { parsePolicy, type Policy } from '#contract';

const MAX_POLICY_BYTES = 8 * 1024 * 1024;

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
  readonly fetch?: typeof fetch;
  readonly random?: () => number;
}

export class PolicyPoller {
  readonly #options: PollerOptions;
  #inForce = DEFAULT_POLICY;
  #etag: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastFault = '';

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  current(): PolicyInForce {
    return this.#inForce;
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
    void this.poll();
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
    const text = await answer.text();
    if (text.length > MAX_POLICY_BYTES) return 'too large';
    const parsed = parsePolicy(JSON.parse(text));
    if (!parsed.ok) return parsed.faults.map(({ path, expected }) => `${path || '(root)'}: expected ${expected}`).join('; ');
    const etag = answer.headers.get('etag') ?? undefined;
    const fresh = { policy: parsed.value, version: (etag ?? 'unversioned').replace(/^W\/|"/g, '').slice(0, 64) };
    try {
      this.#options.accept(fresh);
    } catch {
      return 'a rule of it cannot be used (see `clew policy validate`)';
    }
    this.#etag = etag;
    this.#inForce = fresh;
    return '';
  }
}
