import type { AgedVectors, HeldVectors, Purgeable } from './ports.ts';

/** The store and the vectors beside it as one: both age alike, and holds keep both. */
export function withOutsideVectors(store: Purgeable, outside: AgedVectors, holds: HeldVectors): Purgeable {
  return {
    scopes: () => store.scopes(),
    purgeTexts: (scope, beforeMs, limit) => store.purgeTexts(scope, beforeMs, limit),
    purgeRequests: (scope, beforeMs, limit) => store.purgeRequests(scope, beforeMs, limit),
    purgeVault: (scope, beforeMs, limit) => store.purgeVault(scope, beforeMs, limit),
    purgeRuns: (scope, beforeMs, limit) => store.purgeRuns(scope, beforeMs, limit),
    purgeBeside: (scope, name, beforeMs, limit) => store.purgeBeside(scope, name, beforeMs, limit),
    settle: () => store.settle(),
    tell: (scope, seen) => store.tell(scope, seen),
    // The greater of the two: fewer than `limit` then means that neither has any left.
    async purgeVectors(scope, beforeMs, limit) {
      const inside = await store.purgeVectors(scope, beforeMs, limit);
      const { isAll, ...spared } = await holds.held(scope);
      return isAll ? inside : Math.max(inside, await outside.removeBefore(scope, beforeMs, limit, spared));
    },
  };
}
