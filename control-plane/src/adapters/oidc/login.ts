// Where people sign in: the address to send them to, and what their code is redeemed for.
import { jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Claims, LoginProvider, TokenVerifier } from '../../access/index.ts';
import { ClewError, errorFields } from '../../kernel/index.ts';
import { addressIn, discover, type Discovery } from './discovery.ts';
import { openKeySet } from './key-set.ts';
import { redeemCode, type LoginClient } from './redeem.ts';
import { TIMES } from './times.ts';
import { FAULTS_OF_TOKENS, TYPES, type OidcOptions } from './verifier.ts';

export interface LoginOptions extends OidcOptions, LoginClient {
  /** Space-separated, with openid among them. */
  readonly scopes: string;
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
        const endpoint = addressIn(await description(), 'token_endpoint');
        const tokens = await redeemCode(endpoint, { ...options, code, verifier, timeoutMs: times.timeoutMs });
        const claims = tokens && (await idClaims(tokens.id, nonce, keys, options));
        if (claims === undefined) return undefined;
        const access = tokens?.access === undefined || !isJwt(tokens.access) ? undefined : await options.bearer.verify(tokens.access);
        return access !== undefined && access['sub'] === claims.sub ? { ...claims, ...access } : claims;
      } catch (error) {
        throw error instanceof ClewError ? error : unavailable(error);
      }
    },
  };
}

/** What an ID token says, where it is one of this very sign-in. */
async function idClaims(token: string, nonce: string, keys: JWTVerifyGetKey, options: LoginOptions): Promise<JWTPayload | undefined> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: options.issuer,
      audience: options.clientId,
      algorithms: [...options.algorithms],
      clockTolerance: options.clockSkewSeconds,
      currentDate: new Date(options.clock.nowMs()),
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

const isJwt = (token: string): boolean => /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/.test(token);
