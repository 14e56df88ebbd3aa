// Keeps account of runs that came in and are not kept, so that their numbers are not taken for runs that were left out.
import type { Sample } from '#contract';
import type { Scope } from '../kernel/index.ts';
import type { Identifier } from './identify.ts';
import type { UnkeptReason, UnkeptRuns } from './ports.ts';

export interface UnkeptAccount {
  /** Samples without a number are passed over. Durable when it resolves; the same sample twice counts once. */
  note(scope: Scope, samples: readonly Sample[], reason: UnkeptReason): Promise<void>;
}

export function createUnkeptAccount(store: UnkeptRuns, identifier: Pick<Identifier, 'numberOf'>): UnkeptAccount {
  return {
    async note(scope, samples, reason) {
      const runs = samples.flatMap((sample) => {
        const number = identifier.numberOf(scope, sample);
        return number === undefined ? [] : [{ ...number, reason }];
      });
      if (runs.length > 0) await store.note(scope, runs);
    },
  };
}
