// The main thread's end of a model worker: calls go in, answers come out in order, a dead worker fails its open calls
// and is started again at the next one.
import { Worker } from 'node:worker_threads';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerClient<Call, Answer> {
  readonly #file: URL;
  readonly #settings: unknown;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #next = 0;
  #closed = false;

  constructor(file: URL, settings: unknown) {
    this.#file = file;
    this.#settings = settings;
  }

  /** Rejects when the worker fails or the client is closed; the caller decides whether to try again. */
  call(input: Call): Promise<Answer> {
    if (this.#closed) return Promise.reject(new Error('The model worker is closed'));
    const worker = (this.#worker ??= this.#start());
    const id = this.#next++;
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      // An open call keeps the process alive; an idle worker does not.
      worker.ref();
      worker.postMessage({ id, input });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
    this.#fail(new Error('The model worker is closed'));
  }

  #start(): Worker {
    const worker = new Worker(this.#file, { workerData: this.#settings, execArgv: ['--disable-warning=ExperimentalWarning'] });
    worker.on('message', (message: { id: number; answer?: unknown; error?: string }) => {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (this.#waiting.size === 0) worker.unref();
      if (message.error === undefined) waiting?.resolve(message.answer);
      else waiting?.reject(new Error(message.error));
    });
    worker.on('error', (error) => this.#lose(worker, error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => this.#lose(worker, new Error(`The model worker ended with code ${code}`)));
    worker.unref();
    return worker;
  }

  #lose(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#fail(error);
  }

  #fail(error: Error): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}
