// One POST to the configured service: to the address that was judged, without redirects, under limits of time and size. The
// body holds redacted texts and the headers a key, so neither stands in any error.
import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { createOutboundRules } from '../../access/index.ts';
import { ClewError } from '../../kernel/index.ts';

export interface Answer {
  readonly status: number;
  /** In milliseconds, as Retry-After asks for; absent where it does not. */
  readonly retryAfterMs: number | undefined;
  readonly body: string;
}

export interface Poster {
  /** Rejects with unavailable (no whole answer in time) or forbidden (the address is out of bounds). */
  (body: string): Promise<Answer>;
  close(): void;
}

export interface PosterOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** The address may lie in a private network or on this machine. */
  readonly allowsPrivate: boolean;
  readonly timeoutMs: number;
  readonly resolve?: ((host: string) => Promise<readonly string[]>) | undefined;
}

/** 2,048 vectors of 3,072 numbers as text are about 80 MB; batches are far smaller. */
const MOST_BYTES = 96 * 1024 * 1024;

const systemResolve = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true, order: 'verbatim' })).map(({ address }) => address);

export function createPoster({ url, headers, allowsPrivate, timeoutMs, resolve = systemResolve }: PosterOptions): Poster {
  const rules = createOutboundRules([`${url.protocol}//${url.host}${allowsPrivate ? ' private' : ''}`]);
  const client = url.protocol === 'https:' ? https : http;
  // One judged address for each connection; connections are kept, as each costs a handshake.
  const agent = new client.Agent({ keepAlive: true, maxSockets: 4 });
  const unreachable = (why: string, cause?: unknown): ClewError =>
    new ClewError('unavailable', `the embedder at ${url.host} ${why}`, cause === undefined ? {} : { cause });

  const connectTo: LookupFunction = (host, options, callback) => {
    resolve(host)
      .then((addresses) => rules.choose(rules.check(url.href).target, addresses))
      .then(
        (address) => {
          const family = isIP(address);
          if (options.all === true) callback(null, [{ address, family }]);
          else callback(null, address, family);
        },
        (error: unknown) => callback(error as NodeJS.ErrnoException, '', 4),
      );
  };

  const post = async (body: string): Promise<Answer> => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // The system asks for no address where one stands in the URL already.
    if (isIP(host) !== 0) rules.choose(rules.check(url.href).target, [host]);
    return new Promise<Answer>((done, fail) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const request = client.request(url, {
        method: 'POST',
        agent,
        lookup: connectTo,
        signal,
        headers: { ...headers, 'content-type': 'application/json', accept: 'application/json', 'content-length': Buffer.byteLength(body) },
      });
      const broken = (cause: unknown): void =>
        fail(
          cause instanceof ClewError
            ? cause
            : unreachable(signal.aborted ? `did not answer within ${timeoutMs} ms` : 'does not answer', cause),
        );
      request.on('error', broken);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MOST_BYTES) request.destroy(unreachable('answers more than it was asked for'));
          else chunks.push(chunk);
        });
        response.on('error', broken);
        response.on('aborted', () => broken(undefined));
        response.on('end', () =>
          done({
            status: response.statusCode ?? 0,
            retryAfterMs: retryAfterMs(response.headers['retry-after']),
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      request.end(body);
    });
  };
  return Object.assign(post, { close: () => agent.destroy() });
}

/** Seconds or a date (RFC 9110 10.2.3). */
export function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const until = Date.parse(text);
  return Number.isNaN(until) ? undefined : Math.max(0, until - Date.now());
}
