// Sending to a webhook: allowed hosts only, to the address that was judged, no redirects, under limits of time and size.
import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { OutboundRules } from '../access/index.ts';
import { ClewError } from '../kernel/index.ts';

export interface OutboundPostOptions {
  readonly rules: OutboundRules;
  /** All addresses of a name; asked once a request. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  readonly timeoutMs?: number;
}

export interface OutboundPost {
  /** The answer's status. Rejects with forbidden (not allowed) or unavailable (did not answer in time). */
  (url: string, body: string, headers?: Readonly<Record<string, string>>): Promise<number>;
}

const systemResolve = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true, order: 'verbatim' })).map(({ address }) => address);

export function createOutboundPost({ rules, resolve = systemResolve, timeoutMs = 5_000 }: OutboundPostOptions): OutboundPost {
  return async (text, body, headers = {}) => {
    const { url, target } = rules.check(text);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const unreachable = (cause: unknown): ClewError => new ClewError('unavailable', `${target.host} does not answer`, { cause });
    const addresses = isIP(host) === 0 ? await resolve(host).catch((cause: unknown) => Promise.reject(unreachable(cause))) : [host];
    const address = rules.choose(target, addresses);
    return new Promise<number>((done, fail) => {
      const request = (url.protocol === 'https:' ? https : http).request(
        url,
        {
          method: 'POST',
          headers: { ...headers, 'content-length': Buffer.byteLength(body) },
          lookup: pinned(address),
          // A kept connection could be one to an address that was judged under other rules.
          agent: false,
          signal: AbortSignal.timeout(timeoutMs),
        },
        (response) => {
          done(response.statusCode ?? 0);
          // The answer's body is nobody's concern and may be endless.
          response.destroy();
        },
      );
      request.on('error', (cause) => fail(unreachable(cause)));
      request.end(body);
    });
  };
}

/** Answers the judged address, whatever the name means by now. */
function pinned(address: string): LookupFunction {
  const family = isIP(address);
  return (_host, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}
