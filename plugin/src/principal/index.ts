// Who sent a request and to which conversation it says to belong.
export { readClaims, readPath, type Claims } from './jwt.ts';
export { DEFAULT_SOURCES, findPrincipal, type CallerFacts, type Principal } from './principal.ts';
export { pseudonym, shortHash, tenantKeys, type TenantKeys } from '#contract';
export { findSession, type DeclaredSession, type SessionFacts } from './session.ts';
