/** The walls: nothing of one tenant and environment is ever read together with another's. */
export interface Scope {
  readonly tenant: string;
  readonly environment: string;
}

export const scopeKey = (scope: Scope): string => `${scope.tenant}/${scope.environment}`;
