// Gateways that show a certificate instead of a token. The authority is the operator's own: what its certificates say of
// tenant and environment is believed, and nothing else is read from them.
import type { TLSSocket } from 'node:tls';
import type { Request } from 'express';
import type { Caller } from '../kernel/index.ts';

const SLUG = /^[a-z0-9][a-z0-9._-]{0,62}$/;
/** What a gateway needs, and no more: to hand in samples and to read the policy. */
const ROLE = 'ingest';

/** Whom the certificate of the connection stands for; undefined where there is none that the authority of the settings signed. */
export function callerOfCertificate(request: Request): Caller | undefined {
  const socket = request.socket as Partial<TLSSocket>;
  if (socket.authorized !== true || socket.getPeerCertificate === undefined) return undefined;
  // A browser shows its certificate whoever makes it call: pages of others must not act with it.
  if (request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined) return undefined;
  const { subject, fingerprint256 } = socket.getPeerCertificate();
  const [tenant, environment] = [subject.O, subject.OU] as (string | string[] | undefined)[];
  if (typeof tenant !== 'string' || typeof environment !== 'string' || !SLUG.test(tenant) || !SLUG.test(environment)) return undefined;
  const tokenId = `cert_${fingerprint256.replaceAll(':', '').slice(0, 32).toLowerCase()}`;
  return { tokenId, scope: { tenant, environment }, role: ROLE };
}
