// Where people sign in: the address to send them to, and what their code is redeemed for.
import { jwtVerify, type JWTPayload } from 'jose';
import type { Claims, LoginProvider, TokenVerifier } from '../../access/index.ts';
import { ClewError, errorFields } from '../../kernel/index.ts';
import { addressIn, discover, textOf, type Discovery } from './discovery.ts';
import { openKeySet } from './key-set.ts';
import { TIMES } from './times.ts';
import { FAULTS_OF_TOKENS, TYPES, type OidcOptions } from './verifier.ts';

export interface LoginOptions extends OidcOptions {
  readonly clientId: string;
  /** Absent: a public client, which PKCE alone protects. */
  readonly clientSecret: string | undefined;
  readonly redirectUri: string;
  /** Space-separated, with openid among them. */
  readonly scopes: string;
  /** More of the authorization and token requests, as a provider needs: resource, audience, prompt. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Judges access tokens: one for our audience says more of a person than the ID token. */
  readonly bearer: TokenVerifier;
}

/** Asks nobody until the first person comes. */
export function openLoginProvider(options: LoginOptions): LoginProvider {
  const { clock, logger, issuer } = options;
  const times = { ...TIMES, ...options.times };
  const keys = openKeySet({
    issuer,
    jwksUrl: options.jwksUrl,
    times,
    nowMs: () => clock.nowMs(),
    onStale: (reason) => logger.warn('identity_provider_out_of_reach', { reason, remedy: 'the last known keys serve for a day' }),
  });
  let known: { readonly document: Promise<Discovery>; readonly atMs: number } | undefined;
  const description = async (): Promise<Discovery> => {
    if (known === undefined || clock.nowMs() - known.atMs > times.maxAgeMs) {
      known = { document: discover(issuer, times.timeoutMs), atMs: clock.nowMs() };
    }
    try {
      return await known.document;
    } catch (error) {
      known = undefined;
      throw unavailable(error);
    }
  };
  const unavailable = (error: unknown): ClewError => {
    logger.error('identity_provider_failed', errorFields(error));
    return new ClewError('unavailable', 'the identity provider does not answer; tokens still work', { cause: error });
  };

  async function tokensFor(
    code: string,
    verifier: string,
  ): Promise<{ readonly id: string; readonly access: string | undefined } | undefined> {
    const endpoint = addressIn(await description(), 'token_endpoint');
    const { clientId, clientSecret } = options;
    const form = new URLSearchParams({
      ...options.parameters,
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
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
      signal: AbortSignal.timeout(times.timeoutMs),
    });
    const text = await textOf(response);
    if (response.status >= 500) throw new Error(`the provider answers ${response.status} for a code`);
    if (response.status !== 200) {
      logger.warn('login_code_refused', { status: response.status });
      return undefined;
    }
    const { id_token: id, access_token: access } = JSON.parse(text) as { id_token?: unknown; access_token?: unknown };
    if (typeof id !== 'string') throw new Error('the provider sends no ID token');
    return { id, access: typeof access === 'string' ? access : undefined };
  }

  async function idClaims(token: string, nonce: string): Promise<JWTPayload | undefined> {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        issuer,
        audience: options.clientId,
        algorithms: [...options.algorithms],
        clockTolerance: options.clockSkewSeconds,
        currentDate: new Date(clock.nowMs()),
        requiredClaims: ['exp', 'iat', 'sub', 'nonce'],
      });
      // OpenID Connect Core 3.1.3.7: made for this very sign-in, and for no other client beside us.
      const isOurs = payload['nonce'] === nonce && (payload['azp'] === undefined || payload['azp'] === options.clientId);
      return isOurs && TYPES.has(protectedHeader.typ?.toLowerCase()) ? payload : undefined;
    } catch (error) {
      if (FAULTS_OF_TOKENS.some((fault) => error instanceof fault)) return undefined;
      throw error;
    }
  }

  return {
    issuer,
    async authorizationUrl({ state, nonce, challenge }) {
      const url = new URL(addressIn(await description(), 'authorization_endpoint'));
      const asked = {
        ...options.parameters,
        response_type: 'code',
        client_id: options.clientId,
        redirect_uri: options.redirectUri,
        scope: options.scopes,
        state,
        nonce,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      };
      for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
      return url.href;
    },
    async redeem(code, { verifier, nonce }): Promise<Claims | undefined> {
      try {
        const tokens = await tokensFor(code, verifier);
        const claims = tokens && (await idClaims(tokens.id, nonce));
        if (claims === undefined) return undefined;
        const access = tokens?.access === undefined || !isJwt(tokens.access) ? undefined : await options.bearer.verify(tokens.access);
        return access !== undefined && access['sub'] === claims.sub ? { ...claims, ...access } : claims;
      } catch (error) {
        throw error instanceof ClewError ? error : unavailable(error);
      }
    },
  };
}

const isJwt = (token: string): boolean => /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/.test(token);

/** RFC 6749 2.3.1: both parts are encoded as in a form. */
function basic(id: string, secret: string): string {
  const encoded = (text: string): string => new URLSearchParams({ x: text }).toString().slice(2);
  return `Basic ${Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString('base64')}`;
}
