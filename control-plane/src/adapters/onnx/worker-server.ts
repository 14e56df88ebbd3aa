// The worker's end: answers calls one after the other, so that memory stays bounded by one call.
import { parentPort } from 'node:worker_threads';

/** Errors cross as their message only, which names no text of a user: the handlers throw for models, not for input. */
export function serve(handle: (input: never) => Promise<{ answer: unknown; transfer?: readonly ArrayBuffer[] }>): void {
  const port = parentPort;
  if (!port) throw new Error('Only to be loaded in a worker thread');
  let last: Promise<void> = Promise.resolve();
  port.on('message', ({ id, input }: { id: number; input: never }) => {
    last = last.then(async () => {
      try {
        const { answer, transfer } = await handle(input);
        port.postMessage({ id, answer }, transfer ? [...transfer] : []);
      } catch (error) {
        port.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
      }
    });
  });
}
