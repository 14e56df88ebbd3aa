// fetch over connections that show a certificate: Node's own takes none. As much of it as the gateway uses.
import { createHash } from 'node:crypto';
import https from 'node:https';
import { Readable } from 'node:stream';
import type { PluginConfig } from '../config.ts';

type Credentials = Pick<PluginConfig, 'clientCert' | 'clientKey' | 'caCert'>;

const BODYLESS = new Set([204, 205, 304]);
const made = new Map<string, typeof fetch>();

/** One for the same credentials, so that connections are kept. */
export function controlFetch({ clientCert: cert, clientKey: key, caCert: ca }: Credentials): typeof fetch {
  if (cert === undefined && ca === undefined) return fetch;
  const name = createHash('sha256')
    .update(JSON.stringify([cert, key, ca]))
    .digest('hex');
  const known = made.get(name) ?? secureFetch(new https.Agent({ keepAlive: true, minVersion: 'TLSv1.2', cert, key, ca }));
  made.set(name, known);
  return known;
}

function secureFetch(agent: https.Agent): typeof fetch {
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const headers = Object.fromEntries(new Headers(init.headers));
      // Without a token the certificate alone says who calls.
      if (headers['authorization']?.trim() === 'Bearer') delete headers['authorization'];
      const request = https.request(url, { agent, method: init.method ?? 'GET', headers, ...(init.signal ? { signal: init.signal } : {}) });
      request.once('error', reject);
      request.once('response', (answer) => {
        const status = answer.statusCode ?? 0;
        if (status < 200 || (status >= 300 && status < 400 && status !== 304)) {
          answer.destroy();
          reject(new TypeError('unexpected redirect'));
          return;
        }
        const given = Object.entries(answer.headers).flatMap(([key, value]): [string, string][] =>
          value === undefined ? [] : [[key, Array.isArray(value) ? value.join(', ') : value]],
        );
        if (BODYLESS.has(status)) answer.resume();
        const body = BODYLESS.has(status) ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>);
        resolve(new Response(body, { status, headers: given }));
      });
      const { body } = init;
      if (typeof body === 'string' || body instanceof Uint8Array) request.end(body);
      else request.end();
    });
}
