// A process of its own that the kernel kills in the middle of a purge, again and again, each time further on: what is left in
// the end is what one whole pass would have left, the words are gone from the files too, and the audit log tells all of it once.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqlite, type SqliteStore } from '../../control-plane/src/adapters/sqlite/index.ts';
import { EMPTY, follow } from '../../control-plane/src/audit/index.ts';
import { systemClock, type Scope } from '../../control-plane/src/kernel/index.ts';
import { HERE, OTHER_ENVIRONMENT, OTHER_TENANT, storedTurn } from '../contract/store-fixtures.ts';
import { NOTHING_PURGED } from '../../control-plane/src/retention/index.ts';
import { purgeOnce, type Step } from '../support/purge-life.ts';
import { ALL_VECTORS } from '../support/stored-vectors.ts';

const script = path.resolve(import.meta.dirname, '../support/purge-life.ts');
const DAY_S = 86_400;
const NOW_S = Math.floor(Date.now() / 1_000);
const PLACES: readonly Scope[] = [HERE, OTHER_TENANT, OTHER_ENVIRONMENT];
/** Days of age: younger than all limits, beyond that of vectors, of texts, of requests, and of runs. */
const AGES = [1, 25, 40, 310, 350];
const EACH = 4;
/** Of each age the last is Held's: a hold keeps all of that person, in the first place alone. */
const HELD = EACH - 1;

interface Row {
  readonly place: number;
  readonly id: string;
  readonly age: number;
  readonly isHeld: boolean;
  /** Stands in its prompt and nowhere else. */
  readonly word: string;
}
const ROWS: readonly Row[] = PLACES.flatMap((_, place) =>
  AGES.flatMap((age) =>
    Array.from({ length: EACH }, (__, n) => ({
      place,
      age,
      id: `r${age}n${n}`,
      isHeld: place === 0 && n === HELD,
      word: `zword${place}a${age}n${n}z`,
    })),
  ),
);
/** By the rules, and not by the code: what a row keeps. */
const keeps = (row: Row, days: number): boolean => row.isHeld || row.age < days;

let folder = '';
/** What lay in the folder when the purge had ended. */
let files: readonly Buffer[] = [];
let store: SqliteStore;
const lives: (string | null)[] = [];

/** Steps in the order of lives; each begins where the one before was cut off. */
const DEATHS: readonly (readonly [step: Step, number: number])[] = [
  ['write', 1],
  ['commit', 1],
  ['write', 7],
  ['commit', 3],
  ['before telling', 1],
  ['after telling', 1],
  ['before telling', 1],
  ['write', 3],
  ['beside', 2],
  ['beside', 3],
];

async function fill(store: SqliteStore): Promise<void> {
  for (const [place, scope] of PLACES.entries()) {
    const rows = ROWS.filter((row) => row.place === place);
    await store.turns.commit(
      rows.map(({ id, age, word }) => {
        const who = id.endsWith(`n${HELD}`) ? 'held' : `p${age}`;
        return storedTurn(id, `t-${age}-${who}`, {
          scope,
          principal: who,
          at: NOW_S - age * DAY_S,
          prompt: `Where is ${word} kept?`,
          sample: { runId: Buffer.from(`${id}${place}`.padEnd(16, '.')).toString('hex').slice(0, 32) },
        });
      }),
      [],
      [],
    );
  }
  await store.legalHolds.place(
    HERE,
    {
      ...{ id: 'hold', kind: 'user', subject: 'held', reason: 'case 4711', placedAtMs: Date.now(), placedBy: 'tok' },
      ...{ liftedAtMs: null, liftedBy: null, liftReason: null },
    },
    { scope: HERE, kind: 'hold_placed', actor: 'tok', details: {} },
  );
}

/** Sealed values and what stands beside requests, as they stand in their tables; written without the rooms that make them. */
function fillTables(): void {
  const file = new DatabaseSync(path.join(folder, 'clew.db'));
  const feedback =
    file.prepare(`INSERT INTO feedback (scope, id, kind, source, value, comment, at_ms, received_at_ms, target_kind, target, principal)
    VALUES (?, ?, ?, 'user', ?, ?, ?, 1, 'request', 'x', ?)`);
  const statements = [
    "INSERT INTO alerts (scope, id, status, name, labels, starts_at_ms, received_at_ms) VALUES (?, ?, 'resolved', 'n', '{}', ?, 1)",
    "INSERT INTO deploys (scope, id, at_ms, service) VALUES (?, ?, ?, 's')",
    `INSERT INTO topic_changes (scope, kind, from_id, to_id, threads, at_ms) VALUES (?, 'merge', ?, 'x', 1, ?)`,
  ].map((text) => file.prepare(text));
  for (const { place, id, age } of ROWS) {
    const { tenant, environment } = PLACES[place] as Scope;
    const who = id.endsWith(`n${HELD}`) ? 'held' : `p${age}`;
    const key = `${tenant}/${environment}`;
    const atMs = (NOW_S - age * DAY_S) * 1_000;
    file
      .prepare("INSERT INTO vault_keys (scope, principal, master, wrapped) VALUES (?, ?, 'm', x'00') ON CONFLICT DO NOTHING")
      .run(key, who);
    file
      .prepare(
        "INSERT INTO vault_values (scope, principal, request_id, token, type, at_ms, sealed) VALUES (?, ?, ?, 't', 'EMAIL', ?, x'01')",
      )
      .run(key, who, id, atMs);
    feedback.run(key, `c${id}`, 'comment', null, 'too long', atMs, who);
    feedback.run(key, `t${id}`, 'thumbs', 1, null, atMs, who);
    for (const statement of statements) statement.run(key, id, atMs);
  }
  file.close();
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'clew-purge-kill-'));
  const empty = openSqlite({ folder, clock: systemClock });
  await fill(empty);
  await empty.close();
  fillTables();
  for (const [step, number] of DEATHS) {
    const life = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', script, folder, step, String(number)], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    lives.push(life.signal);
  }
  await purgeOnce(folder);
  files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(folder, entry.name)));
  store = openSqlite({ folder, clock: systemClock });
}, 120_000);
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const rowsOf = (text: string): readonly Record<string, unknown>[] => {
  const file = new DatabaseSync(path.join(folder, 'clew.db'), { readOnly: true });
  const rows = file.prepare(text).all();
  file.close();
  return rows;
};
const namesOf = (text: string): string[] =>
  rowsOf(text)
    .map(({ name }) => String(name))
    .sort();
const expected = (days: number): string[] =>
  ROWS.filter((row) => keeps(row, days))
    .map(({ place, id }) => `${PLACES[place]?.tenant}/${PLACES[place]?.environment} ${id}`)
    .sort();

describe('a purge that is killed at every turn', () => {
  it('died by the signal each time', () => {
    expect(lives).toEqual(DEATHS.map(() => 'SIGKILL'));
  });

  it('leaves of each class what should stay, and nothing that should go', () => {
    expect(namesOf("SELECT scope || ' ' || id AS name FROM requests")).toEqual(expected(300));
    expect(namesOf("SELECT scope || ' ' || id AS name FROM requests WHERE prompt IS NOT NULL AND answer IS NOT NULL")).toEqual(
      expected(30),
    );
    expect(namesOf('SELECT id AS name FROM requests WHERE (prompt IS NULL) <> (answer IS NULL)')).toEqual([]);
    expect(namesOf(`SELECT DISTINCT scope || ' ' || request_id AS name FROM ${ALL_VECTORS}`)).toEqual(expected(20));
    expect(namesOf("SELECT scope || ' ' || request_id AS name FROM vault_values")).toEqual(expected(30));
    // Runs outlive their requests, by forty days.
    const runs =
      "SELECT scope || ' ' || request_id AS name FROM past_runs UNION SELECT scope || ' ' || id FROM requests WHERE run_id IS NOT NULL";
    expect(namesOf(runs)).toEqual(expected(340));
  });

  it('leaves of what stands beside requests what is young enough, and of what can be held what is', () => {
    expect(namesOf("SELECT scope || ' ' || substr(id, 2) AS name FROM feedback WHERE kind = 'comment'")).toEqual(expected(30));
    expect(namesOf("SELECT scope || ' ' || substr(id, 2) AS name FROM feedback WHERE kind = 'thumbs'")).toEqual(expected(300));
    for (const text of ['id AS name FROM alerts', 'id AS name FROM deploys', 'from_id AS name FROM topic_changes'])
      expect(namesOf(`SELECT ${text}`), text).toEqual(
        ROWS.filter(({ age }) => age < 300)
          .map(({ id }) => id)
          .sort(),
      );
  });

  it('leaves threads and keys of those alone of whom something is left', () => {
    expect(namesOf("SELECT scope || ' ' || id AS name FROM threads")).toEqual(
      namesOf("SELECT DISTINCT scope || ' ' || thread_id AS name FROM requests"),
    );
    expect(namesOf("SELECT scope || ' ' || principal AS name FROM vault_keys")).toEqual(
      namesOf("SELECT DISTINCT scope || ' ' || principal AS name FROM vault_values"),
    );
  });

  it('leaves no word in any file, and finds those that stay', async () => {
    for (const row of ROWS) {
      const isThere = keeps(row, 30);
      expect(
        files.some((file) => file.includes(row.word)),
        row.word,
      ).toBe(isThere);
      const hits = await store.texts.match(PLACES[row.place] as Scope, [row.word], 5);
      expect(hits.map(({ requestId }) => requestId)).toEqual(isThere ? [row.id] : []);
    }
    expect(store.check()).toEqual([]);
  });

  it('is told in the audit log whole and once, and the chain holds', async () => {
    for (const [place, scope] of PLACES.entries()) {
      const chain = follow(scope, EMPTY);
      const told = { ...NOTHING_PURGED };
      for (const entry of await store.audit.entries(scope, 0, 1_000)) {
        expect(chain.next(entry)).toBeUndefined();
        const { kind, details } = JSON.parse(entry.text) as { kind: string; details: typeof told };
        if (kind !== 'purge') continue;
        for (const name of Object.keys(told) as (keyof typeof told)[]) (told as Record<string, number>)[name] = told[name] + details[name];
      }
      const gone = (days: number, from = 0): number =>
        ROWS.filter((row) => row.place === place && !keeps(row, days) && (row.isHeld || row.age < (from || Infinity))).length;
      const of = (days: number): number => ROWS.filter((row) => row.place === place && row.age >= days).length;
      // Texts, vectors and originals of whole requests are gone with those.
      expect(told).toEqual({
        ...NOTHING_PURGED,
        ...{ comments: gone(30), feedback: gone(300), alerts: of(300), deploys: of(300), topicChanges: of(300) },
        ...{ requests: gone(300), texts: gone(30, 300), vectors: gone(20, 300), runs: gone(340), vault: gone(30, 300) },
      });
    }
  });
});
