// An OpenID Connect provider: judge of people's tokens, and where people sign in.
export { openLoginProvider, type LoginOptions } from './login.ts';
export { openOidc, type OidcOptions, type OidcTimes } from './verifier.ts';
