// What was done to people's data and to the installation, by whom: an append-only, hash-chained log for each tenant and
// environment, whose end is signed.
export { chain, EMPTY, fieldsOf, follow, hashOf, type ChainedEntry, type ChainEnd, type ChainFault } from './chain.ts';
export { openHead, signHead } from './head.ts';
export { createAnchor, type Anchor, type AnchorParts } from './anchor.ts';
export { verifyAudit, type AuditVerdict } from './verify.ts';
export { createAuditRoom, type AuditRoom, type AuditRoomParts } from './room.ts';
export { exportsOf, subjectsTold, type ExportEntry, type Exports } from './exports.ts';
export { DOSSIER_TYPE, type Dossiers } from './dossier.ts';
export { DossierError, verifyDossier, type DossierExpectation, type DossierFault, type VerifiedDossier } from './verify-dossier.ts';
export type { AuditFilter, AuditStore, HeadGuard } from './ports.ts';
