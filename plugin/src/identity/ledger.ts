// What a gateway process says of its runs as a whole, under its key: how many there were, which it lost, and whether it
// ended in order.
import { signEpoch, type DsseEnvelope, type LostRange, type Sample, type SigningKey } from '#contract';
import type { DropReason } from '../drops.ts';
import type { Life } from '../life.ts';
import { LostRanges } from './lost-ranges.ts';

interface LedgerPlace {
  readonly tenant: string;
  readonly environment: string;
  readonly kind: 'kong' | 'trial';
  readonly instance: string;
}

interface LedgerOptions {
  readonly life: Life;
  readonly place: LedgerPlace;
  readonly key: SigningKey;
  /** What was lost before, in an earlier life of the thread. */
  readonly lost?: readonly LostRange[] | undefined;
  /** Called with what is lost from now on, for whoever keeps it for the next life of the thread. */
  readonly told?: ((range: LostRange) => void) | undefined;
}

export class Ledger {
  readonly #options: LedgerOptions;
  readonly #lost: LostRanges;
  #changes = 0;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#lost = new LostRanges(options.lost);
  }

  get epoch(): string {
    return this.#options.life.epoch;
  }

  /** Grows with every change that a new statement would tell. */
  get version(): number {
    return this.#options.life.numbered + this.#options.life.passed + this.#changes;
  }

  /** Runs of these numbers will not arrive. */
  lose(from: number, to: number, reason: DropReason): void {
    if (to < from) return;
    this.note({ from, to, reason });
    this.#options.told?.({ from, to, reason });
  }

  /** The same, told by somebody who keeps it. */
  note(range: LostRange): void {
    this.#lost.add(range);
    this.#changes += 1;
  }

  statement(nowMs: number, state: 'open' | 'closed'): DsseEnvelope {
    const { life, place, key } = this.#options;
    const { tenant, environment, kind, instance } = place;
    const runs = life.numbered;
    const predicate = {
      version: 1 as const,
      tenant,
      environment,
      gateway: { kind, instance, epoch: life.epoch },
      startedAt: new Date(life.startedMs).toISOString(),
      statedAt: new Date(nowMs).toISOString(),
      runs,
      ...(life.passed > 0 ? { passed: life.passed } : {}),
      lost: this.#lost.all.filter(({ to }) => to < runs),
      state,
    };
    return signEpoch(predicate, key);
  }
}

/** The number of a sample that will not arrive, with its epoch; undefined where it has none. */
export function numberOf(line: Uint8Array): { readonly epoch: string; readonly counter: number } | undefined {
  try {
    const { gateway } = JSON.parse(Buffer.from(line).toString('utf8')) as Partial<Sample>;
    return gateway?.epoch === undefined || gateway.counter === undefined ? undefined : { epoch: gateway.epoch, counter: gateway.counter };
  } catch {
    return undefined;
  }
}
