// What linkers remember of people, and when it is out of date. Linkers come and go with policies; this stays.
import { scopeKey, type Scope } from '../kernel/index.ts';

export interface LinkerMemory {
  /** Another one than before: what is remembered of the principal must be read from the store again. */
  ageOf(scope: Scope, principal: string): string;
  /** The principal's requests were moved. */
  forget(scope: Scope, principal: string): void;
  /** The linker decides otherwise in this scope from now on. */
  forgetAll(scope: Scope): void;
}

/** Ages are kept for people whose requests were moved, so for few. */
export function createLinkerMemory(): LinkerMemory {
  const ages = new Map<string, number>();
  const ofScope = (scope: Scope): string => JSON.stringify([scopeKey(scope)]);
  const ofOne = (scope: Scope, principal: string): string => JSON.stringify([scopeKey(scope), principal]);
  const grow = (key: string): void => void ages.set(key, (ages.get(key) ?? 0) + 1);
  return {
    ageOf: (scope, principal) => `${ages.get(ofScope(scope)) ?? 0}.${ages.get(ofOne(scope, principal)) ?? 0}`,
    forget: (scope, principal) => grow(ofOne(scope, principal)),
    forgetAll: (scope) => grow(ofScope(scope)),
  };
}
