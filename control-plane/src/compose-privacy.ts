// The wiring of what is told of acts on people's data: the audit log, the ledger of erasures, what is out of reach.
import path from 'node:path';
import type { Access } from './access/index.ts';
import { checkpointFolder, erasureLedger } from './adapters/files/index.ts';
import { createAuditRoom, exportsOf, fieldsOf, type ExportEntry, type AuditRoom, type Dossiers } from './audit/index.ts';
import { type Base, principalMeant, secretOf } from './compose-base.ts';
import { holdRoutes } from './holds/index.ts';
import type { IdentityRoom } from './identity/index.ts';
import { systemRandomness, type AuditEntry, type Route, type Scope } from './kernel/index.ts';
import type { BeyondRecall, Erasable, ErasureLedger, Subject } from './privacy/index.ts';
import { retentionRoutes } from './retention/index.ts';
import { createVault, localMasterKeys, type Vault } from './vault/index.ts';

/** Heads of the audit log are guarded beside the keys, as the checkpoints of the log of runs are. */
export async function openAudit(base: Base, identity: IdentityRoom): Promise<AuditRoom> {
  const { config, store, clock, logger } = base;
  return createAuditRoom({
    store: store.audit,
    guard: checkpointFolder(path.join(config.dataFolder, 'keys', 'audit')),
    seed: await secretOf(base, 'audit.key'),
    dossiers: dossiersOf(base, identity),
    clock,
    logger,
  });
}

/** The course of a thread without a word of it. */
function dossiersOf({ store }: Base, { bundler }: IdentityRoom): Dossiers {
  return {
    async of(scope, threadId) {
      const thread = await store.threads.thread(scope, threadId);
      if (!thread) return undefined;
      const runs = [];
      for (const runId of new Set(thread.requests.flatMap((request) => request.runId ?? []))) {
        const run = await store.runs.find(scope, runId);
        const bundle = run?.logIndex == null ? undefined : await bundler.bundle(scope, runId);
        runs.push({ id: runId, verdict: run?.judgement.verdict ?? null, logIndex: run?.logIndex ?? null, bundle: bundle ?? null });
      }
      const requests = thread.requests.map(({ id, runId, at, turn, position, intent, method, confidence, predecessor, model, status }) => ({
        ...{ id, runId, at, turn, position, intent, method, confidence, predecessor },
        ...{ modelRequested: model?.requested ?? null, modelExecuted: model?.executed ?? null, outcome: status?.outcome ?? null },
      }));
      return { users: usersIn(thread.requests), requests, runs };
    },
  };
}

const usersIn = (requests: readonly { readonly user: string | null }[]): readonly string[] => [
  ...new Set(requests.flatMap(({ user }) => user ?? [])),
];

/** Whose requests stand in a thread. */
export const usersOf =
  ({ store }: Base) =>
  async (scope: Scope, threadId: string): Promise<readonly string[]> =>
    usersIn((await store.threads.thread(scope, threadId))?.requests ?? []);

const AUDITED_POLICY = 'audit.policy';

/** The policy is the installation's: its changes stand in the log of the first token's scope. Also one that came while the server was down. */
export async function auditPolicy({ live, store, config, logger }: Base): Promise<void> {
  const note = async (digest: string): Promise<void> => {
    const before = (await store.meta.get(AUDITED_POLICY)) ?? null;
    if (before === digest) return;
    // Who took it, where it came by the API, is noted before it comes into force.
    const [newest] = await store.policyVersions.list(1);
    const actor = newest?.digest === digest ? newest.actor : 'file';
    const entry: AuditEntry = { scope: config.scope, kind: 'policy_changed', actor, details: { before, after: digest } };
    await store.meta.set(AUDITED_POLICY, digest, entry);
  };
  await note(live.current().digest);
  live.onChange(({ digest }) => {
    note(digest).catch(() => logger.error('policy_change_not_audited', { digest }));
  });
}

/** How long what is kept, and what is kept longer by a hold. */
export function openRetention(
  base: Base,
  parts: { readonly redact: (text: string) => string; readonly nextPurgeMs: () => number | undefined },
): readonly Route[] {
  const { store, live, clock } = base;
  return [
    ...holdRoutes({
      store: store.legalHolds,
      clock,
      randomness: systemRandomness,
      redact: parts.redact,
      principalOf: (scope, user) => principalMeant(base, scope, user),
    }),
    ...retentionRoutes({
      reader: store.retention,
      policy: () => live.current().policy,
      nextPurgeMs: parts.nextPurgeMs,
      holds: store.legalHolds,
      clock,
      async pastPurges(scope) {
        const entries = await store.audit.search(scope, { kind: 'purge' }, undefined, PAST_PURGES);
        return entries.map(({ text }) => {
          const { at, details } = fieldsOf(text) ?? {};
          return { at: String(at), removed: details as Readonly<Record<string, number>> };
        });
      },
    }),
  ];
}

const PAST_PURGES = 10;

export function openLedger({ config }: Base): ErasureLedger {
  return erasureLedger(config.erasuresFile);
}

/** Everybody of whom the store holds anything. */
export function subjectsOf({ store, config }: Base, access: Access): Promise<readonly Subject[]> {
  const operator = { tokenId: '', scope: config.scope, role: 'admin' };
  const tokens = access.list(operator).flatMap(({ scope, user }) => (user === null ? [] : [{ scope, principal: user }]));
  return Promise.resolve([...store.principals(), ...tokens]);
}

/** What leaves by settings; the rest is said once, in docs/PRIVACY.md. */
export function beyondRecallOf({ config }: Base): readonly BeyondRecall[] {
  const places: BeyondRecall[] = [
    { place: 'backups of the data folder', holds: 'what they held; a restored one forgets at its start, by the ledger of erasures' },
    { place: 'log of runs', holds: 'commitments whose salts are destroyed: they say nothing of anybody' },
    { place: 'audit log', holds: 'acts of staff, and digests of erased pseudonyms' },
    { place: 'log lines of this server', holds: 'ids and times of requests, threads and sessions; neither the pseudonym nor a text' },
  ];
  for (const { view, target } of config.otlp.destinations) {
    const texts = view.content === 'none' ? 'no texts' : 'redacted texts';
    places.push({
      place: `OTLP receiver at ${new URL(target.url).host}`,
      holds: `spans with ids, models and topics of the requests; ${texts}. Erase there by the ids of the traces`,
    });
  }
  if (config.traceUrl !== undefined)
    places.push({ place: `traces at ${new URL(config.traceUrl).host}`, holds: 'what the applications wrote there' });
  return places;
}

/** What was taken away of a person, which nobody can take back; the entries say who has it. */
export async function takenAway({ store }: Base, scope: Scope, subject: string): Promise<readonly BeyondRecall[]> {
  const { thread_audit: dossiers, graph: graphs } = await exportsOf(store.audit, scope, subject);
  const texts = graphs.filter(({ hasTexts }) => hasTexts);
  const inSome = texts.length === 0 ? 'no texts' : `redacted texts in ${texts.length}`;
  return [
    ...taken('dossiers of threads for auditors', dossiers, 'the course of threads without texts, proofs of runs'),
    ...taken('graph files', graphs, `what was asked for, which may be of this person: pseudonyms, links, models, costs; ${inSome}`),
  ];
}

const MOST_NAMED = 20;

function taken(what: string, entries: readonly ExportEntry[], holds: string): readonly BeyondRecall[] {
  if (entries.length === 0) return [];
  const named = entries.slice(0, MOST_NAMED).map(({ seq }) => seq);
  const more = entries.length > named.length ? ` and ${entries.length - named.length} older` : '';
  return [
    { place: `${what}: ${entries.length}`, holds: `${holds}. Who took them say entries ${named.join(', ')}${more} of the audit log` },
  ];
}

/**
 * The vault. Its master key is a file of keys/ unless CLEW_VAULT_KEYS gives others; the file's stays good for what it
 * wrapped before, so that going over to given keys is a rotation like any other.
 */
export async function openVault(base: Base): Promise<Vault> {
  const { config, store } = base;
  const file = await secretOf(base, 'vault-master.key');
  return createVault({
    store: store.vault,
    masters: localMasterKeys([...config.vaultKeys, file]),
    privateKey: await secretOf(base, 'vault.key'),
    audit: store.audit,
    scope: config.scope,
  });
}

/** Data keys that the vault holds in memory: they go with those that it has stored. */
export function vaultMemory(vault: Vault): Erasable {
  return {
    name: 'vault_memory',
    tables: [],
    isMemory: true,
    erase: (scope: Scope, principal) => {
      vault.forget(scope, principal);
      return Promise.resolve({});
    },
    residual: () => Promise.resolve(0),
  };
}
