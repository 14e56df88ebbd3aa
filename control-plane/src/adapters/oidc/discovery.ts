// The provider's own description of itself (OpenID Connect Discovery), read under limits of size and time.
import { isLoopbackUrl } from './loopback-url.ts';

export const MAX_BYTES = 512 * 1024;

export interface Discovery {
  readonly jwks_uri?: unknown;
  readonly authorization_endpoint?: unknown;
  readonly token_endpoint?: unknown;
}

export async function discover(issuer: string, timeoutMs: number): Promise<Discovery> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 200) throw new Error(`the provider answers ${response.status} for its configuration`);
  const document = JSON.parse(await textOf(response)) as Discovery & { issuer?: unknown };
  // OpenID Connect Discovery 4.3: anything else could be another provider's document.
  if (document.issuer !== issuer) throw new Error('the provider calls itself something else than CLEW_OIDC_ISSUER');
  return document;
}

/** An address of the description; throws where it is none that is safe to use. */
export function addressIn(document: Discovery, name: keyof Discovery): string {
  const url = document[name];
  if (typeof url !== 'string' || !URL.canParse(url) || !(new URL(url).protocol === 'https:' || isLoopbackUrl(url))) {
    throw new Error(`the provider names no https address as ${name}`);
  }
  return url;
}

export async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(`the provider sends more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
