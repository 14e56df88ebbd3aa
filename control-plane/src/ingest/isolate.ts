export interface Failure<T> {
  readonly item: T;
  readonly error: unknown;
}

interface Isolated<T, R> {
  readonly done: readonly R[];
  readonly failed: readonly Failure<T>[];
}

/** Works on a batch; where that fails, on each item alone, so that one bad item costs no other. Order is kept. */
export async function isolate<T, R>(batch: readonly T[], work: (batch: readonly T[]) => Promise<readonly R[]>): Promise<Isolated<T, R>> {
  if (batch.length === 0) return { done: [], failed: [] };
  try {
    return { done: await work(batch), failed: [] };
  } catch (error) {
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) return { done: [], failed: [{ item: only, error }] };
  }
  const done: R[] = [];
  const failed: Failure<T>[] = [];
  for (const item of batch) {
    const result = await isolate([item], work);
    done.push(...result.done);
    failed.push(...result.failed);
  }
  return { done, failed };
}
