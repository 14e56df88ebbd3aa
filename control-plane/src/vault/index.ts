// Original values of what was redacted, kept sealed for those who must see them: role, reason and record, or nothing.
export type { Deposit, MasterKeys, SealedValue, VaultStore, WrappedKey } from './ports.ts';
