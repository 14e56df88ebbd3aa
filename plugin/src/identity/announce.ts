// Makes the gateway's key known to a control plane before the first signed run gets there. A control plane that is away is
// asked again with the next batch; one that does not want the key is left alone for a while, and runs go out all the same.
import { announceKey } from '#contract';
import { boundedText } from '../bounded-text.ts';
import type { GatewayKey } from './key.ts';

const MAX_ANSWER_BYTES = 64 * 1024;
const ASK_AGAIN_MS = 10 * 60_000;

interface AnnouncerOptions {
  readonly url: string;
  readonly token: string;
  readonly timeoutMs: number;
  readonly key: GatewayKey;
  /** For people who look at the list of keys. */
  readonly name: string;
  readonly warn: (text: string) => void;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
}

export class KeyAnnouncer {
  readonly #options: AnnouncerOptions;
  #isKnown = false;
  #notBefore = 0;
  #said = '';

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /** Resolves when the control plane knows the key or there is no use in waiting for it. Never rejects. */
  async announce(): Promise<void> {
    const now = (this.#options.now ?? Date.now)();
    if (this.#isKnown || now < this.#notBefore) return;
    try {
      await this.#ask(now);
    } catch {
      // Away: whoever sends the batch finds out as well, and waits.
    }
  }

  async #ask(now: number): Promise<void> {
    const { url, token, timeoutMs, key, name, fetch: send = fetch } = this.#options;
    const answer = await send(`${url}/v1/gateway-keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(announceKey(key.key, name, new Date(key.fromMs).toISOString())),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await boundedText(answer, MAX_ANSWER_BYTES);
    if (answer.ok) {
      this.#isKnown = true;
      this.#judge(text ?? '');
      return;
    }
    if (answer.status >= 500 || answer.status === 429) return;
    this.#notBefore = now + ASK_AGAIN_MS;
    this.#say(`the control plane did not take this gateway's signing key (HTTP ${answer.status}): it signs the runs itself`);
  }

  #judge(text: string): void {
    let known: { revokedAt?: unknown; counts?: unknown } = {};
    try {
      known = JSON.parse(text) as typeof known;
    } catch {
      return;
    }
    const id = this.#options.key.key.keyId.slice(0, 16);
    if (typeof known.revokedAt === 'string') this.#say(`signing key ${id} is revoked: give this gateway another one`);
    else if (known.counts === false) this.#say(`signing key ${id} waits for somebody who vouches for it: POST /v1/gateway-keys`);
  }

  #say(text: string): void {
    if (text !== this.#said) this.#options.warn(text);
    this.#said = text;
  }
}
