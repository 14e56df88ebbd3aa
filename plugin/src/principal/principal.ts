// Who the user is. The first source that yields a value counts; what leaves is a pseudonym.
import { pseudonym, type CompanionEntity, type PrincipalSource } from '#contract';
import { readPath, type Claims } from './jwt.ts';

export interface Principal {
  readonly id: string;
  readonly source: string;
  readonly trust: 'authenticated' | 'asserted' | 'shared';
}

export interface CallerFacts {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly claims: Claims | undefined;
  readonly consumer: CompanionEntity | undefined;
  readonly credential: string | undefined;
  /** A text in the request body by dotted path. */
  readonly body: (path: string) => string | undefined;
}

/**
 * The most specific first: one consumer often fronts thousands of people, so a person that the application names goes
 * before it, and nothing is inferred across the requests of a consumer alone.
 */
export const DEFAULT_SOURCES: readonly PrincipalSource[] = [
  { from: 'jwt:sub', trust: 'authenticated' },
  { from: 'header:x-clew-user', trust: 'asserted' },
  { from: 'body:safety_identifier', trust: 'asserted' },
  { from: 'body:user', trust: 'asserted' },
  { from: 'body:metadata.user_id', trust: 'asserted' },
  { from: 'consumer', trust: 'shared' },
];

const MAX_IDENTIFIER = 1024;

export function findPrincipal(sources: readonly PrincipalSource[], facts: CallerFacts, key: Uint8Array): Principal | undefined {
  const isAuthenticated = facts.consumer !== undefined || facts.credential !== undefined;
  for (const { from, trust } of sources) {
    const value = readSource(from, facts)?.trim() ?? '';
    if (value === '' || value.length > MAX_IDENTIFIER) continue;
    const claimed = trust ?? (from === 'consumer' || from === 'credential' ? 'authenticated' : 'asserted');
    // Whatever a policy calls it: without a consumer the gateway has checked nobody.
    return {
      id: pseudonym(key, value),
      source: from.slice(0, 128),
      trust: claimed === 'authenticated' && !isAuthenticated ? 'asserted' : claimed,
    };
  }
  return undefined;
}

function readSource(from: string, facts: CallerFacts): string | undefined {
  const colon = from.indexOf(':');
  const kind = colon < 0 ? from : from.slice(0, colon);
  const name = colon < 0 ? '' : from.slice(colon + 1);
  switch (kind) {
    case 'consumer':
      return facts.consumer?.custom_id ?? facts.consumer?.name ?? facts.consumer?.id;
    case 'credential':
      return facts.credential;
    case 'header':
      return facts.headers[name.toLowerCase()];
    case 'jwt':
      return facts.claims && readPath(facts.claims, name);
    case 'body':
      return facts.body(name);
    default:
      return undefined;
  }
}
