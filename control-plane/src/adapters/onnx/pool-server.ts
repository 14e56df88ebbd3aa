// A thread of the pool: reads texts one after the other, so that memory stays bounded by one text. What it is there for comes
// first; it helps with the rest when it has nothing else to do.
import { parentPort } from 'node:worker_threads';
import { takeText, type ModelKind, type PoolCall, type PoolReply } from './pool-protocol.ts';

/** Answers are of a kind that can be posted. */
export type ReadText = (text: string) => Promise<unknown>;

interface Model {
  readonly kind: ModelKind;
  readonly calls: PoolCall[];
  /** Absent: not open yet. */
  read?: ReadText;
  isOpening?: boolean;
  /** It could not be opened, and is another thread's task. */
  isGivenUp?: boolean;
}

interface Taken {
  readonly model: Model & { readonly read: ReadText };
  readonly call: PoolCall;
  readonly index: number;
}

/**
 * @param openers in the order in which their texts are read; the first is opened at once, the others when there is work for them
 *
 * Errors cross as their message only, which names no text of a user: readers throw for models, not for input.
 */
export function servePool(openers: readonly (readonly [kind: ModelKind, open: () => Promise<ReadText>])[]): void {
  const port = parentPort;
  if (!port) throw new Error('Only to be loaded in a worker thread');
  const tell = (reply: PoolReply): void => port.postMessage(reply);
  const models = openers.map(([kind]): Model => ({ kind, calls: [] }));
  const openAt = (at: number): void => {
    const [model, opener] = [models[at], openers[at]];
    if (model === undefined || opener === undefined || model.isOpening === true) return;
    model.isOpening = true;
    const [, open] = opener;
    void open()
      .catch((error: unknown) => {
        // Where it would only help, the thread whose task it is goes on alone, or says itself what is wrong.
        if (at > 0) return undefined;
        return () => Promise.reject(error instanceof Error ? error : new Error(String(error)));
      })
      .then((read) => {
        if (read === undefined) Object.assign(model, { isGivenUp: true }).calls.length = 0;
        else model.read = read;
        return work();
      });
  };

  function takeNext(): Taken | undefined {
    for (const [at, model] of models.entries()) {
      const { calls, read } = model;
      if (read === undefined) {
        if (calls.length > 0) openAt(at);
        continue;
      }
      for (let call = calls[0]; call !== undefined; call = calls[0]) {
        const index = takeText(call);
        if (index !== undefined) return { model: { ...model, read }, call, index };
        calls.shift();
      }
    }
    return undefined;
  }

  let isWorking = false;
  async function work(): Promise<void> {
    if (isWorking) return;
    isWorking = true;
    let done: { readonly id: number; readonly answers: [number, unknown][] } | undefined;
    for (let next = takeNext(); next !== undefined; next = takeNext()) {
      const { call, index, model } = next;
      if (done !== undefined && done.id !== call.id) tell(done);
      if (done?.id !== call.id) done = { id: call.id, answers: [] };
      try {
        done.answers.push([index, await model.read(call.texts[index] ?? '')]);
      } catch (error) {
        tell({ id: call.id, error: error instanceof Error ? error.message : String(error) });
      }
    }
    if (done !== undefined) tell(done);
    isWorking = false;
  }

  port.on('message', (call: PoolCall) => {
    const model = models.find(({ kind }) => kind === call.kind);
    if (model?.isGivenUp !== true) model?.calls.push(call);
    void work();
  });
  openAt(0);
}
