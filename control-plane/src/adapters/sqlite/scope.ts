import { scopeKey, type Scope } from '../../kernel/index.ts';

/** The value of every `scope` column. Refuses a name with the separator: two scopes must never share a key. */
export function keyOf(scope: Scope): string {
  if (scope.tenant.includes('/') || scope.environment.includes('/')) throw new TypeError('A scope name holds a slash.');
  return scopeKey(scope);
}

export function scopeOf(key: string): Scope {
  const slash = key.indexOf('/');
  return { tenant: key.slice(0, slash), environment: key.slice(slash + 1) };
}
