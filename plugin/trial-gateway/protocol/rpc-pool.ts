import net from 'node:net';
import { decode } from '@msgpack/msgpack';
import { encodeLikeKong } from './encode.ts';
import { FrameSplitter } from './frame-splitter.ts';
import type { LuaValue } from './lua-value.ts';

/**
 * - `unreachable`: nobody listens on the socket
 * - `closed`: the connection broke before the reply came
 * - `timeout`: no reply in time
 * - `remote`: the server answered with an error
 */
export type RpcErrorCode = 'unreachable' | 'closed' | 'timeout' | 'remote';

/** Failure of one call to the plugin server. The message never holds arguments or results. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: RpcErrorCode;
  constructor(code: RpcErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

interface Waiter {
  readonly msgid: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface RpcPoolOptions {
  readonly socketPath: string;
  /** Idle connections kept for reuse. */
  readonly maxIdle?: number;
  /** Sees each message as it goes over the wire, for recording in tests. */
  readonly onFrame?: (direction: 'out' | 'in', frame: Uint8Array) => void;
}

const DEFAULT_MAX_IDLE = 64;

/**
 * Calls to the plugin server as Kong makes them: one request in flight per connection, any idle connection for any
 * call (the last one used first), message ids from one counter for all connections.
 */
export class RpcPool {
  readonly #options: RpcPoolOptions;
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();
  #lastMsgid = 0;
  #closed = false;

  constructor(options: RpcPoolOptions) {
    this.#options = options;
  }

  /** Open connections, busy or idle. */
  get connections(): number {
    return this.#all.size;
  }

  /** One call. Rejects with {@link RpcError}; a call that timed out takes its connection with it. */
  async call(method: string, args: readonly LuaValue[], timeoutMs: number): Promise<unknown> {
    if (this.#closed) throw new RpcError('unreachable', 'The pool of connections to the plugin server is closed');
    const connection = this.#take();
    const msgid = ++this.#lastMsgid;
    const frame = encodeLikeKong([0, msgid, `plugin.${method}`, args]);
    this.#options.onFrame?.('out', frame);
    try {
      return await connection.exchange(msgid, frame, timeoutMs);
    } finally {
      this.#release(connection);
    }
  }

  close(): void {
    this.#closed = true;
    this.#idle.length = 0;
    for (const connection of this.#all) connection.destroy('The gateway closed the connection');
  }

  #take(): Connection {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    const connection = new Connection(this.#options, () => {
      this.#all.delete(connection);
      const at = this.#idle.indexOf(connection);
      if (at !== -1) this.#idle.splice(at, 1);
    });
    this.#all.add(connection);
    return connection;
  }

  #release(connection: Connection): void {
    if (this.#closed || !connection.isUsable) return;
    if (this.#idle.length < (this.#options.maxIdle ?? DEFAULT_MAX_IDLE)) this.#idle.push(connection);
    else connection.destroy('More idle connections than are kept');
  }
}

class Connection {
  readonly #socket: net.Socket;
  readonly #splitter = new FrameSplitter();
  readonly #onFrame: RpcPoolOptions['onFrame'];
  #waiter: Waiter | undefined;
  #isConnected = false;

  constructor(options: RpcPoolOptions, onClose: () => void) {
    this.#onFrame = options.onFrame;
    this.#socket = net.connect(options.socketPath);
    this.#socket.once('connect', () => (this.#isConnected = true));
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    // 'close' always follows and settles the waiter; without this listener the error would end the process.
    this.#socket.on('error', () => undefined);
    this.#socket.once('close', () => {
      onClose();
      this.#fail(
        this.#isConnected
          ? new RpcError('closed', 'The plugin server closed the connection before it answered')
          : new RpcError('unreachable', 'No plugin server listens on its socket'),
      );
    });
  }

  get isUsable(): boolean {
    return !this.#socket.destroyed && this.#waiter === undefined;
  }

  async exchange(msgid: number, frame: Uint8Array, timeoutMs: number): Promise<unknown> {
    const timer = setTimeout(() => {
      this.#fail(new RpcError('timeout', `The plugin server did not answer within ${timeoutMs} ms`));
      this.#socket.destroy();
    }, timeoutMs);
    try {
      return await new Promise<unknown>((resolve, reject) => {
        this.#waiter = { msgid, resolve, reject };
        this.#socket.write(frame);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  destroy(reason: string): void {
    this.#fail(new RpcError('closed', reason));
    this.#socket.destroy();
  }

  #fail(error: RpcError): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.reject(error);
  }

  #receive(chunk: Buffer): void {
    try {
      for (const frame of this.#splitter.push(chunk)) {
        this.#onFrame?.('in', frame);
        this.#settle(decode(frame));
      }
    } catch {
      this.destroy('The plugin server sent bytes that are no reply');
    }
  }

  /** Notifications ([2, label, args]) and replies to calls that were given up are passed over. */
  #settle(message: unknown): void {
    if (!Array.isArray(message) || message[0] !== 1) return;
    const [, msgid, error, result] = message as unknown[];
    const waiter = this.#waiter;
    if (waiter?.msgid !== msgid || waiter === undefined) return;
    this.#waiter = undefined;
    if (error === null || error === undefined) waiter.resolve(result);
    else waiter.reject(new RpcError('remote', typeof error === 'string' ? error : 'The plugin server answered with an error'));
  }
}
