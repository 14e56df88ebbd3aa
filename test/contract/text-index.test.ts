import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HERE, openStore, OTHER_TENANT, storedTurn, type TurnOptions } from './store-fixtures.ts';
import type { Filters, TextIndex } from '../../control-plane/src/search/index.ts';

async function indexOf(texts: Readonly<Record<string, string | TurnOptions>>): Promise<TextIndex> {
  const { store } = openStore();
  const turns = Object.entries(texts).map(([id, text]) =>
    storedTurn(id, `t-${id}`, typeof text === 'string' ? { prompt: text, answer: '' } : text),
  );
  await store.turns.commit(turns, [], []);
  return store.texts;
}

const found = async (index: TextIndex, ...words: string[]): Promise<string[]> =>
  (await index.match(HERE, words, 10)).map(({ requestId }) => requestId).sort();

describe('TextIndex (SQLite)', () => {
  it('finds words in any order, in prompts and answers, without regard to case and accents', async () => {
    const index = await indexOf({
      a: 'How do I sort a list in Python?',
      b: { prompt: 'And in Java?', answer: 'Sort the LIST with Collections.sort.' },
      c: 'Où est le café?',
    });
    expect(await found(index, 'list', 'sort')).toEqual(['a', 'b']);
    expect(await found(index, 'python', 'SORT')).toEqual(['a']);
    expect(await found(index, 'cafe')).toEqual(['c']);
    expect(await found(index, 'list', 'café')).toEqual([]);
  });

  it('takes the last word as a prefix, and only the last', async () => {
    const index = await indexOf({ a: 'deploy the database', b: 'data deployment' });
    expect(await found(index, 'data')).toEqual(['a', 'b']);
    expect(await found(index, 'data', 'dep')).toEqual(['b']);
  });

  it('finds parts of texts in scripts without word spaces', async () => {
    const index = await indexOf({ a: '我想学习日本語の文法', b: 'ฉันอยากเรียนภาษาไทย', c: '한국어를 배우고 싶어요' });
    expect(await found(index, '日本')).toEqual(['a']);
    expect(await found(index, '本日')).toEqual([]);
    expect(await found(index, 'ภาษา')).toEqual(['b']);
    expect(await found(index, '한국어', '싶')).toEqual(['c']);
  });

  it('ranks the better match first and marks it', async () => {
    const index = await indexOf({
      long: `sort ${'and many other words '.repeat(40)}`,
      short: 'sort sort',
      none: 'unrelated',
    });
    const hits = await index.match(HERE, ['sort'], 10);
    expect(hits.map(({ requestId }) => requestId)).toEqual(['short', 'long']);
    expect(hits[0]!.score).toBeGreaterThan(hits[1]!.score);
    expect(hits[0]!.snippet).toBe('\u{E000}sort\u{E001} \u{E000}sort\u{E001}');
    expect(hits[1]!.snippet.length).toBeLessThan(400);
  });

  it('keeps the text of a snippet as it was, without marks that the text brought along', async () => {
    const index = await indexOf({ a: 'im \u{E000}injected\u{E001} 日本語 text' });
    const [hit] = await index.match(HERE, ['日本'], 1);
    expect(hit!.snippet.replaceAll(/[\u{E000}\u{E001}]/gu, '').replaceAll(/\s+/g, ' ')).toBe('im injected 日本語 text');
    expect(hit!.snippet.match(/\u{E000}/gu)).toHaveLength(1);
  });

  it('answers for one principal only where one is given', async () => {
    const index = await indexOf({
      a: { prompt: 'secret plan', principal: 'p1' },
      b: { prompt: 'secret plan', principal: 'p2' },
      c: { prompt: 'secret plan', principal: null },
    });
    expect((await index.match(HERE, ['secret'], 10, 'p2')).map(({ requestId }) => requestId)).toEqual(['b']);
    expect(await index.match(HERE, ['secret'], 10, '')).toEqual([]);
    expect(await index.match(OTHER_TENANT, ['secret'], 10)).toEqual([]);
  });

  it('orders by the texts of the scope and principal alone, whatever others write', async () => {
    const own = {
      a: { prompt: 'amber amber basil', principal: 'p1' },
      b: { prompt: 'amber basil basil', principal: 'p1' },
    };
    const scores = async (extra: Readonly<Record<string, TurnOptions>>): Promise<unknown> =>
      (await (await indexOf({ ...own, ...extra })).match(HERE, ['amber', 'basil'], 10, 'p1')).map(({ requestId, score }) => [
        requestId,
        score,
      ]);
    const crowd = (word: string, options: TurnOptions): Record<string, TurnOptions> =>
      Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`x${index}`, { prompt: `${word} ${word} ${index}`, ...options }]));
    const alone = await scores({});
    for (const word of ['amber', 'basil']) {
      expect(await scores(crowd(word, { principal: 'p2' }))).toEqual(alone);
      expect(await scores(crowd(word, { principal: 'p1', scope: OTHER_TENANT }))).toEqual(alone);
    }
  });

  it('takes any text as words: no syntax, no error, nothing that is not there', async () => {
    const index = await indexOf({ 'request-of-plain-words': 'plain words only' });
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({ maxLength: 30 }),
      fc.constantFrom(
        '"',
        'a"b',
        '*',
        'AND',
        'OR NOT',
        'NEAR(a b)',
        'wall:',
        '{prompt}',
        '-',
        '^a',
        '(',
        '\0',
        "'; DROP",
        '\uD800',
        '🙂',
        '+',
        ' ',
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(nasty, { maxLength: 40 }), async (words) => {
        const hits = await index.match(HERE, words, 10);
        if (hits.length > 0) {
          // Whatever matched must be a beginning of, or a word of, the one text.
          const letters =
            words
              .join(' ')
              .toLowerCase()
              .match(/[a-z0-9]+/g) ?? [];
          expect(letters.length).toBeGreaterThan(0);
          for (const part of letters) expect('plain words only').toContain(part);
        }
        expect(await index.byIdentifier(HERE, words.join(''), 10)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('finds the newest that meet every filter, however far back', async () => {
    const old = { at: 1_600_000_000, placement: { position: 'orphaned', intent: 'error_recovery' } } as const;
    const noise = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`n${n}`, { at: 1_700_000_000 + n } as const]));
    const index = await indexOf({
      old: { ...old, principal: 'p9', sample: { model: { requested: 'gpt-x', executed: 'gpt-y', evidence: 'response_body' } } },
      failed: { at: 1_700_000_100, sample: { status: { outcome: 'error', http: 500 } }, topic: { id: 'k1', label: 'k' } },
      ...noise,
    });
    const meet = (filters: Filters): Promise<readonly string[]> => index.byFilters(HERE, filters, 5);
    for (const filters of [
      { position: 'orphaned', intent: 'error_recovery' },
      { user: 'p9' },
      { model: 'gpt-x' },
      { model: 'gpt-y' },
      { thread: 't-old' },
      { beforeMs: 1_600_000_001_000 },
    ] as const) {
      expect(await meet(filters)).toEqual(['old']);
    }
    expect(await meet({ outcome: 'error' })).toEqual(['failed']);
    expect(await meet({ topic: 'k1' })).toEqual(['failed']);
    expect(await meet({ afterMs: 1_700_000_100_000 })).toEqual(['failed']);
    expect(await meet({ outcome: 'ok', position: 'first' })).toEqual(['n39', 'n38', 'n37', 'n36', 'n35']);
    expect(await meet({ user: 'p9', outcome: 'error' })).toEqual([]);
    expect(await index.byFilters(OTHER_TENANT, {}, 5)).toEqual([]);
  });

  it('finds by each kind of identifier, exactly', async () => {
    const index = await indexOf({
      r1: {
        sample: {
          runId: '0'.repeat(31) + '1',
          trace: { traceId: '0'.repeat(31) + '2', spanId: '0'.repeat(15) + '3' },
          correlationId: 'corr-4',
          session: { id: 'sess-5', source: 'header:x' },
        },
      },
    });
    for (const identifier of ['r1', '0'.repeat(31) + '1', '0'.repeat(31) + '2', 'corr-4', 'sess-5', 't-r1']) {
      expect(await index.byIdentifier(HERE, identifier, 5)).toMatchObject([{ requestId: 'r1', threadId: 't-r1' }]);
      expect(await index.byIdentifier(OTHER_TENANT, identifier, 5)).toEqual([]);
      expect(await index.byIdentifier(HERE, identifier, 5, 'p1')).toHaveLength(1);
      expect(await index.byIdentifier(HERE, identifier, 5, 'p2')).toEqual([]);
      expect(await index.byIdentifier(HERE, identifier.slice(0, -1), 5)).toEqual([]);
    }
  });
});
