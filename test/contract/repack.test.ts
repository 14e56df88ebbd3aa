// Files from before texts and records were pressed: read as they are, taken over in batches, alike at every point.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { RequestRow } from '../../control-plane/src/adapters/sqlite/request-row.ts';
import { indexable } from '../../control-plane/src/adapters/sqlite/indexable.ts';
import { placementIn, sampleIn, textOf, wordsIn } from '../../control-plane/src/adapters/sqlite/request-record.ts';
import type { SqliteStore } from '../../control-plane/src/adapters/sqlite/index.ts';
import { withOwnVectors } from '../support/own-vectors.ts';
import { HERE, MODEL, openStore, storedTurn, unitVector, type OpenStore } from './store-fixtures.ts';

const AT = 1_772_366_400;
const COUNT = 25;
const runOf = (index: number): string => index.toString(16).padStart(32, '0');

async function filled(): Promise<OpenStore> {
  const opened = openStore();
  const turns = Array.from({ length: COUNT }, (_, index) =>
    storedTurn(`r${index}`, `t${index % 4}`, {
      at: AT + index * 60,
      prompt: `How do I prune plum tree number ${index}?`,
      sample: {
        runId: runOf(index),
        call: { kind: 'turn', responseId: `resp_${index}` },
        gateway: { kind: 'kong', route: 'garden', consumer: 'app' },
        model: { requested: 'gpt-4o', evidence: 'unknown' },
        ...(index % 3 === 0 ? { endedAt: '2026-03-01T14:00:00.5+02:00' } : {}),
      },
      // What the linker read differs from what is shown.
      turn: { vector: unitVector(index, 384), text: index % 5 === 0 ? `plum ${index}` : `How do I prune plum tree number ${index}?` },
      placement: index % 7 === 0 ? { fork: true } : {},
    }),
  );
  await opened.store.turns.commit(turns, [], []);
  return opened;
}

/** As a version before wrote it: everything as JSON text, vectors as float32, nothing in the columns that came later. */
function age(folder: string): void {
  const file = new DatabaseSync(path.join(folder, 'clew.db'));
  const rows = file.prepare('SELECT r.*, w.texts AS words FROM requests r LEFT JOIN request_words w ON w.seq = r.seq').all();
  for (const { words, ...rest } of rows) {
    const row = { ...rest, texts: words } as unknown as RequestRow;
    const { prompt, answer, text, turnAnswer } = wordsIn(row);
    const turn = {
      inferable: true,
      ...(JSON.parse(row.turn) as object),
      ...(text === undefined ? {} : { text }),
      ...(turnAnswer === undefined ? {} : { answer: turnAnswer }),
    };
    file
      .prepare('UPDATE requests SET packed = NULL, texts = NULL, sample = ?, placement = ?, turn = ?, prompt = ?, answer = ? WHERE seq = ?')
      .run(JSON.stringify(sampleIn(row)), JSON.stringify(placementIn(row)), JSON.stringify(turn), prompt, answer, row.seq);
  }
  withOwnVectors(file, (seq) => new Uint8Array(unitVector(seq - 1, 384).buffer));
  file.exec('DELETE FROM request_words');
  file.exec("INSERT INTO meta (key, value) SELECT 'repack_requests', max(seq) FROM requests");
  file.close();
}

/** What readers of every kind see. */
async function seen(store: SqliteStore): Promise<unknown> {
  const requests = await Promise.all(Array.from({ length: COUNT }, (_, index) => store.threads.request(HERE, `r${index}`)));
  const past = await store.past.recent(HERE, 'p1', AT + 1e6, 100, MODEL);
  const traffic = [];
  for await (const rows of store.traffic.walk(HERE, { fromMs: 0, toMs: (AT + 1e6) * 1_000 }, true)) traffic.push(...rows);
  return {
    requests,
    past: past.map(({ turn: { vector, ...turn }, ...rest }) => ({ ...rest, turn, dimensions: vector?.length })),
    traffic,
    threads: (await store.threads.list(HERE, {}, { limit: 50 })).items,
    runs: (await store.runs.list(HERE, {}, { limit: 50 })).items,
    found: (await store.texts.match(HERE, ['plum', 'tree'], 50)).map(({ requestId }) => requestId).toSorted(),
    byAnswer: await store.feedback.find(HERE, { kind: 'response', id: 'resp_3' }, null),
    near: (await store.vectors.nearest({ scope: HERE, model: MODEL, vector: unitVector(8, 384), limit: 1 })).map(({ id, score }) => [
      id,
      Math.round(score * 100),
    ]),
  };
}

/** As the version wrote it that pressed texts into the rows of their requests. */
function withWordsInRows(folder: string): void {
  const file = new DatabaseSync(path.join(folder, 'clew.db'));
  file.exec(`UPDATE requests SET texts = (SELECT w.texts FROM request_words w WHERE w.seq = requests.seq);
    DELETE FROM request_words; INSERT INTO meta (key, value) SELECT 'repack_words', max(seq) FROM requests;`);
  file.close();
}

/** As the version wrote it whose text index had its columns in another order; some requests came since. */
function withOldIndex(folder: string, upTo: number): void {
  const file = new DatabaseSync(path.join(folder, 'clew.db'));
  file.function('indexable', { deterministic: true }, (text) => (typeof text === 'string' ? indexable(text) : null));
  file.function('text_of', { deterministic: true }, (column, texts, which) =>
    textOf(column as string | null, texts as Uint8Array | null, Number(which)),
  );
  file.exec(`CREATE VIRTUAL TABLE requests_fts_old USING fts5(
    wall, prompt, answer, content = 'request_texts', content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 2')`);
  file.exec(`INSERT INTO requests_fts_old (requests_fts_old, rank) VALUES ('secure-delete', 1)`);
  const rows = `FROM request_texts WHERE seq <= ${upTo}`;
  file.exec(`INSERT INTO requests_fts_old (rowid, wall, prompt, answer) SELECT seq, wall, prompt, answer ${rows}`);
  file.exec(`INSERT INTO requests_fts (requests_fts, rowid, wall, prompt, answer) SELECT 'delete', seq, wall, prompt, answer ${rows}`);
  file.exec(`INSERT INTO meta (key, value) VALUES ('repack_index', ${upTo})`);
  file.close();
}

async function foundBy(store: SqliteStore): Promise<unknown> {
  const asked = [['plum', 'tree'], ['number', '7'], ['answer'], ['r3']].map(async (words) => [
    (await store.texts.match(HERE, words, 50)).toSorted((a, b) => (a.requestId < b.requestId ? -1 : 1)),
    (await store.texts.match(HERE, words, 50, 'p1')).toSorted((a, b) => (a.requestId < b.requestId ? -1 : 1)),
  ]);
  return Promise.all(asked);
}

describe('a file of an older form', () => {
  it('finds the same, with the same snippets and scores, while words move to the text index of now', async () => {
    const opened = await filled();
    const expected = await foundBy(opened.store);
    await opened.store.close();
    withOldIndex(opened.folder, 20);
    expect(await foundBy(await opened.reopen())).toEqual(expected);
    for (let rows = 1; rows > 0;) {
      rows = opened.store.repack(6);
      expect(await foundBy(await opened.reopen())).toEqual(expected);
    }
    const file = new DatabaseSync(path.join(opened.folder, 'clew.db'), { readOnly: true });
    expect(file.prepare("SELECT count(*) AS n FROM sqlite_master WHERE name LIKE 'requests_fts_old%'").get()?.['n']).toBe(0);
    file.close();
  });

  it('loses words of either text index where they are purged or their person is erased', async () => {
    for (const acts of ['purge', 'erase'] as const) {
      const opened = await filled();
      await opened.store.close();
      withOldIndex(opened.folder, 20);
      const store = await opened.reopen();
      expect(store.repack(6)).toBe(6);
      const requests = store.erasables.find(({ name }) => name === 'requests') ?? expect.fail('not registered');
      expect(await requests.residual(HERE, 'p1')).toBeGreaterThan(2 * COUNT - 1);
      if (acts === 'purge') expect(await store.retention.purgeTexts(HERE, (AT + 1e6) * 1_000, 100)).toBe(COUNT);
      else for (const one of store.erasables) await one.erase(HERE, 'p1');
      expect(await store.texts.match(HERE, ['plum'], 50)).toEqual([]);
      if (acts === 'erase') expect(await requests.residual(HERE, 'p1')).toBe(0);
      while (store.repack(6) > 0);
      expect(await store.texts.match(HERE, ['plum'], 50)).toEqual([]);
    }
  });

  it('reads alike while words move out of the rows of requests, and loses them on the way where they are purged', async () => {
    const opened = await filled();
    const expected = await seen(opened.store);
    await opened.store.close();
    withWordsInRows(opened.folder);
    expect(await seen(await opened.reopen())).toEqual(expected);
    expect(opened.store.repack(10)).toBe(10);
    expect(await seen(await opened.reopen())).toEqual(expected);
    expect(await opened.store.retention.purgeTexts(HERE, (AT + 1e6) * 1_000, 100)).toBe(COUNT);
    while (opened.store.repack(10) > 0);
    expect(await opened.store.texts.match(HERE, ['plum'], 50)).toEqual([]);
    const file = new DatabaseSync(path.join(opened.folder, 'clew.db'), { readOnly: true });
    const left = file.prepare('SELECT (SELECT count(*) FROM request_words) + (SELECT count(texts) FROM requests) AS n').get();
    expect(left?.['n']).toBe(0);
    file.close();
  });

  it('reads alike before, between and after the batches that take it over, whenever it ends', async () => {
    const opened = await filled();
    const expected = await seen(opened.store);
    await opened.store.close();
    age(opened.folder);
    expect(await seen(await opened.reopen())).toEqual(expected);
    const done: number[] = [];
    for (let rows = 1; rows > 0; done.push(rows)) {
      rows = opened.store.repack(10);
      expect(await seen(await opened.reopen())).toEqual(expected);
    }
    expect(done.reduce((sum, rows) => sum + rows, 0)).toBe(2 * COUNT);
    const file = new DatabaseSync(path.join(opened.folder, 'clew.db'), { readOnly: true });
    expect(file.prepare('SELECT count(*) AS n FROM requests WHERE packed IS NULL').get()?.['n']).toBe(0);
    expect(file.prepare('SELECT max(length(prompt)) AS n FROM request_vectors').get()?.['n']).toBe(389);
    expect(file.prepare('SELECT count(*) AS n FROM vectors').get()?.['n']).toBe(0);
    expect(file.prepare("SELECT count(*) AS n FROM meta WHERE key LIKE 'repack%'").get()?.['n']).toBe(0);
    file.close();
  });

  it('takes words out of rows of either form, from the index as well', async () => {
    const opened = await filled();
    await opened.store.close();
    age(opened.folder);
    const store = await opened.reopen();
    expect(store.repack(10)).toBe(10);
    expect(await store.retention.purgeTexts(HERE, (AT + 1e6) * 1_000, 100)).toBe(COUNT);
    while (store.repack(10) > 0);
    expect(await store.texts.match(HERE, ['plum'], 50)).toEqual([]);
    const [first] = (await store.past.recent(HERE, 'p1', AT + 1e6, 100)).slice(0, 1);
    expect([first?.turn.text, first?.turn.answer]).toEqual(['', undefined]);
    const request = await store.threads.request(HERE, 'r5');
    expect([request?.prompt, request?.answer, request?.gateway?.route]).toEqual([null, null, 'garden']);
  });

  it('gives up what a run was composed of, whatever the form', async () => {
    const { store } = await filled();
    expect(await store.retention.purgeRuns(HERE, (AT + 1e6) * 1_000, 100)).toBe(COUNT);
    expect(await store.runs.find(HERE, runOf(3))).toBeUndefined();
    expect((await store.threads.request(HERE, 'r3'))?.runId).toBeNull();
  });
});
