// The main thread's end of the threads that read texts: calls go in, answers come out, a dead thread fails the open calls and
// is started again at the next one.
import { Worker } from 'node:worker_threads';
import { abandon, nothingTaken, type Answers, type ModelKind, type PoolCall, type PoolReply } from './pool-protocol.ts';

/** What a thread does, the first thing first. */
export type Duties = readonly ModelKind[];

interface Waiting {
  readonly answers: unknown[];
  readonly taken: Int32Array;
  left: number;
  readonly resolve: (answers: unknown[]) => void;
  readonly reject: (error: Error) => void;
}

interface Seat {
  readonly duties: Duties;
  worker: Worker | undefined;
}

export class ModelPool {
  readonly #file: URL;
  readonly #settings: object;
  readonly #seats: readonly Seat[];
  readonly #open = new Map<number, Waiting>();
  #next = 0;
  #closed = false;

  /** @param settings what the threads are started with, beside their duties */
  constructor(file: URL, settings: object, duties: readonly Duties[]) {
    this.#file = file;
    this.#settings = settings;
    this.#seats = duties.map((one): Seat => ({ duties: one, worker: undefined }));
  }

  /** In the order of the texts. Rejects when a thread fails or the pool is closed; the caller decides whether to try again. */
  read<K extends ModelKind>(kind: K, texts: readonly string[]): Promise<readonly Answers[K][]> {
    if (this.#closed) return Promise.reject(new Error('The model threads are closed'));
    if (texts.length === 0) return Promise.resolve([]);
    const seats = this.#seats.filter(({ duties }) => duties.includes(kind));
    if (seats.length === 0) return Promise.reject(new Error(`No thread reads texts for ${kind}`));
    const workers = seats.map((seat) => (seat.worker ??= this.#start(seat)));
    const call: PoolCall = { id: this.#next++, kind, texts, taken: nothingTaken() };
    return new Promise((resolve, reject) => {
      const waiting = { answers: new Array<unknown>(texts.length), taken: call.taken, left: texts.length, reject };
      this.#open.set(call.id, { ...waiting, resolve: resolve as (answers: unknown[]) => void });
      for (const worker of workers) {
        // An open call keeps the process alive; an idle thread does not.
        worker.ref();
        worker.postMessage(call);
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#fail(new Error('The model threads are closed'));
    await Promise.all(this.#seats.map(async ({ worker }) => worker?.terminate()));
  }

  #start(seat: Seat): Worker {
    const worker = new Worker(this.#file, {
      workerData: { ...this.#settings, duties: seat.duties },
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    worker.on('message', (reply: PoolReply) => this.#take(reply));
    worker.on('error', (error) => this.#lose(seat, worker, error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => this.#lose(seat, worker, new Error(`A model thread ended with code ${code}`)));
    worker.unref();
    return worker;
  }

  #take(reply: PoolReply): void {
    const waiting = this.#open.get(reply.id);
    if (waiting === undefined) return;
    if ('error' in reply) {
      this.#end(reply.id, waiting);
      waiting.reject(new Error(reply.error));
      return;
    }
    for (const [index, answer] of reply.answers) waiting.answers[index] = answer;
    waiting.left -= reply.answers.length;
    if (waiting.left > 0) return;
    this.#end(reply.id, waiting);
    waiting.resolve(waiting.answers);
  }

  #end(id: number, { taken }: Waiting): void {
    abandon(taken);
    this.#open.delete(id);
    if (this.#open.size === 0) for (const { worker } of this.#seats) worker?.unref();
  }

  /** Nobody knows which texts it had taken: all that is open has to be asked for again. */
  #lose(seat: Seat, worker: Worker, error: Error): void {
    if (seat.worker !== worker) return;
    seat.worker = undefined;
    this.#fail(error);
  }

  #fail(error: Error): void {
    for (const [id, waiting] of [...this.#open]) {
      this.#end(id, waiting);
      waiting.reject(error);
    }
  }
}
