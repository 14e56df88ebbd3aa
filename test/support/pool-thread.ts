// A thread as those that read texts, whose models say which thread read a text, and fail where the text says so.
import { setTimeout as pause } from 'node:timers/promises';
import { threadId, workerData } from 'node:worker_threads';
import type { ModelKind } from '../../control-plane/src/adapters/onnx/pool-protocol.ts';
import { servePool } from '../../control-plane/src/adapters/onnx/pool-server.ts';

export interface ReadBy {
  readonly text: string;
  readonly kind: ModelKind;
  readonly thread: number;
  /** What the thread is there for. */
  readonly duty: ModelKind | undefined;
  /** Of the texts that the thread has read. */
  readonly nth: number;
}

const { duties, unopened = [] } = workerData as { readonly duties: readonly ModelKind[]; readonly unopened?: readonly ModelKind[] };

let read = 0;

servePool(
  duties.map((kind, at) => [
    kind,
    () =>
      unopened.includes(kind) && (at > 0 || duties.length === 1)
        ? Promise.reject(new Error(`no model of ${kind}`))
        : Promise.resolve(async (text: string): Promise<ReadBy> => {
            if (text === 'ends') process.exit(3);
            if (text === 'fails') throw new Error('the model failed');
            await pause(5);
            return { text, kind, thread: threadId, duty: duties[0], nth: ++read };
          }),
  ]),
);
