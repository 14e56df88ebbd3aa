// The listening side, with limits on what a connection may cost: clients are slow on purpose, too.
import { createServer, type Server } from 'node:http';
import https from 'node:https';
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

/** PEM texts. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  /** Authority of clients' certificates; undefined: none is asked for. */
  readonly clientCa: string | undefined;
}

/** What may change while a server runs: `server.setSecureContext`. */
export const secureContextOf = ({ cert, key, clientCa }: ServerTls): https.ServerOptions => ({
  cert,
  key,
  minVersion: 'TLSv1.2',
  ...(clientCa === undefined ? {} : { ca: clientCa }),
});

/** `tls`: HTTPS; `isClientRequired`: nobody connects without a certificate of its authority. */
export function createHttpServer(
  app: Express,
  times: Partial<ServerTimes> = {},
  tls?: ServerTls & { readonly isClientRequired: boolean },
): Server {
  const { headersMs, requestMs, idleMs, checkMs } = { ...TIMES, ...times };
  const limits = {
    maxHeaderSize: MAX_HEAD_BYTES,
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: checkMs,
  };
  const clients = { requestCert: tls?.clientCa !== undefined, rejectUnauthorized: tls?.isClientRequired ?? false };
  const server = tls ? https.createServer({ ...limits, ...secureContextOf(tls), ...clients }, app) : createServer(limits, app);
  server.timeout = idleMs;
  server.maxHeadersCount = MAX_HEADERS;
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}
