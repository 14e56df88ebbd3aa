import type { AgedVectors, Purgeable } from './ports.ts';

/** The store and the vectors beside it as one: both age alike. */
export function withOutsideVectors(store: Purgeable, outside: AgedVectors): Purgeable {
  return {
    scopes: () => store.scopes(),
    purgeTexts: (scope, beforeMs, limit) => store.purgeTexts(scope, beforeMs, limit),
    purgeRequests: (scope, beforeMs, limit) => store.purgeRequests(scope, beforeMs, limit),
    purgeVault: (scope, beforeMs, limit) => store.purgeVault(scope, beforeMs, limit),
    purgeRuns: (scope, beforeMs, limit) => store.purgeRuns(scope, beforeMs, limit),
    // The greater of the two: fewer than `limit` then means that neither has any left.
    async purgeVectors(scope, beforeMs, limit) {
      const inside = await store.purgeVectors(scope, beforeMs, limit);
      return Math.max(inside, await outside.removeBefore(scope, beforeMs, limit));
    },
  };
}
