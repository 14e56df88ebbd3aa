// An OpenID Connect provider: judge of people's tokens, and where people sign in.
export { openLoginProvider, type LoginOptions } from './login.ts';
export type { OidcTimes } from './times.ts';
export { openOidc, type OidcOptions } from './verifier.ts';
