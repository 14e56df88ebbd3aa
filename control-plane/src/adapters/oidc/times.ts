// How patient we are with a provider.

/** How long things take and last, in milliseconds. */
export interface OidcTimes {
  /** One request to the provider. */
  readonly timeoutMs: number;
  /** Between two fetches that unknown key ids cause. */
  readonly cooldownMs: number;
  /** After which keys are fetched again. */
  readonly maxAgeMs: number;
  /** For how long the last known keys serve while the provider is down. */
  readonly maxStaleMs: number;
  /** After a failure, before the provider is asked again. */
  readonly retryMs: number;
}

export const TIMES: OidcTimes = { timeoutMs: 5_000, cooldownMs: 30_000, maxAgeMs: 600_000, maxStaleMs: 24 * 3_600_000, retryMs: 2_000 };
