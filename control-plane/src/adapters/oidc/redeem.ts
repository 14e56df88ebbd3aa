// The token endpoint of a provider: a code goes in, tokens come out.
import type { Logger } from '../../kernel/index.ts';
import { textOf } from './discovery.ts';

/** What we are to the provider. */
export interface LoginClient {
  readonly clientId: string;
  /** Absent: a public client, which PKCE alone protects. */
  readonly clientSecret: string | undefined;
  readonly redirectUri: string;
  /** More of the authorization and token requests, as a provider needs: resource, audience, prompt. */
  readonly parameters: Readonly<Record<string, string>>;
}

interface RedeemOptions extends LoginClient {
  readonly code: string;
  /** Of PKCE. */
  readonly verifier: string;
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/** Not judged yet. */
interface Tokens {
  readonly id: string;
  readonly access: string | undefined;
}

/** What a code is redeemed for; undefined where the provider refuses it. Throws where the provider fails. */
export async function redeemCode(endpoint: string, options: RedeemOptions): Promise<Tokens | undefined> {
  const { clientId, clientSecret } = options;
  const form = new URLSearchParams({
    ...options.parameters,
    grant_type: 'authorization_code',
    code: options.code,
    code_verifier: options.verifier,
    redirect_uri: options.redirectUri,
    ...(clientSecret === undefined ? { client_id: clientId } : {}),
  });
  const response = await fetch(endpoint, {
    method: 'POST',
    body: form,
    headers: {
      accept: 'application/json',
      ...(clientSecret === undefined ? {} : { authorization: basic(clientId, clientSecret) }),
    },
    redirect: 'error',
    signal: AbortSignal.timeout(options.timeoutMs),
  });
  const text = await textOf(response);
  if (response.status >= 500) throw new Error(`the provider answers ${response.status} for a code`);
  if (response.status !== 200) {
    options.logger.warn('login_code_refused', { status: response.status });
    return undefined;
  }
  const { id_token: id, access_token: access } = JSON.parse(text) as { id_token?: unknown; access_token?: unknown };
  if (typeof id !== 'string') throw new Error('the provider sends no ID token');
  return { id, access: typeof access === 'string' ? access : undefined };
}

/** RFC 6749 2.3.1: both parts are encoded as in a form. */
function basic(id: string, secret: string): string {
  const encoded = (text: string): string => new URLSearchParams({ x: text }).toString().slice(2);
  return `Basic ${Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString('base64')}`;
}
