// Tokens of role user name their user: they go with the rest of what is known about that person.
import type { Scope } from '../kernel/index.ts';
import type { Access } from './tokens.ts';

/** The place of tokens in the register of erasure: revokes those that show the user's own history. */
export function userTokens(access: Access) {
  const caller = (scope: Scope) => ({ tokenId: '', scope, role: 'admin' });
  const idsOf = (scope: Scope, principal: string, untilMs = Infinity): readonly string[] =>
    access
      .list(caller(scope))
      .filter((token) => token.user === principal && token.scope.environment === scope.environment)
      .filter(({ createdAt }) => Date.parse(createdAt) <= untilMs)
      .map(({ id }) => id);
  return {
    name: 'tokens',
    tables: ['meta'],
    async erase(scope: Scope, principal: string, untilMs?: number): Promise<Readonly<Record<string, number>>> {
      const ids = idsOf(scope, principal, untilMs);
      for (const id of ids) await access.revoke(caller(scope), id);
      return { tokens: ids.length };
    },
    residual: (scope: Scope, principal: string) => Promise.resolve(idsOf(scope, principal).length),
  };
}
