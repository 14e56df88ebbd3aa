/** Token buckets by key: how often something may happen, with room for a burst. Held in memory, bounded. */
export interface Buckets {
  /** Takes from the bucket of the key: 0 where there was enough, else milliseconds until there is. */
  take(key: string, cost?: number): number;
  /** What `take` would answer, without taking. */
  wait(key: string, cost?: number): number;
}

export interface BucketOptions {
  readonly perSecond: number;
  /** What a bucket that was left alone holds. */
  readonly burst: number;
  /** Monotonic or wall clock, milliseconds. */
  readonly nowMs: () => number;
  /** Beyond so many keys the one that was used longest ago is forgotten, and so full again. */
  readonly maxKeys?: number;
}

const MAX_KEYS = 10_000;

export function createBuckets({ perSecond, burst, nowMs, maxKeys = MAX_KEYS }: BucketOptions): Buckets {
  /** Oldest use first. */
  const buckets = new Map<string, { readonly level: number; readonly atMs: number }>();
  const levelOf = (key: string, atMs: number): number => {
    const before = buckets.get(key);
    return before ? Math.min(burst, before.level + (Math.max(0, atMs - before.atMs) / 1000) * perSecond) : burst;
  };
  const missing = (level: number, cost: number): number => (level >= cost ? 0 : Math.ceil(((cost - level) / perSecond) * 1000));
  return {
    take(key, cost = 1) {
      const atMs = nowMs();
      const level = levelOf(key, atMs);
      const waitMs = missing(level, cost);
      buckets.delete(key);
      buckets.set(key, { level: waitMs === 0 ? level - cost : level, atMs });
      const oldest = buckets.size > maxKeys ? buckets.keys().next().value : undefined;
      if (oldest !== undefined) buckets.delete(oldest);
      return waitMs;
    },
    wait: (key, cost = 1) => missing(levelOf(key, nowMs()), cost),
  };
}
