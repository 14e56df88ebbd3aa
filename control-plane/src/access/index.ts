// Who calls, and what they may do.
export { createAccess, type Access, type AccessParts, type IssuedToken, type NewToken } from './tokens.ts';
export { PERMISSIONS, ROLES, roleMay, type Permission, type Role } from './permissions.ts';
export { userTokens } from './erase.ts';
export { accessRoutes } from './routes.ts';
export { createTokenStore, type KeyValues } from './meta-tokens.ts';
export type { TokenRecord, TokenStore } from './ports.ts';
