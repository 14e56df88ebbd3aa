// Original values of what was redacted, kept sealed for those who must see them: a right given by name, a reason, a record.
export { localMasterKeys } from './master-keys.ts';
export { createVault, type Vault, type VaultParts } from './vault.ts';
export { revealRoutes, type RevealParts } from './routes.ts';
export type { Deposit, MasterKeys, SealedValue, VaultStore, WrappedKey } from './ports.ts';
