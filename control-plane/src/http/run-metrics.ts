// Runs by what they were judged to be and who signed them, and what became of those that gateways numbered.
import { Counter, Gauge, type Registry } from 'prom-client';
import type { ScopeAccount } from '../identity/index.ts';
import type { StoredTurn } from '../ingest/index.ts';
import { scopeKey, type Scope } from '../kernel/index.ts';

const MANIFESTS_PER_SCOPE = 50;
const SCOPES = 200;
const WHERE = ['tenant', 'environment'] as const;

type ReadAccounts = () => Promise<readonly ScopeAccount[]>;

export interface RunMetrics {
  stored(turn: StoredTurn): void;
  watch(read: ReadAccounts): void;
  /** Before the page is written. */
  refresh(): Promise<void>;
}

export function createRunMetrics(registry: Registry): RunMetrics {
  const registers = [registry];
  const runs = new Counter({
    name: 'clew_runs_total',
    help: 'Runs by verdict against the declared manifests; manifest "-": none covers the run',
    labelNames: [...WHERE, 'verdict', 'manifest', 'traffic'] as const,
    registers,
  });
  const signatures = new Counter({
    name: 'clew_run_signatures_total',
    help: 'Runs by who signed them; refused: why the signature of a gateway was not taken',
    labelNames: [...WHERE, 'by', 'refused'] as const,
    registers,
  });
  const account = new Gauge({
    name: 'clew_runs_unaccounted',
    help: 'Runs that gateways numbered and that are not here: missing, lost, not_kept, unknown_end; and numbers that are repeated or unproven',
    labelNames: [...WHERE, 'kind'] as const,
    registers,
  });
  const refusing = new Gauge({
    name: 'clew_log_witnesses_refusing',
    help: 'Witnesses that saw another log than this: the data folder was put back from a backup, or two servers hold it',
    labelNames: WHERE,
    registers,
  });
  const known = new Map<string, Set<string>>();
  const manifestLabel = (scope: Scope, name: string): string => {
    const names = known.get(scopeKey(scope)) ?? new Set<string>();
    known.set(scopeKey(scope), names);
    if (!names.has(name) && names.size >= MANIFESTS_PER_SCOPE) return 'other';
    names.add(name);
    return name;
  };
  let read: ReadAccounts | undefined;
  return {
    stored({ scope, identity }) {
      if (!identity) return;
      const isNew = !known.has(scopeKey(scope)) && known.size >= SCOPES;
      const where = isNew ? { tenant: 'other', environment: 'other' } : { tenant: scope.tenant, environment: scope.environment };
      const { judgement, signed } = identity;
      const manifest = judgement.manifest === null ? '-' : manifestLabel(where, judgement.manifest.name);
      runs.inc({ ...where, verdict: judgement.verdict, manifest, traffic: scope.environment === 'test' ? 'test' : 'live' });
      signatures.inc({ ...where, by: signed.by, refused: signed.refused ?? '-' });
    },
    watch(reader) {
      read = reader;
    },
    async refresh() {
      if (!read) return;
      account.reset();
      refusing.reset();
      for (const { scope, account: found, refusals } of (await read()).slice(0, SCOPES)) {
        const { missing, lost, notKept, unknownEnd, repeated, unproven } = found;
        refusing.set({ tenant: scope.tenant, environment: scope.environment }, refusals);
        const values = { missing, lost, not_kept: notKept, unknown_end: unknownEnd, repeated, unproven };
        for (const [kind, value] of Object.entries(values))
          account.set({ tenant: scope.tenant, environment: scope.environment, kind }, value);
      }
    },
  };
}
