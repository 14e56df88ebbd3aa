// The listening side, with limits on what a connection may cost: clients are slow on purpose, too.
import { createServer, type Server } from 'node:http';
import type { Express } from 'express';

/** Milliseconds. */
export interface ServerTimes {
  /** Until the head of a request is whole. */
  readonly headersMs: number;
  /** Until its body is. */
  readonly requestMs: number;
  /** Without a byte in either direction while an answer is due or under way. */
  readonly idleMs: number;
  /** How often the first two are looked at. */
  readonly checkMs: number;
}

const TIMES: ServerTimes = { headersMs: 15_000, requestMs: 60_000, idleMs: 120_000, checkMs: 5_000 };
const MAX_HEAD_BYTES = 16 * 1024;
const MAX_HEADERS = 100;
const MAX_CONNECTIONS = 4_096;

export function createHttpServer(app: Express, times: Partial<ServerTimes> = {}): Server {
  const { headersMs, requestMs, idleMs, checkMs } = { ...TIMES, ...times };
  const server = createServer(
    { maxHeaderSize: MAX_HEAD_BYTES, headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: checkMs },
    app,
  );
  server.timeout = idleMs;
  server.maxHeadersCount = MAX_HEADERS;
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}
