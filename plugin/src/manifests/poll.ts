// The manifests in force.
import type { KeyObject } from 'node:crypto';
import { compileManifests, NO_MANIFESTS, openManifestSet, parseManifest, type Manifest, type ManifestSet } from '#contract';
import { Polled, replayFault, type PollingOptions, type StoredPolicy } from '../policy/index.ts';

const MAX_BYTES = 16 * 1024 * 1024;

interface ManifestPollerOptions extends PollingOptions {
  /** Only sets are taken that it signed, and none that is older than the last. */
  readonly key: KeyObject | undefined;
  /** Called with each set that is taken, as the control plane sent it. */
  readonly changed?: ((stored: StoredPolicy) => void) | undefined;
}

export class ManifestPoller {
  readonly #options: ManifestPollerOptions;
  readonly #polled: Polled;
  #inForce: ManifestSet = NO_MANIFESTS;
  #sequence = -1;

  /** Takes up the stored set, where there is one that can still be used. */
  constructor(options: ManifestPollerOptions) {
    this.#options = options;
    this.#polled = new Polled({
      ...options,
      path: '/v1/manifests',
      maxBytes: MAX_BYTES,
      name: ['set of manifests', 'manifests'],
      take: (stored) => this.#take(stored),
    });
  }

  current(): ManifestSet {
    return this.#inForce;
  }

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

  #take(stored: StoredPolicy): string {
    const reading = readManifestSet(stored);
    if (typeof reading === 'string') return reading;
    const { set, signature } = reading;
    const { key } = this.#options;
    if (key) {
      const said = openManifestSet(signature, key);
      if (!said) return 'it is not signed with manifest_key (see `clew manifest sign`)';
      if (said.set !== set.digest) return 'its signature is of another set';
      const { digest } = this.#inForce;
      const fault = replayFault('set', { sequence: said.sequence, digest: set.digest }, { sequence: this.#sequence, digest });
      if (fault !== '') return fault;
      this.#sequence = said.sequence;
    }
    this.#inForce = set;
    this.#options.changed?.(stored);
    return '';
  }
}

interface SetReading {
  readonly set: ManifestSet;
  readonly signature: unknown;
}

/** The set in an answer of the control plane, or what is wrong with it. A set is taken whole: with one left out, what that forbids would pass. */
export function readManifestSet({ text }: StoredPolicy): SetReading | string {
  let body: { items?: unknown; signature?: unknown; set?: unknown } | null;
  try {
    body = JSON.parse(text) as typeof body;
  } catch {
    return 'no JSON';
  }
  const { items, signature, set: named } = body ?? {};
  if (!Array.isArray(items)) return '/items: expected a list';
  const manifests: Manifest[] = [];
  for (const [index, item] of (items as unknown[]).entries()) {
    const parsed = parseManifest((item as { manifest?: unknown } | null)?.manifest);
    if (!parsed.ok) return parsed.faults.map(({ path, expected }) => `/items/${index}${path}: expected ${expected}`).join('; ');
    manifests.push(parsed.value);
  }
  let set: ManifestSet;
  try {
    set = compileManifests(manifests);
  } catch {
    return '/items: expected values with canonical bytes';
  }
  return set.digest === named ? { set, signature } : '/set: expected the digest of what is there';
}
