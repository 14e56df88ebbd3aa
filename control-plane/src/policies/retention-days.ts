/** Days each class is kept where the policy says nothing; the same defaults stand in the policy's schema. */
export const DEFAULT_DAYS = { textDays: 30, embeddingDays: 30, metadataDays: 365, identityDays: 2555, vaultDays: 30 } as const;
