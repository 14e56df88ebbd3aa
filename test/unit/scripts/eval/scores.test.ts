// The scores against small cases that were worked out by hand.
import { describe, expect, it } from 'vitest';
import { scoreIntents, scoreTopics } from '../../../../scripts/eval/labels.ts';
import { scoreClean, scorePersonal } from '../../../../scripts/eval/personal.ts';
import { cosineRule, gapRule } from '../../../../scripts/eval/rules.ts';
import { scoreThreads, type TrueTurn } from '../../../../scripts/eval/threads.ts';

const DAY = 86_400;
const turn = (id: string, ts: number, conv: string, more: Partial<TrueTurn> = {}): TrueTurn => ({ id, ts, user: 'u', conv, ...more });
const found = (threads: Readonly<Record<string, string>>, positions: Readonly<Record<string, string>> = {}) =>
  new Map(
    Object.entries(threads).map(([id, thread]) => [id, { thread, ...(positions[id] === undefined ? {} : { position: positions[id] }) }]),
  );

describe('threads', () => {
  const rows = [turn('1', 0, 'a'), turn('2', 60, 'a'), turn('3', 120, 'b'), turn('4', 180, 'a')];

  it('are perfect when they are the conversations', () => {
    expect(scoreThreads(rows, found({ 1: 'x', 2: 'x', 3: 'y', 4: 'x' }))).toEqual({
      rows: 4,
      missing: 0,
      crossUser: 0,
      linkF1: 100,
      linkPrecision: 100,
      linkRecall: 100,
      bCubedF1: 100,
      pairF1: 100,
      exactF1: 100,
      newF1: 100,
      positionF1: null,
    });
  });

  it('that are all one cost what they should', () => {
    // Links said 3 (2 is right; 3 joins a; 4 joins b), wanted 2. B³: precision (3·3/4 + 1/4)/4 = 0.625, recall 1.
    // Pairs: right 3, said 6, wanted 3. New: right 1, said 1, wanted 2.
    expect(scoreThreads(rows, found({ 1: 'x', 2: 'x', 3: 'x', 4: 'x' }))).toMatchObject({
      linkPrecision: 33.33,
      linkRecall: 50,
      linkF1: 40,
      bCubedF1: 76.92,
      pairF1: 66.67,
      exactF1: 0,
      newF1: 66.67,
    });
  });

  it('that are each alone link nothing', () => {
    // B³: precision 1, recall (3·1/3 + 1)/4 = 0.5. Exact: b alone, of 4 said and 2 wanted.
    expect(scoreThreads(rows, found({ 1: '1', 2: '2', 3: '3', 4: '4' }))).toMatchObject({
      linkF1: 0,
      bCubedF1: 66.67,
      pairF1: 0,
      exactF1: 33.33,
      newF1: 66.67,
    });
  });

  it('end where a conversation pauses for over a day, and where a request lost its own history', () => {
    const apart = [turn('1', 0, 'a'), turn('2', DAY + 1, 'a'), turn('3', DAY + 2, 'a', { orphan: true })];
    expect(scoreThreads(apart, found({ 1: 'x', 2: 'y', 3: 'z' })).exactF1).toBe(100);
    const together = [turn('1', 0, 'a'), turn('2', DAY, 'a')];
    expect(scoreThreads(together, found({ 1: 'x', 2: 'y' })).exactF1).toBe(0);
  });

  it('of several users are told, and missing rows stand alone', () => {
    const two = [turn('1', 0, 'a'), turn('2', 1, 'a', { user: 'v' }), turn('3', 2, 'a')];
    expect(scoreThreads(two, found({ 1: 'x', 2: 'x' }))).toMatchObject({ crossUser: 1, missing: 1, linkF1: 0 });
  });

  it('have positions, each weighing the same', () => {
    const labelled = [
      turn('1', 0, 'a', { pos: 'first' }),
      turn('2', 1, 'a', { pos: 'continuation' }),
      turn('3', 2, 'a', { pos: 'continuation' }),
    ];
    // first: 1 right of 2 said, 1 wanted, F1 2/3. continuation: 1 right of 1 said, 2 wanted, F1 2/3.
    const said = { 1: 'first', 2: 'continuation', 3: 'first' };
    expect(scoreThreads(labelled, found({ 1: 'x', 2: 'x', 3: 'x' }, said)).positionF1).toBe(66.67);
    // A position that is said and never wanted has no score of its own.
    expect(scoreThreads(labelled, found({ 1: 'x', 2: 'x', 3: 'x' }, { ...said, 3: 'orphaned' })).positionF1).toBe(83.33);
  });

  it('follow the two rules', () => {
    const log = [turn('1', 0, 'a'), turn('2', 1800, 'a'), turn('3', 3601, 'a'), turn('4', 3602, 'b', { user: 'v' })];
    expect([...gapRule(log)].map(([id, { thread, position }]) => [id, thread, position])).toEqual([
      ['1', '1', 'first'],
      ['2', '1', 'continuation'],
      ['3', '3', 'first'],
      ['4', '4', 'first'],
    ]);
    const vectors = new Map([
      ['1', Float32Array.of(1, 0)],
      ['2', Float32Array.of(0, 1)],
      ['3', Float32Array.of(0.8, 0.6)],
      ['4', Float32Array.of(1, 0)],
    ]);
    expect([...cosineRule(log, vectors)].map(([, { thread }]) => thread)).toEqual(['1', '2', '1', '4']);
    expect(cosineRule([log[0]!, turn('3', DAY + 1, 'a')], vectors).get('3')?.thread).toBe('3');
  });
});

describe('intents', () => {
  it('score the mean of the frequent ones, and all rows', () => {
    const truth = [
      ...Array.from({ length: 10 }, (_, at) => ({ id: `a${at}`, intent: 'a' })),
      ...Array.from({ length: 10 }, (_, at) => ({ id: `b${at}`, intent: 'b' })),
      { id: 'c0', intent: 'c' },
    ];
    // a: 10 right of 15 said: 0.8. b: 5 right of 5 said, 10 wanted: 2/3. c is too rare, and its row was said to be b's sixth.
    const said = new Map(truth.map(({ id, intent }) => [id, intent === 'b' && Number(id.slice(1)) < 5 ? 'a' : intent]));
    expect(scoreIntents(truth, said)).toMatchObject({ rows: 21, macroF1: 73.33, accuracy: 76.19 });
    const [{ intent } = { intent: '' }] = truth.slice(20);
    expect(scoreIntents(truth.slice(20), said)).toEqual({
      rows: 1,
      macroF1: null,
      accuracy: 100,
      byLabel: { [intent]: { rows: 1, recall: 100, f1: 100 } },
    });
  });
});

describe('topics', () => {
  const truth = ['x', 'x', 'y', 'y'].map((topic, at) => ({ id: String(at), topic }));
  const as = (topics: readonly (string | null)[], label = '') => new Map(topics.map((topic, at) => [String(at), { topic, label }]));

  it('are perfect under other names, and worth nothing when all are one', () => {
    expect(scoreTopics(truth, as(['p', 'p', 'q', 'q']))).toMatchObject({ found: 2, labelled: 2, nmi: 100, ari: 100, purity: 100 });
    expect(scoreTopics(truth, as(['p', 'p', 'p', 'p']))).toMatchObject({ found: 1, nmi: 0, ari: 0, purity: 50 });
  });

  it('lose by being split: a row without one is one of its own', () => {
    // Entropies ln 2 and 1.5 ln 2, information ln 2: NMI 2/2.5. Pairs 1, by label 2, by topic 1, chance 2·1/6.
    expect(scoreTopics(truth, as(['p', 'p', 'q', null]))).toMatchObject({ found: 3, nmi: 80, ari: 57.14, purity: 100 });
  });

  it('have names that share the beginning of a word with what most rows are labelled', () => {
    const five = Array.from({ length: 5 }, (_, at) => ({ id: String(at), topic: 'card_delivery' }));
    const all = ['p', 'p', 'p', 'p', 'p'];
    expect(scoreTopics(five, as(all, 'deliveries to me')).nameHit).toBe(100);
    expect(scoreTopics(five, as(all, 'one two three four card')).nameHit).toBe(0);
    expect(scoreTopics(truth, as(['p', 'p', 'p', 'p'], 'x y')).nameHit).toBe(0);
  });
});

describe('what is personal', () => {
  // Behind a character of two units, so that code points and units differ.
  const text = '🙂 Ann Lee, 12 Elm Road';
  const row = {
    id: '1',
    text,
    spans: [
      { type: 'PERSON', start: 2, end: 9 },
      { type: 'STREET_ADDRESS', start: 11, end: 22 },
    ],
  };

  it('is removed when four fifths of it are covered and it stands nowhere any more', () => {
    const masked = new Map([['1', { text: '🙂 [PERSON], 12 Elm Road', spans: [{ start: 3, end: 10 }] }]]);
    expect(scorePersonal([row], masked)).toEqual({
      rows: 1,
      patternRecall: null,
      personRecall: 100,
      addressRecall: 0,
      placeRecall: null,
      precision: 100,
      byType: { PERSON: { values: 1, removed: 1 }, STREET_ADDRESS: { values: 1, removed: 0 } },
    });
    const half = new Map([['1', { text: '🙂 [PERSON] Lee, 12 Elm Road', spans: [{ start: 3, end: 6 }] }]]);
    expect(scorePersonal([row], half).personRecall).toBe(0);
    const left = new Map([['1', { text: '🙂 [PERSON], 12 Elm Road, Ann Lee', spans: [{ start: 3, end: 10 }] }]]);
    expect(scorePersonal([row], left).personRecall).toBe(0);
  });

  it('loses precision by letters and digits that are not', () => {
    // 6 letters of the name, and "12" and "Elm" of an address that is labelled for one row only.
    const spans = [{ start: 3, end: 18 }];
    const both = scorePersonal([{ ...row, spans: row.spans.slice(0, 1) }], new Map([['1', { text: '🙂 [X] Road', spans }]]));
    expect(both.precision).toBe(54.55);
    expect(scorePersonal([row], new Map()).personRecall).toBe(0);
  });

  it('is not in clean texts: each that is changed counts', () => {
    const clean = ['1', '2', '3', '4'].map((id) => ({ id, text: 'plain' }));
    const answers = new Map([
      ['1', { text: 'plain', spans: [] }],
      ['2', { text: '[X]', spans: [] }],
      ['3', { text: 'plain', spans: [{ start: 0, end: 5 }] }],
    ]);
    expect(scoreClean(clean, answers)).toBe(50);
  });
});
