// Looks at many texts together in a thread of its own: seconds of arithmetic that would hold up requests. The thread lives for
// one call, as calls are rare and what they hold in memory is large.
import { Worker } from 'node:worker_threads';
import type { Partition, Partitioner } from '../../topics/index.ts';

/** Rejects when the thread fails, with the reason but no text. */
export const partitionInThread: Partitioner = (points) =>
  new Promise<Partition>((resolve, reject) => {
    const plain = points.map(({ vector, text }) => ({ vector, text }));
    const worker = new Worker(new URL('./partition.worker.ts', import.meta.url), {
      workerData: plain,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    // A process that ends does not wait for topics.
    worker.unref();
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      reject(new Error(`The thread that looks at topics ended with code ${code} and no answer`));
    });
  });
