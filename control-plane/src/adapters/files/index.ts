// Plain files: journal keys, the policy, secrets of the installation.
export { checkpointFolder } from './checkpoint-guard.ts';
export { erasureLedger } from './erasure-ledger.ts';
export { freeBytes } from './free-bytes.ts';
export { MANIFEST_SIGNATURE, manifestFolder } from './manifest-folder.ts';
export { openKeyFolder } from './journal-keys.ts';
export { policyFile } from './policy-file.ts';
export { policySigner } from './policy-sequence.ts';
export { fingerprintOf, openSecret, type KnownSecret } from './secret.ts';
