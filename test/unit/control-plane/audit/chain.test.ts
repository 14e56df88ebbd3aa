import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signingKey } from '#contract';
import {
  chain,
  createAnchor,
  EMPTY,
  hashOf,
  signHead,
  verifyAudit,
  type ChainedEntry,
  type HeadGuard,
} from '../../../../control-plane/src/audit/index.ts';
import { openSqlite, type SqliteStore } from '../../../../control-plane/src/adapters/sqlite/index.ts';
import { vkeyOf } from '../../../../control-plane/src/identity/index.ts';
import {
  AUDIT_KINDS,
  scopeKey,
  silentLogger,
  type AuditEntry,
  type AuditKind,
  type Scope,
} from '../../../../control-plane/src/kernel/index.ts';

const scope: Scope = { tenant: 'acme', environment: 'live' };
const key = signingKey(Buffer.alloc(32, 7));
const origin = 'clew/test/acme/live/audit';
const vkey = vkeyOf(origin, key.publicKey);
const acts = fc.array(
  fc.record({
    kind: fc.constantFrom(...(Object.keys(AUDIT_KINDS) as AuditKind[])),
    actor: fc.stringMatching(/^[a-z0-9:]{1,20}$/),
    details: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.oneof(fc.string({ maxLength: 12 }), fc.nat(), fc.boolean()), {
      maxKeys: 3,
    }),
  }),
  { minLength: 1, maxLength: 12 },
);

function chained(entries: readonly Omit<AuditEntry, 'scope'>[]): ChainedEntry[] {
  const out: ChainedEntry[] = [];
  let end = EMPTY;
  for (const [index, entry] of entries.entries()) {
    const next = chain({ scope, ...entry }, end, 1_000 * index);
    out.push(next);
    end = { size: end.size + 1, hash: next.hash };
  }
  return out;
}
const headOf = (entries: readonly ChainedEntry[]): string =>
  signHead(origin, { size: entries.length, hash: entries.at(-1)?.hash ?? EMPTY.hash }, key);
const verify = (entries: readonly ChainedEntry[], heads: readonly string[]) => verifyAudit(entries, { scope, heads, vkey });

/** What somebody could do to a log who can write to the store, but has no key: everything is made to look right again. */
const tampering = fc.record({
  kind: fc.constantFrom('alter', 'remove', 'swap', 'cut', 'insert', 'repeat', 'rechain', 'rehash'),
  at: fc.nat(),
  char: fc.nat(),
});

function tampered(given: readonly ChainedEntry[], { kind, at, char }: { kind: string; at: number; char: number }): ChainedEntry[] {
  const entries = given.map((entry) => ({ ...entry }));
  const index = at % entries.length;
  const entry = entries[index]!;
  const altered = (): string => {
    const place = char % entry.text.length;
    const other = entry.text[place] === 'x' ? 'y' : 'x';
    return entry.text.slice(0, place) + other + entry.text.slice(place + 1);
  };
  const forged = (text: string): ChainedEntry => ({ ...entry, text, hash: hashOf(text) });
  switch (kind) {
    case 'alter':
      entries[index] = { ...entry, text: altered() };
      return entries;
    case 'rehash':
      entries[index] = forged(altered());
      return entries;
    case 'remove':
      entries.splice(index, 1);
      return entries.map((one, seq) => ({ ...one, seq }));
    case 'swap': {
      const other = (index + 1) % entries.length;
      [entries[index], entries[other]] = [entries[other]!, entry];
      return entries.map((one, seq) => ({ ...one, seq }));
    }
    case 'cut':
      return entries.slice(0, index);
    case 'repeat':
      return [...entries.slice(0, index), entry, ...entries.slice(index)].map((one, seq) => ({ ...one, seq }));
    case 'insert': {
      const made = chain({ scope, kind: 'login', actor: 'forged', details: {} }, { size: index, hash: entry.hash }, 5);
      return [...entries.slice(0, index), made, ...entries.slice(index)].map((one, seq) => ({ ...one, seq }));
    }
    // The whole rest of the chain is made anew behind a changed entry: only the signed head can tell.
    default: {
      const acts = entries.map(({ text }) => JSON.parse(text) as AuditEntry);
      acts[index] = { ...acts[index]!, actor: 'somebody else' };
      return chained(acts.map(({ kind: what, actor, details }) => ({ kind: what, actor, details })));
    }
  }
}

describe('an audit log', () => {
  it('that was left alone holds, also against every head that was signed on the way', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (given) => {
        const entries = chained(given);
        const heads = entries.map((_, index) => headOf(entries.slice(0, index + 1)));
        expect(await verify(entries, heads)).toEqual({ ok: true, entries: entries.length, unsigned: 0, faults: [] });
        expect((await verify(entries, heads.slice(0, 1))).unsigned).toBe(entries.length - 1);
      }),
      { numRuns: 100 },
    );
  });

  it('shows whatever was done to it', async () => {
    await fc.assert(
      fc.asyncProperty(acts, tampering, async (given, how) => {
        const entries = chained(given);
        const changed = tampered(entries, how);
        fc.pre(JSON.stringify(changed) !== JSON.stringify(entries));
        expect((await verify(changed, [headOf(entries)])).ok).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not hold under a head of another key, another log or another text', async () => {
    const entries = chained([{ kind: 'login', actor: 'a', details: {} }]);
    const other = signingKey(Buffer.alloc(32, 8));
    const end = { size: 1, hash: entries[0]!.hash };
    for (const head of [
      signHead(origin, end, other),
      signHead('clew/test/acme/test/audit', end, key),
      headOf(entries).replace('1', '2'),
      '',
    ])
      expect((await verify(entries, [head])).ok).toBe(false);
    expect((await verify(entries, [])).faults).toHaveLength(1);
  });
});

describe('the anchor', () => {
  let folder: string;
  let store: SqliteStore;
  let guarded: Map<string, string>;
  const guard = (): HeadGuard => ({
    read: (of) => Promise.resolve(guarded.get(scopeKey(of))),
    write: (of, note) => Promise.resolve(void guarded.set(scopeKey(of), note)),
  });
  const anchorOf = () => createAnchor({ store: store.audit, guard: guard(), key, logger: silentLogger });
  const act = (actor: string) => store.audit.append({ scope, kind: 'login', actor, details: {} });
  const verdict = async () => {
    const anchor = anchorOf();
    const head = await anchor.head(scope);
    return verifyAudit(await store.audit.entries(scope, 0, 100), {
      scope,
      heads: head === undefined ? [] : [head],
      vkey: anchor.vkeyOf(scope),
    });
  };
  /** As somebody would who has the file. */
  const behindTheBack = async (statements: string): Promise<void> => {
    await store.close();
    const file = new DatabaseSync(path.join(folder, 'clew.db'));
    file.exec(`DROP TRIGGER audit_is_kept; DROP TRIGGER audit_stays; ${statements}`);
    file.close();
    store = openSqlite({ folder, clock: { nowMs: () => 5_000 } });
  };

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'clew-audit-'));
    store = openSqlite({ folder, clock: { nowMs: () => 5_000 } });
    guarded = new Map();
    for (const actor of ['a', 'b', 'c']) await act(actor);
    await anchorOf().advanceAll();
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('signs what the log has become, and goes on', async () => {
    expect(await verdict()).toMatchObject({ ok: true, entries: 3, unsigned: 0 });
    await act('d');
    expect(await verdict()).toMatchObject({ ok: true, entries: 4, unsigned: 0 });
  });

  it.each([
    ['an altered entry', `UPDATE audit SET entry = replace(entry, '"actor":"b"', '"actor":"x"') WHERE seq = 1`],
    ['a removed entry', 'DELETE FROM audit WHERE seq = 1'],
    ['the last entries cut off', 'DELETE FROM audit WHERE seq >= 1'],
    ['everything cut off', 'DELETE FROM audit'],
    [
      'entries that changed places',
      'UPDATE audit SET seq = seq + 10; UPDATE audit SET seq = CASE seq WHEN 10 THEN 0 WHEN 11 THEN 2 ELSE 1 END',
    ],
    ['the last entry replaced', `UPDATE audit SET hash = x'${'00'.repeat(32)}' WHERE seq = 2`],
  ])('never signs over %s, also after more was written', async (_, statements) => {
    await behindTheBack(statements);
    await act('later');
    await anchorOf().advanceAll();
    expect((await verdict()).ok).toBe(false);
    await act('and later');
    expect((await verdict()).ok).toBe(false);
  });

  it('never signs anew where the guard is gone', async () => {
    guarded.clear();
    await behindTheBack('DELETE FROM audit WHERE seq = 2');
    expect((await verdict()).ok).toBe(false);
    expect(guarded.size).toBe(0);
  });

  it('lets nobody change or remove an entry by the store itself', () => {
    const file = new DatabaseSync(path.join(folder, 'clew.db'));
    expect(() => file.exec('DELETE FROM audit')).toThrow(/append-only/);
    expect(() => file.exec('UPDATE audit SET actor = 1')).toThrow(/append-only/);
    file.close();
  });

  it('keeps logs of tenants and environments apart', async () => {
    await store.audit.append({ scope: { tenant: 'acme', environment: 'test' }, kind: 'login', actor: 'z', details: {} });
    expect(await store.audit.entries({ tenant: 'acme', environment: 'test' }, 0, 9)).toHaveLength(1);
    expect(await verdict()).toMatchObject({ ok: true, entries: 3 });
  });
});
