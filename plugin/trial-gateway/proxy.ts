import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { AnswerCopy } from './companion.ts';
import type { Exchange } from './exchange.ts';
import { forward, UpstreamError } from './forward.ts';
import { toMultiHeaders } from './headers.ts';
import { openExchange } from './incoming.ts';
import { serializeExchange } from './log-serialize.ts';
import type { GatewayLog } from './log.ts';
import type { PluginPhases } from './plugin-phases.ts';
import { readBody } from './request-body.ts';
import type { Router } from './routes.ts';
import type { GatewayStats } from './stats.ts';

/** Gets of each request the line that a log plugin of Kong (file-log, http-log) would write. */
export type AccessLog = (line: Readonly<Record<string, unknown>>) => void;

export interface ProxyOptions {
  readonly router: Router;
  /** Undefined: a bare reverse proxy, for comparison. */
  readonly plugin: PluginPhases | undefined;
  readonly stats: GatewayStats;
  readonly log: GatewayLog;
  readonly accessLog?: AccessLog;
  /** A larger request body is not held: the plugin sees its beginning, the provider all of it. */
  readonly requestCapBytes: number;
  /** How much of an answer is copied for the plugin. */
  readonly answerCapBytes: number;
  readonly upstreamTimeoutMs: number;
}

interface Passed {
  readonly exchange: Exchange;
  readonly copy: AnswerCopy | undefined;
}

/** A reverse proxy with the plugin's phases around each request. */
export class Proxy {
  readonly server: http.Server;
  readonly #options: ProxyOptions;
  /** Settle when the request's log phase has run. */
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: ProxyOptions) {
    this.#options = options;
    // A long upload or a model that thinks for minutes is no fault.
    this.server = http.createServer({ requestTimeout: 0, highWaterMark: 64 * 1024 }, (incoming, outgoing) => {
      // A client may go away at any moment; 'close' tells so, and an error nobody listens to would end the process.
      for (const message of [incoming, outgoing]) message.on('error', () => undefined);
      const serving = this.#serve(incoming, outgoing)
        .catch((error: unknown) => {
          options.log('request_failed', { error: error instanceof Error ? error.name : 'unknown' });
          outgoing.destroy();
        })
        .finally(() => this.#underWay.delete(serving));
      this.#underWay.add(serving);
    });
  }

  /** Resolves when all requests are answered and their log phases have run. */
  async settle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** The log phase runs once the answer is out or the client is gone, and no client waits for it. */
  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const isClosed = new Promise<void>((resolve) => outgoing.once('close', () => resolve()));
    const passed = await this.#pass(incoming, outgoing);
    await isClosed;
    if (passed !== undefined) await this.#finish(passed.exchange, outgoing, passed.copy);
  }

  /** Undefined: the client went away before it had sent its request. */
  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<Passed | undefined> {
    const { router, plugin, stats, requestCapBytes, answerCapBytes } = this.#options;
    stats.requests += 1;
    const exchange = openExchange(incoming, router, Date.now());
    try {
      const body = await readBody(incoming, requestCapBytes);
      exchange.body = body.bytes;
      exchange.bodyBytes = body.bytes.length;
      exchange.isBodyWhole = body.isWhole;
    } catch {
      stats.aborted += 1;
      return undefined;
    }
    const end = await plugin?.access(exchange);
    const copy = end?.kind === 'continue' && end.copyAnswer ? new AnswerCopy(answerCapBytes) : undefined;
    if (end?.kind === 'error') this.#answer(exchange, outgoing, 500, 'An unexpected error occurred');
    else if (exchange.exit !== undefined) this.#refuse(exchange, outgoing, copy);
    else if (!outgoing.destroyed) await this.#forward(exchange, incoming, outgoing, copy);
    return { exchange, copy };
  }

  async #forward(exchange: Exchange, incoming: IncomingMessage, outgoing: ServerResponse, copy: AnswerCopy | undefined): Promise<void> {
    const { upstreamTimeoutMs, stats, log } = this.#options;
    try {
      await forward({ exchange, incoming, outgoing, copy, idleTimeoutMs: upstreamTimeoutMs });
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (outgoing.destroyed || outgoing.headersSent) return;
      stats.upstreamErrors += 1;
      log('upstream_error', { status: error.status, request: exchange.id, error: error.message });
      this.#answer(exchange, outgoing, error.status, error.message);
    }
  }

  /** An answer of the gateway itself, in Kong's shape. */
  #answer(exchange: Exchange, outgoing: ServerResponse, status: number, message: string): void {
    this.#write(
      exchange,
      outgoing,
      status,
      { 'content-type': 'application/json; charset=utf-8' },
      Buffer.from(JSON.stringify({ message, request_id: exchange.id })),
    );
  }

  #refuse(exchange: Exchange, outgoing: ServerResponse, copy: AnswerCopy | undefined): void {
    if (exchange.exit === undefined) return;
    this.#options.stats.refused += 1;
    const { status, headers, body } = exchange.exit;
    copy?.add(body);
    this.#write(exchange, outgoing, status, headers, body);
  }

  #write(exchange: Exchange, outgoing: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: Uint8Array): void {
    const all = {
      ...headers,
      ...Object.fromEntries(exchange.answerHeaders),
      'x-kong-request-id': exchange.id,
      'content-length': String(body.length),
    };
    exchange.status = status;
    exchange.sentHeaders = toMultiHeaders(Object.entries(all).flat());
    exchange.sentBytes = body.length;
    outgoing.writeHead(status, all).end(body);
  }

  async #finish(exchange: Exchange, outgoing: ServerResponse, copy: AnswerCopy | undefined): Promise<void> {
    const { plugin, stats, accessLog } = this.#options;
    exchange.times.endedMs = Date.now();
    exchange.isAborted = !outgoing.writableFinished && !exchange.isCutShort;
    if (exchange.isAborted) stats.aborted += 1;
    // Kong's log plugins run in the same phase, after all others by their priority.
    await plugin?.log(exchange, copy);
    accessLog?.(serializeExchange(exchange));
  }
}
