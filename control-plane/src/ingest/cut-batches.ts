/** Bytes of a batch: some twenty requests with text, fifty without, or one very long one. */
const BATCH_BYTES = 48 * 1024;
/** Where the stages stand idle or are about to: what the next one waits for is soon done. */
const SMALL_BATCH_BYTES = 12 * 1024;

/** @param isSteady more waits than was taken, and all stages have work */
export const batchBytes = (isSteady: boolean): number => (isSteady ? BATCH_BYTES : SMALL_BATCH_BYTES);

/**
 * Rows in order, cut where a batch has enough bytes. Models take time by the length of texts and the store by the number
 * of commits, so a batch bounds the one and spares the other.
 */
export function cutBatches<T extends { readonly sealed: Uint8Array }>(rows: readonly T[], mostBytes: number): T[][] {
  const batches: T[][] = [];
  let bytes = Infinity;
  for (const row of rows) {
    if (bytes + row.sealed.length > mostBytes) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(row);
    bytes += row.sealed.length;
  }
  return batches;
}
