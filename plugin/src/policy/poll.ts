// The policy in force.
import type { KeyObject } from 'node:crypto';
import { canonicalDigest, openSignedPolicy, parsePolicy, type Policy } from '#contract';
import { Polled, type PollingOptions } from './polled.ts';
import { replayFault, type Numbered } from './replay.ts';
import type { StoredPolicy } from './store.ts';

const MAX_POLICY_BYTES = 8 * 1024 * 1024;

export interface PolicyInForce {
  readonly policy: Policy;
  /** Entity tag of the control plane, or "default" before the first answer. */
  readonly version: string;
}

/** Used until the control plane has answered once; only the floor of the settings limits it. */
export const DEFAULT_POLICY: PolicyInForce = { policy: { version: 1 }, version: 'default' };

interface PollerOptions extends PollingOptions {
  /** Only policies are taken that it signed, and none that is older than the last. Absent: any. */
  readonly key?: KeyObject | undefined;
  /** Throws where a policy is of the right form but cannot be used here; it is not taken then. */
  readonly accept: (inForce: PolicyInForce) => void;
  /** Called with each policy that is taken. */
  readonly changed?: (inForce: PolicyInForce) => void;
}

export class PolicyPoller {
  readonly #options: PollerOptions;
  readonly #polled: Polled;
  #inForce = DEFAULT_POLICY;
  #last: Numbered = { sequence: -1, digest: '' };

  /** Takes up the stored policy, where there is one that can still be used. */
  constructor(options: PollerOptions) {
    this.#options = options;
    this.#polled = new Polled({
      ...options,
      path: '/v1/policies',
      maxBytes: MAX_POLICY_BYTES,
      name: ['policy', 'policies'],
      take: (stored) => this.#take(stored),
    });
  }

  current(): PolicyInForce {
    return this.#inForce;
  }

  /** Runs wait for it, lest the first ones after a start be kept under no policy at all. See Polled. */
  get firstAnswer(): Promise<void> | undefined {
    return this.#polled.firstAnswer;
  }

  start(): void {
    this.#polled.start();
  }

  stop(): void {
    this.#polled.stop();
  }

  /** One question; never rejects. */
  async poll(): Promise<void> {
    await this.#polled.poll();
  }

  #take({ etag, text, signature }: StoredPolicy): string {
    let parsed: ReturnType<typeof parsePolicy>;
    let digest: string;
    try {
      const given: unknown = JSON.parse(text);
      digest = canonicalDigest(given);
      parsed = parsePolicy(given);
    } catch {
      return 'no JSON';
    }
    const signed = this.#signed(digest, signature);
    if (typeof signed === 'string') return signed;
    if (!parsed.ok) return parsed.faults.map(({ path, expected }) => `${path || '(root)'}: expected ${expected}`).join('; ');
    const fresh = { policy: parsed.value, version: (etag ?? 'unversioned').replace(/^W\/|"/g, '').slice(0, 64) };
    try {
      this.#options.accept(fresh);
    } catch {
      return 'a rule of it cannot be used (see `clew policy validate`)';
    }
    this.#inForce = fresh;
    this.#last = { sequence: signed, digest };
    this.#options.changed?.(fresh);
    return '';
  }

  /** Its number, or why it is not taken. */
  #signed(digest: string, signature: string | undefined): number | string {
    const { key } = this.#options;
    if (!key) return this.#last.sequence;
    const said = openSignedPolicy(signature, key);
    if (!said) return 'it is not signed with policy_key';
    if (said.policy !== digest) return 'its signature is of another policy';
    return replayFault('policy', { sequence: said.sequence, digest }, this.#last) || said.sequence;
  }
}
