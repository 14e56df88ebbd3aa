// What a request takes in the store, by what the bytes are for.
import { storedBytes } from '../support/stored-bytes.ts';
import { metric, type Metric } from './metric.ts';

export async function byteMetrics({ quick }: { readonly quick: boolean }): Promise<Metric[]> {
  const { all, byClass, requests } = await storedBytes(quick ? 60 : 2_000);
  const note = `of ${requests} requests of 1 KB with answers of 1 KB`;
  return [
    metric('stored bytes a request', 'bytes', 'lower', [all], note),
    ...Object.entries(byClass).map(([name, bytes]) => metric(`stored bytes a request, ${name}`, 'bytes', 'lower', [bytes], note)),
  ];
}
