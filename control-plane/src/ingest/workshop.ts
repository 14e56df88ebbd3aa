// What the pipeline works with: its parts, and what the policy decides of the processing.
import type { Price, Sample } from '#contract';
import type { Redactor } from '#redact';
import type { Clock, Logger, Scope } from '../kernel/index.ts';
import type { Identifier, UnkeptAccount } from '../identity/index.ts';
import type { Vault } from '../vault/index.ts';
import type { JournalKeys } from './journal-keys.ts';
import type { IngestMeter, Journal, Stage, TurnSink, Vectors } from './ports.ts';
import type { Processor } from './processor.ts';

/** What the policy decides of the processing; replaced as a whole when the policy changes. */
export interface Workshop {
  readonly processor: Processor;
  readonly redactor: Redactor;
  /** Whether the policy wants the request's texts embedded; absent: always. */
  readonly embeds?: ((scope: Scope, sample: Sample) => boolean) | undefined;
  readonly prices: readonly Price[];
}

export interface PipelineParts {
  readonly journal: Journal;
  readonly keys: JournalKeys;
  readonly sink: TurnSink;
  /** Where vectors live outside the store; absent when the sink keeps them itself. */
  readonly vectors?: Vectors | undefined;
  readonly workshop: () => Workshop;
  /** Judges and signs what runs were composed of; absent: nothing is proven of them. */
  readonly identifier?: Identifier | undefined;
  /** Told of numbered runs that are buried; absent: they will look left out. */
  readonly unkept?: UnkeptAccount | undefined;
  /** Keeps original values; absent: they are dropped. */
  readonly vault?: Pick<Vault, 'deposit'> | undefined;
  /** Key of hashed identifiers. */
  readonly key: Uint8Array;
  readonly meter: IngestMeter;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Told after each commit. */
  readonly committed: () => void;
}

/** Does the work of a stage, and tells how long it took for how many items. */
export type Timed = <T>(stage: Stage, items: number, work: () => Promise<T>) => Promise<T>;

export const timedBy =
  (meter: IngestMeter): Timed =>
  async (stage, items, work) => {
    const started = performance.now();
    try {
      return await work();
    } finally {
      meter.stage(stage, (performance.now() - started) / 1000, items);
    }
  };

/** Throws where a stage answered fewer items than it was given. */
export function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error('A stage answered fewer items than it was given');
  return item;
}
