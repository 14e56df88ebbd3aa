// Who calls, and what they may do.
export { createAccess, type Access, type AccessParts, type IssuedToken, type NewToken } from './tokens.ts';
export { createPeople, type People, type PeopleParts, type PeopleRules, type RoleRule } from './people.ts';
export {
  isPermission,
  isRole,
  ON_REQUEST,
  PERMISSIONS,
  permissionsOf,
  ROLES,
  roleMay,
  roleMayHold,
  type Permission,
  type Role,
} from './permissions.ts';
export { createLogins, type Logins } from './logins.ts';
export { userTokens } from './erase.ts';
export { accessRoutes, type AccessRouteParts } from './routes.ts';
export { createTokenStore, type KeyValues } from './meta-tokens.ts';
export { createOutboundRules, isPublicAddress, parseTarget, type OutboundRules, type OutboundTarget } from './outbound.ts';
export type { Claims, LoginProvider, TokenRecord, TokenStore, TokenVerifier } from './ports.ts';
export { createSessions, isCsrf, sessionsOf, type Session, type Sessions } from './sessions.ts';
export { createLogin, type Login, type LoginFailure, type LoginParts } from './login.ts';
export { cookieIn, cookiesOf, loginRoutes, type Cookies, type LoginRouteParts } from './routes-login.ts';
