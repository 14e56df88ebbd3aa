import type { Scope } from '../kernel/index.ts';
import type { AgedVectors, HeldVectors, OutsideTally, Purgeable } from './ports.ts';

/** The store and the vectors beside it as one: both age alike, and holds keep both. */
export function withOutsideVectors(store: Purgeable, outside: AgedVectors, { holds, tally }: OutsideParts): Purgeable {
  return {
    scopes: () => store.scopes(),
    purgeTexts: (scope, beforeMs, limit) => store.purgeTexts(scope, beforeMs, limit),
    purgeRequests: (scope, beforeMs, limit) => store.purgeRequests(scope, beforeMs, limit),
    purgeVault: (scope, beforeMs, limit) => store.purgeVault(scope, beforeMs, limit),
    purgeRuns: (scope, beforeMs, limit) => store.purgeRuns(scope, beforeMs, limit),
    purgeBeside: (scope, name, beforeMs, limit) => store.purgeBeside(scope, name, beforeMs, limit),
    room: () => store.room(),
    settle: (isStopped) => store.settle(isStopped),
    tell: (scope, seen) => store.tell(scope, seen),
    async purgeVectors(scope, beforeMs, limit) {
      const gone = await purgeOutside(scope, beforeMs, limit);
      // The greater of the two: fewer than `limit` then means that neither has any left. What is away goes first, so that
      // where it cannot be reached nothing is counted that the next pass counts again.
      return Math.max(gone, await store.purgeVectors(scope, beforeMs, limit));
    },
  };

  async function purgeOutside(scope: Scope, beforeMs: number, limit: number): Promise<number> {
    const begun = tally.begun(scope);
    // By a process that died, or could not reach them. What it did not get to is due still, unless it is held by now.
    if (begun.length > 0) tally.end(scope, begun.length - (await outside.standing(scope, begun)));
    const { isAll, ...spared } = await holds.held(scope);
    const due = isAll ? [] : await outside.aged(scope, beforeMs, limit, spared);
    if (due.length === 0) return 0;
    tally.begin(scope, due);
    await outside.removeThese(scope, due);
    tally.end(scope, due.length);
    return due.length;
  }
}

export interface OutsideParts {
  readonly holds: HeldVectors;
  readonly tally: OutsideTally;
}
