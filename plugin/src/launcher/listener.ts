// Kong's calls over the socket: [0, id, "plugin.Method", args] in, [1, id, error, result] out. Kong takes any pooled
// connection for each call, so no state belongs to a connection but its unfinished frame.
import fs from 'node:fs';
import net from 'node:net';
import { lifetime } from '../lifetime.ts';
import { FrameError, FrameSplitter } from './frames.ts';
import type { PluginServer } from './kong-pdk.ts';
import { describeException, type LauncherLogger } from './logger.ts';
import { decodeMessage, encodeMessage } from './messages.ts';

const MAX_FRAME_BYTES = 128 * 1024 * 1024;

type Method = (this: PluginServer, ...args: unknown[]) => Promise<unknown>;

/** What Kong may call; everything else of the server object is not part of the protocol. */
const METHODS: ReadonlySet<string> = new Set([
  'GetStatus',
  'GetPluginInfo',
  'StartInstance',
  'InstanceStatus',
  'CloseInstance',
  'HandleEvent',
  'Step',
  'StepError',
  'StepMultiMap',
  'StepService',
  'StepConsumer',
  'StepRoute',
  'StepPlugin',
  'StepCredential',
  'StepMemoryStats',
]);

interface ListenerOptions {
  readonly server: PluginServer;
  readonly socketPath: string;
  readonly logger: LauncherLogger;
}

/** Resolves once the socket accepts connections. A file left behind by an earlier life is replaced. */
export async function listen(options: ListenerOptions): Promise<net.Server> {
  fs.rmSync(options.socketPath, { force: true });
  const listener = net.createServer((socket) => {
    serve(socket, options);
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(options.socketPath, resolve);
  });
  return listener;
}

function serve(socket: net.Socket, { server, logger }: ListenerOptions): void {
  const splitter = new FrameSplitter(MAX_FRAME_BYTES);
  // A peer that goes away is an ordinary event; what it asked for runs to its end.
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    try {
      for (const frame of splitter.push(chunk)) void answer(socket, server, logger, frame);
    } catch (thrown) {
      logger.error(`connection closed: ${thrown instanceof FrameError ? thrown.code : describeException(thrown)}`);
      socket.destroy();
    }
  });
}

async function answer(socket: net.Socket, server: PluginServer, logger: LauncherLogger, frame: Uint8Array): Promise<void> {
  const call = readCall(frame);
  if (!call) {
    logger.error('connection closed: not a call');
    socket.destroy();
    return;
  }
  let error: string | null = null;
  let result: unknown = null;
  try {
    const method = METHODS.has(call.method) ? (server as unknown as Record<string, Method | undefined>)[call.method] : undefined;
    if (!method) throw new Error(`method ${call.method} is not part of the protocol`);
    result = await method.apply(server, call.args);
  } catch (thrown) {
    // Kong recognises "no plugin instance" and "event id … not found" by their text. Only the server throws here.
    error = thrown instanceof Error ? thrown.message : 'unknown error';
    logger.error(`rpc ${call.method}: ${error.slice(0, 200)}`);
  }
  if (!socket.destroyed) socket.write(encodeMessage([1, call.id, error, result]));
}

function readCall(frame: Uint8Array): { id: unknown; method: string; args: unknown[] } | undefined {
  let message: unknown;
  try {
    message = decodeMessage(frame, lifetime().bytesFrom);
  } catch {
    return undefined;
  }
  if (!Array.isArray(message)) return undefined;
  const [kind, id, name, args] = message as unknown[];
  if (kind !== 0 || typeof name !== 'string' || !Array.isArray(args)) return undefined;
  const [namespace, method] = name.split('.');
  return { id, method: namespace === 'plugin' && method ? method : '(unknown)', args: args as unknown[] };
}
