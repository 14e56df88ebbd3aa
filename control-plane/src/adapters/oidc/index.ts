// An OpenID Connect provider as the judge of people's tokens.
export { openOidc, type OidcOptions, type OidcTimes } from './verifier.ts';
