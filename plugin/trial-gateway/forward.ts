import http, { type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AnswerCopy } from './companion.ts';
import type { Exchange } from './exchange.ts';
import { answerHeaders, toMultiHeaders, upstreamHeaders } from './headers.ts';
import { upstreamTarget } from './incoming.ts';
import { createRestorer, type AnswerRestorer } from './restore.ts';

export interface ForwardOptions {
  readonly exchange: Exchange;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly copy: AnswerCopy | undefined;
  /** The provider may be silent for this long. */
  readonly idleTimeoutMs: number;
}

/** The provider could not be asked, or gave no answer. Nothing has been sent to the client yet. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly status: 502 | 504;
  constructor(status: 502 | 504, code: string) {
    super(status === 504 ? 'The upstream server did not answer in time' : `The upstream server could not be used (${code})`);
    this.status = status;
  }
}

const AGENTS = {
  'http:': new http.Agent({ keepAlive: true, maxSockets: Infinity }),
  'https:': new https.Agent({ keepAlive: true, maxSockets: Infinity }),
} as const;

function openRequest({ exchange, incoming, idleTimeoutMs }: ForwardOptions): ClientRequest {
  const { url } = exchange.route.service;
  const isTls = url.protocol === 'https:';
  const request = (isTls ? https : http).request({
    agent: AGENTS[isTls ? 'https:' : 'http:'],
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isTls ? 443 : 80) : url.port,
    method: exchange.upstream.method ?? exchange.request.method,
    path: upstreamTarget(exchange),
    headers: upstreamHeaders(incoming, exchange),
  });
  request.setTimeout(idleTimeoutMs, () => request.destroy(Object.assign(new Error('idle'), { code: 'ETIMEDOUT' })));
  return request;
}

/** Sends the body that was read, then what the client is still sending. */
function sendBody(request: ClientRequest, { exchange, incoming }: ForwardOptions): void {
  const body = exchange.upstream.body ?? exchange.body;
  if (body.length > 0) request.write(body);
  if (exchange.isBodyWhole || exchange.upstream.body !== undefined) {
    if (exchange.request.headers.has('transfer-encoding') && exchange.upstream.body === undefined)
      addTrailers(request, incoming.rawTrailers);
    request.end();
    return;
  }
  incoming.on('data', (chunk: Buffer) => (exchange.bodyBytes += chunk.length));
  incoming.once('end', () => addTrailers(request, incoming.rawTrailers));
  incoming.pipe(request);
}

function addTrailers(message: ClientRequest | ServerResponse, raw: readonly string[]): void {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at] ?? '', raw[at + 1] ?? '']);
  if (pairs.length > 0) message.addTrailers(pairs);
}

/** Resolves with the provider's answer. A kept connection that turns out to be closed is replaced once. */
function ask(options: ForwardOptions, mayRetry: boolean): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { exchange, outgoing } = options;
    const request = openRequest(options);
    // A client that goes away takes its call to the provider with it: nobody pays for words that nobody reads.
    const onClientGone = (): void => {
      if (!outgoing.writableFinished) request.destroy();
    };
    outgoing.once('close', onClientGone);
    const attempt = addressOf(exchange);
    exchange.tries.push(attempt);
    request.once('response', (answer) => {
      Object.assign(attempt, { status: answer.statusCode ?? 0, ip: answer.socket.remoteAddress ?? attempt.ip });
      resolve(answer);
    });
    // Stays attached: errors after the answer began come here as well.
    request.on('error', (error: NodeJS.ErrnoException) => {
      const isStale = request.reusedSocket && error.code === 'ECONNRESET';
      if (isStale && mayRetry && !outgoing.destroyed && !outgoing.headersSent) {
        outgoing.off('close', onClientGone);
        exchange.tries.pop();
        resolve(ask(options, false));
        return;
      }
      reject(new UpstreamError(error.code === 'ETIMEDOUT' ? 504 : 502, error.code ?? 'unknown'));
    });
    sendBody(request, options);
  });
}

function addressOf(exchange: Exchange): { ip: string; port: number } {
  const { url } = exchange.route.service;
  return { ip: url.hostname, port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port) };
}

/** Undefined where nothing is to be put back, or where the answer is compressed and cannot be read: it passes as it is. */
function restorerFor(answer: IncomingMessage, { restore }: Exchange): AnswerRestorer | undefined {
  const { 'content-encoding': coding = 'identity', 'content-type': contentType = '' } = answer.headers;
  if (!restore || coding !== 'identity') return undefined;
  return createRestorer({ values: restore.values, isJsonText: restore.is_json_text, contentType });
}

/** Passes the answer on chunk by chunk; a slow client slows the provider down. */
function passOn(answer: IncomingMessage, { exchange, outgoing, copy }: ForwardOptions): void {
  exchange.status = answer.statusCode ?? 502;
  const restorer = restorerFor(answer, exchange);
  const headers = answerHeaders(answer.rawHeaders, exchange, restorer !== undefined);
  exchange.sentHeaders = toMultiHeaders(headers);
  outgoing.sendDate = !exchange.sentHeaders.has('date');
  outgoing.writeHead(exchange.status, answer.statusMessage ?? '', headers);
  outgoing.flushHeaders();
  const pass = (chunk: Uint8Array): void => {
    if (chunk.length === 0) return;
    exchange.sentBytes += chunk.length;
    if (!outgoing.write(chunk)) answer.pause();
    copy?.add(chunk);
  };
  answer.on('data', (chunk: Buffer) => {
    exchange.times.firstByteMs ??= Date.now();
    pass(restorer ? restorer.push(chunk) : chunk);
  });
  outgoing.on('drain', () => answer.resume());
  answer.once('end', () => {
    exchange.times.firstByteMs ??= Date.now();
    if (restorer) pass(restorer.end());
    addTrailers(outgoing, answer.rawTrailers);
    outgoing.end();
  });
  // An answer that breaks off must look broken to the client as well, not finished.
  const breakOff = (): void => {
    if (answer.complete) return;
    exchange.isCutShort = true;
    outgoing.destroy();
  };
  answer.on('error', breakOff);
  answer.once('close', breakOff);
}

/** Calls the provider and streams its answer to the client. Rejects with {@link UpstreamError} before the first byte. */
export async function forward(options: ForwardOptions): Promise<void> {
  const { exchange } = options;
  exchange.times.upstreamMs = Date.now();
  const mayRetry = exchange.isBodyWhole || exchange.upstream.body !== undefined;
  passOn(await ask(options, mayRetry), options);
}
