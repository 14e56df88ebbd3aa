import { errors, jwtVerify } from 'jose';
import type { TokenVerifier } from '../../access/index.ts';
import { ClewError, errorFields, type Clock, type Logger } from '../../kernel/index.ts';
import { openKeySet } from './key-set.ts';
import { TIMES, type OidcTimes } from './times.ts';

export interface OidcOptions {
  /** Exactly as tokens name it. */
  readonly issuer: string;
  readonly audience: string;
  /** Absent: discovered. */
  readonly jwksUrl?: string | undefined;
  /** Asymmetric signatures only. */
  readonly algorithms: readonly string[];
  readonly clockSkewSeconds: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly times?: Partial<OidcTimes>;
}

/** Faults of the token. Everything else that goes wrong is the provider's, and says nothing about the token. */
export const FAULTS_OF_TOKENS = [
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
];

/** Other tokens of the same provider (logout, security events, proofs) are no tokens of a bearer. */
export const TYPES = new Set([undefined, 'jwt', 'at+jwt', 'application/at+jwt']);

/** Asks nobody until the first token comes. */
export function openOidc(options: OidcOptions): TokenVerifier {
  const { clock, logger } = options;
  const keys = openKeySet({
    issuer: options.issuer,
    jwksUrl: options.jwksUrl,
    times: { ...TIMES, ...options.times },
    nowMs: () => clock.nowMs(),
    onStale: (reason) => logger.warn('identity_provider_out_of_reach', { reason, remedy: 'the last known keys serve for a day' }),
  });
  return {
    async verify(token) {
      try {
        const { payload, protectedHeader } = await jwtVerify(token, keys, {
          issuer: options.issuer,
          audience: options.audience,
          algorithms: [...options.algorithms],
          clockTolerance: options.clockSkewSeconds,
          currentDate: new Date(clock.nowMs()),
          requiredClaims: ['exp'],
        });
        return TYPES.has(protectedHeader.typ?.toLowerCase()) ? payload : undefined;
      } catch (error) {
        if (FAULTS_OF_TOKENS.some((fault) => error instanceof fault)) {
          logger.debug('person_token_refused', { code: (error as { code?: string }).code });
          return undefined;
        }
        logger.error('identity_provider_failed', errorFields(error));
        throw new ClewError('unavailable', 'the identity provider does not answer; tokens of machines still work', { cause: error });
      }
    },
  };
}
