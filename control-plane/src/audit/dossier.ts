// What an auditor takes away of one thread: its course without a word of it, the proof of each run, and what was done to
// it, in an envelope that openssl can check.
import { canonicalize, publicKeyPem, signEnvelope, type DsseEnvelope, type SigningKey } from '#contract';
import type { AuditKind, Clock, Scope } from '../kernel/index.ts';
import { fieldsOf, type ChainedEntry } from './chain.ts';
import type { Anchor } from './anchor.ts';
import type { AuditStore } from './ports.ts';

export const DOSSIER_TYPE = 'application/vnd.clew.thread-audit+json';

/** Facts of a thread, from the rooms that hold them. Never a text. */
export interface ThreadFacts {
  /** Pseudonyms of those whose requests these are; not in the dossier. */
  readonly users: readonly string[];
  readonly requests: readonly ({ readonly id: string } & Readonly<Record<string, unknown>>)[];
  /** One for each run that is in the log. */
  readonly runs: readonly Readonly<Record<string, unknown>>[];
}

export interface Dossiers {
  /** Undefined where there is no such thread. */
  of(scope: Scope, threadId: string): Promise<ThreadFacts | undefined>;
}

export interface Dossier {
  readonly envelope: DsseEnvelope;
  /** PEM; what an auditor compares with the one that was handed over before. */
  readonly publicKey: string;
}

/** Kinds that can be about one thread. */
const ABOUT: readonly AuditKind[] = ['reveal', 'reveal_refused', 'repair', 'export'];
const BATCH = 500;

export async function makeDossier(
  scope: Scope,
  threadId: string,
  parts: {
    readonly facts: ThreadFacts;
    readonly store: AuditStore;
    readonly anchor: Anchor;
    readonly key: SigningKey;
    readonly clock: Clock;
  },
): Promise<Dossier> {
  const { facts, store, anchor, key, clock } = parts;
  const body = canonicalize({
    v: 1,
    tenant: scope.tenant,
    environment: scope.environment,
    thread: threadId,
    exportedAt: new Date(clock.nowMs()).toISOString(),
    requests: facts.requests,
    runs: facts.runs,
    audit: {
      vkey: anchor.vkeyOf(scope),
      head: (await anchor.head(scope)) ?? null,
      entries: (await entriesAbout(scope, threadId, new Set(facts.requests.map(({ id }) => id)), store)).map(({ text }) => text),
    },
  });
  return { envelope: signEnvelope(DOSSIER_TYPE, Buffer.from(body), key), publicKey: publicKeyPem(key.publicKey) };
}

async function entriesAbout(
  scope: Scope,
  thread: string,
  requests: ReadonlySet<string>,
  store: AuditStore,
): Promise<readonly ChainedEntry[]> {
  const found: ChainedEntry[] = [];
  for (const kind of ABOUT) {
    let before: number | undefined;
    for (;;) {
      const page = await store.search(scope, { kind }, before, BATCH);
      found.push(...page.filter(({ text }) => isAbout(text, thread, requests)));
      if (page.length < BATCH) break;
      before = page.at(-1)?.seq;
    }
  }
  return found.sort((a, b) => a.seq - b.seq);
}

function isAbout(text: string, thread: string, requests: ReadonlySet<string>): boolean {
  const details = fieldsOf(text)?.['details'];
  if (typeof details !== 'object' || details === null) return false;
  const values = Object.values(details as Record<string, unknown>).flat();
  return values.some((value) => typeof value === 'string' && (value === thread || requests.has(value)));
}
