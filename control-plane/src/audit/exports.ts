// What was taken away, as the log tells it. An export names those whose data it holds by their digests; one that names nobody may
// hold anybody.
import { subjectDigest, type AuditEntry, type Scope } from '../kernel/index.ts';
import { fieldsOf } from './chain.ts';
import type { AuditStore } from './ports.ts';

const BATCH = 500;
/** An export of more people names none: it is everybody's. */
const MOST_SUBJECTS = 200;

/** Entries that tell of exports which may hold the person, newest first, by what was taken. */
export type Exports = Readonly<Record<'thread_audit' | 'graph', readonly ExportEntry[]>>;
export interface ExportEntry {
  readonly seq: number;
  readonly hasTexts: boolean;
}

/** The detail of an `export` entry that says whose data it holds. */
export function subjectsTold(scope: Scope, users: Iterable<string>): AuditEntry['details'] {
  const subjects = [...new Set(users)].map((user) => subjectDigest(scope, user));
  return subjects.length > MOST_SUBJECTS ? {} : { subjects };
}

/** @param subject digest of the pseudonym */
export async function exportsOf(store: AuditStore, scope: Scope, subject: string): Promise<Exports> {
  const found: Record<keyof Exports, ExportEntry[]> = { thread_audit: [], graph: [] };
  for (let before: number | undefined; ;) {
    const page = await store.search(scope, { kind: 'export' }, before, BATCH);
    for (const { seq, text } of page) {
      const details = (fieldsOf(text)?.['details'] ?? {}) as Readonly<Record<string, unknown>>;
      const { what, subjects, texts } = details;
      const mayHold = !Array.isArray(subjects) || subjects.includes(subject);
      if (mayHold && (what === 'thread_audit' || what === 'graph')) found[what].push({ seq, hasTexts: texts === true });
    }
    if (page.length < BATCH) return found;
    before = page.at(-1)?.seq;
  }
}
