// How often inference is right where certain evidence says what is. Scopes come from tokens, so only the first get a label.
import { Counter, Gauge, type Registry } from 'prom-client';
import type { AccuracyMeter } from '../accuracy/index.ts';
import { scopeKey, type Scope } from '../kernel/index.ts';
import type { Placement, VerdictKind } from '../threads/index.ts';

/** Newest verdicts of a scope that precision and recall are taken of, and how many make a figure. */
const WINDOW = 1_000;
const ENOUGH = 50;
const SCOPES = 200;
const WHERE = ['tenant', 'environment'] as const;
const KINDS = ['true_join', 'false_join', 'missed_join', 'true_new', 'false_new'] as const satisfies readonly VerdictKind[];

export interface AccuracyMetrics extends AccuracyMeter {
  stored(turn: { readonly scope: Scope; readonly placement: Pick<Placement, 'verdicts'> }): void;
  /** What was judged before the process began, so that a restart leaves no gap. */
  seed(scope: Scope, kinds: readonly VerdictKind[]): void;
}

export function createAccuracyMetrics(registry: Registry): AccuracyMetrics {
  const windows = new Map<string, { readonly scope: Scope; readonly kinds: VerdictKind[] }>();
  const registers = [registry];
  const verdicts = new Counter({
    name: 'clew_link_verdicts_total',
    help: 'Guesses of the linker beside certain evidence: joins are true_join, false_join and missed_join',
    labelNames: [...WHERE, 'kind', 'evidence'] as const,
    registers,
  });
  const gauge = (name: string, help: string, value: (count: (kind: VerdictKind) => number) => number | undefined): Gauge =>
    new Gauge({
      name,
      help,
      labelNames: WHERE,
      registers,
      collect() {
        for (const { scope, kinds } of windows.values()) {
          const known = value((kind) => kinds.filter((one) => one === kind).length);
          if (known !== undefined) this.set({ tenant: scope.tenant, environment: scope.environment }, known);
        }
      },
    });
  const share = (part: number, whole: number): number | undefined => (whole < ENOUGH ? undefined : part / whole);
  gauge('clew_link_precision', `Share of joins that were right, of the newest ${WINDOW} verdicts; from ${ENOUGH} joins on`, (count) =>
    share(count('true_join'), count('true_join') + count('false_join') + count('missed_join')),
  );
  gauge('clew_link_recall', `Share of continuations that were joined rightly, of the newest ${WINDOW} verdicts`, (count) =>
    share(count('true_join'), count('true_join') + count('missed_join') + count('false_new')),
  );

  function take(scope: Scope, kind: VerdictKind): void {
    const key = scopeKey(scope);
    const own = windows.get(key) ?? (windows.size < SCOPES ? { scope, kinds: [] } : undefined);
    if (own === undefined) return;
    windows.set(key, own);
    own.kinds.push(kind);
    if (own.kinds.length > WINDOW) own.kinds.shift();
  }

  function judged(scope: Scope, kind: VerdictKind, evidence: string): void {
    take(scope, kind);
    const { tenant, environment } = windows.has(scopeKey(scope)) ? scope : { tenant: 'other', environment: 'other' };
    // A series that is not there yet makes no share and loses its first count in a rate: links that are all wrong must be told.
    for (const one of KINDS) verdicts.inc({ tenant, environment, kind: one, evidence }, one === kind ? 1 : 0);
  }

  return {
    judged,
    stored({ scope, placement: { verdicts: found = [] } }) {
      for (const { kind, evidence } of found) judged(scope, kind, evidence);
    },
    seed(scope, kinds) {
      for (const kind of kinds) take(scope, kind);
    },
  };
}
