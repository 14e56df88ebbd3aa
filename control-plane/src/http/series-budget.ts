// How many series a metric may have. Senders choose models, guardrails and much else, so what they choose is bounded twice: each
// label by itself, and all labels together. What does not fit is counted under "other", never left out.

/** Series of one metric: of a tenant in an environment, and of all of them. docs/METRICS.md states the sums. */
export interface SeriesBudget {
  readonly perScope: number;
  readonly inAll: number;
}

export const OTHER = 'other';
/** Tenants and environments that have a label of their own. */
export const MAX_SCOPES = 200;

interface Place {
  readonly tenant: string;
  readonly environment: string;
}

/**
 * Answers the labels as they are while the budget lasts; then `open` ones give way to "other", in the order given, until the series
 * is one that is there or fits; and when nothing is left, all but tenant and environment, and then those. At most one series a scope,
 * and one in all, are beyond the budget.
 */
export function createSeriesBudget<L extends string>(
  { perScope, inAll }: SeriesBudget,
  open: readonly L[],
): (labels: Readonly<Record<L, string>> & Place) => Record<L | keyof Place, string> {
  const scopes = new Map<string, Set<string>>();
  let total = 0;

  const keyOf = (labels: object): string => JSON.stringify(labels);

  function fits(labels: Place): boolean {
    const scope = `${labels.tenant}/${labels.environment}`;
    const known = scopes.get(scope) ?? new Set<string>();
    const key = keyOf(labels);
    if (known.has(key)) return true;
    if (known.size >= perScope || total >= inAll) return false;
    if (!scopes.has(scope)) scopes.set(scope, known);
    known.add(key);
    total += 1;
    return true;
  }

  return (given) => {
    const labels: Record<string, string> = { ...given };
    const place = (): Record<L | keyof Place, string> => labels;
    if (fits(place())) return place();
    for (const label of open) {
      labels[label] = OTHER;
      if (fits(place())) return place();
    }
    for (const label of Object.keys(labels)) if (label !== 'tenant' && label !== 'environment') labels[label] = OTHER;
    if (scopes.has(`${given.tenant}/${given.environment}`) || fits(place())) return place();
    labels['tenant'] = OTHER;
    labels['environment'] = OTHER;
    return place();
  };
}

/** Values of one label: the first ones, each of the form, by scope. */
export function createLabelBudget(limit: number, form: RegExp): (scope: Place, value: string) => string {
  const known = new Map<string, Set<string>>();
  return ({ tenant, environment }, value) => {
    const key = `${tenant}/${environment}`;
    const values = known.get(key) ?? new Set<string>();
    if (values.has(value)) return value;
    if (!form.test(value) || values.size >= limit) return OTHER;
    known.set(key, values.add(value));
    return value;
  };
}

/** The scope, or "other" for those beyond the first. */
export function createScopeBudget(limit = MAX_SCOPES): (scope: Place) => Place {
  const known = new Set<string>();
  return ({ tenant, environment }) => {
    const key = `${tenant}/${environment}`;
    if (!known.has(key) && known.size >= limit) return { tenant: OTHER, environment: OTHER };
    known.add(key);
    return { tenant, environment };
  };
}
