/** Bytes of a batch: some twenty requests with text, fifty without, or one very long one. */
const BATCH_BYTES = 48 * 1024;

/**
 * Rows in order, cut where a batch has enough bytes. Models take time by the length of texts and the store by the number
 * of commits, so a batch bounds the one and spares the other.
 */
export function cutBatches<T extends { readonly sealed: Uint8Array }>(rows: readonly T[], batchBytes: number = BATCH_BYTES): T[][] {
  const batches: T[][] = [];
  let bytes = Infinity;
  for (const row of rows) {
    if (bytes + row.sealed.length > batchBytes) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(row);
    bytes += row.sealed.length;
  }
  return batches;
}
