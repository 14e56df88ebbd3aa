import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changePoints } from '../../../../control-plane/src/reports/change-points.ts';
import { compareModels, examplePairs } from '../../../../control-plane/src/reports/compare.ts';
import { createConversations, repetitionOf, type Conversation } from '../../../../control-plane/src/reports/conversations.ts';
import { COST_DIMENSIONS, createCostTable } from '../../../../control-plane/src/reports/costs.ts';
import type { TrafficRow, TrafficThread } from '../../../../control-plane/src/reports/index.ts';
import { seeded } from '../../../../control-plane/src/kernel/index.ts';

const HOUR = 3_600_000;
const row = (fields: Partial<TrafficRow> = {}): TrafficRow => ({
  id: 'r1',
  atMs: 0,
  endedAtMs: 800,
  principal: 'p1',
  threadId: 't1',
  kind: 'turn',
  followUp: null,
  intent: null,
  outcome: 'ok',
  blocked: false,
  model: 'm1',
  route: 'chat',
  service: null,
  consumer: null,
  inputTokens: 10,
  outputTokens: 20,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
  costUsd: 0.5,
  isBare: false,
  weight: 1,
  answer: null,
  ...fields,
});
const thread = (id: string, fields: Partial<TrafficThread> = {}): [string, TrafficThread] => [
  id,
  { id, topic: { id: 'x', label: 'refund train' }, outcome: 'completed', ...fields },
];

describe('costs', () => {
  it('adds up by dimension, the dearest first, and counts each kept request for those that were not', () => {
    const table = createCostTable('model');
    table.add(row());
    table.add(row({ model: 'm2', costUsd: 2, weight: 4 }));
    table.add(row({ model: null, costUsd: null }));
    expect(table.groups(new Map()).map(({ id, costUsd, priced }) => [id, costUsd, priced])).toEqual([
      ['m2', 2, 1],
      ['m1', 0.5, 1],
      ['unknown', 0, 0],
    ]);
    expect(table.total()).toMatchObject({ requests: 3, priced: 2, costUsd: 2.5, estimate: { requests: 6, costUsd: 8.5 } });
  });

  it('takes topic and outcome from the thread', () => {
    const threads = new Map([thread('t1'), thread('t2', { topic: null, outcome: 'failed' })]);
    for (const [by, ids] of [
      ['topic', ['x', 'unknown']],
      ['outcome', ['completed', 'failed']],
    ] as const) {
      const table = createCostTable(by);
      table.add(row());
      table.add(row({ costUsd: 0.7 }));
      table.add(row({ threadId: 't2', costUsd: 0.1 }));
      expect(table.groups(threads).map(({ id }) => id)).toEqual(ids);
    }
  });

  it('estimates without bias, within what its standard error says', () => {
    // 300 people of one to five requests of one dollar; a person is kept with probability .25.
    const draw = seeded(3);
    const people = Array.from({ length: 300 }, () => 1 + Math.floor(draw() * 5));
    const truth = people.reduce((sum, requests) => sum + requests, 0);
    const runs = Array.from({ length: 400 }, () => {
      const table = createCostTable('principal');
      people.forEach((requests, person) => {
        if (draw() >= 0.25) return;
        for (let at = 0; at < requests; at += 1) table.add(row({ principal: `p${person}`, costUsd: 1, weight: 4 }));
      });
      return table.total().estimate;
    });
    const mean = runs.reduce((sum, { costUsd }) => sum + costUsd, 0) / runs.length;
    const spread = Math.sqrt(runs.reduce((sum, { costUsd }) => sum + (costUsd - mean) ** 2, 0) / runs.length);
    const stated = runs.reduce((sum, { standardErrorUsd }) => sum + standardErrorUsd, 0) / runs.length;
    expect(Math.abs(mean - truth)).toBeLessThan((4 * spread) / Math.sqrt(runs.length));
    expect(stated / spread).toBeGreaterThan(0.9);
    expect(stated / spread).toBeLessThan(1.1);
  });

  it('groups sum up to the total, whatever they are', () => {
    const rows = fc.array(
      fc.record({
        id: fc.string(),
        threadId: fc.constantFrom('t1', 't2', 't3'),
        model: fc.option(fc.constantFrom('m1', 'm2', '__proto__')),
        principal: fc.option(fc.constantFrom('p1', 'p2')),
        costUsd: fc.option(fc.integer({ min: 0, max: 100 })),
        weight: fc.constantFrom(0, 1, 10),
      }),
    );
    fc.assert(
      fc.property(rows, fc.constantFrom(...COST_DIMENSIONS), (all, by) => {
        const table = createCostTable(by);
        all.forEach((one) => table.add(row(one)));
        const groups = table.groups(new Map([thread('t1'), thread('t2', { topic: null })]));
        const total = table.total();
        expect(groups.reduce((sum, { requests }) => sum + requests, 0)).toBe(total.requests);
        expect(groups.reduce((sum, { costUsd }) => sum + costUsd, 0)).toBeCloseTo(total.costUsd, 6);
        expect(groups.reduce((sum, { estimate }) => sum + estimate.costUsd, 0)).toBeCloseTo(total.estimate.costUsd, 6);
        expect(new Set(groups.map(({ id }) => id)).size).toBe(groups.length);
      }),
    );
  });
});

describe('conversations', () => {
  const ended = (rows: readonly TrafficRow[], of = thread('t1')): Conversation | undefined => {
    const conversations = createConversations();
    rows.forEach((one) => conversations.add(one));
    return conversations.ended(new Map([of]))[0];
  };

  it('counts turns alone, but the cost of every call', () => {
    const one = ended([row(), row({ id: 'r2', kind: 'auxiliary', model: 'small' }), row({ id: 'r3', followUp: 'correction' })]);
    expect(one).toMatchObject({ firstRequest: 'r1', person: 'p1', model: 'm1' });
    expect(one?.values).toMatchObject({
      turns: 2,
      corrections: 1,
      refinements: 0,
      firstAnswer: 0,
      costUsd: 1.5,
      latencyMs: 800,
      unresolved: 0,
    });
  });

  it('belongs to no model where two answered, and an error is no first answer', () => {
    expect(ended([row(), row({ id: 'r2', model: 'm2' })])?.model).toBeNull();
    expect(ended([row({ outcome: 'error' })])?.values.firstAnswer).toBe(0);
    expect(ended([row(), row({ id: 'r2', followUp: 'elaboration' })])?.values.firstAnswer).toBe(1);
  });

  it('leaves out what was kept without its texts', () => {
    expect(ended([row(), row({ id: 'r2', isBare: true })])).toBeUndefined();
  });

  it('measures how much an answer repeats itself', () => {
    const words = Array.from({ length: 40 }, (_, at) => `word${at}`).join(' ');
    expect(repetitionOf(words)).toBe(0);
    expect(repetitionOf(`${words} ${words}`)).toBeCloseTo(38 / 78, 9);
    expect(repetitionOf('short')).toBeNull();
  });
});

const talk = (at: number, fields: Partial<Conversation> & { readonly answerTokens?: number } = {}): Conversation => ({
  threadId: `t${at}`,
  firstRequest: `r${at}`,
  startedAtMs: at * 30 * HOUR,
  person: `p${at % 30}`,
  model: 'm1',
  topic: { id: `x${at % 3}`, label: 'refund' },
  outcome: 'completed',
  ...fields,
  values: {
    firstAnswer: 1,
    turns: 2,
    corrections: 0,
    refinements: 0,
    unresolved: 0,
    costUsd: 0.01,
    latencyMs: 500,
    answerTokens: fields.answerTokens ?? 100,
    repetition: 0.05,
    ...fields.values,
  },
});

describe('compareModels', () => {
  it('names what differs, and leaves out what cannot be compared', () => {
    const draw = seeded(11);
    const all = Array.from({ length: 120 }, (_, at) => {
      const model = draw() < 0.5 ? 'm1' : 'm2';
      return talk(at, { model, answerTokens: 100 + 30 * draw() + (model === 'm2' ? 60 : 0) });
    });
    const mixed = [talk(200, { model: null }), talk(201, { topic: null })];
    const found = compareModels([...all, ...mixed], 'm1', 'm2');
    expect(found).toMatchObject({ enough: true, leftOut: { mixed: 1, withoutTopic: 1 } });
    expect(found.measures.filter(({ holds }) => holds).map(({ name }) => name)).toEqual(['answerTokens']);
    const figures = found.measures.find(({ name }) => name === 'answerTokens')?.figures;
    expect(figures?.interval[0]).toBeGreaterThan(50);
    expect(figures?.interval[1]).toBeLessThan(70);
    expect(found.topics).toHaveLength(3);
  });

  it('has nothing to say of a model that nobody used', () => {
    const found = compareModels([talk(1), talk(2)], 'm1', 'm9');
    expect(found).toMatchObject({ enough: false, b: { threads: 0 }, topics: [] });
    expect(found.measures.every(({ figures, holds }) => figures === null && !holds)).toBe(true);
  });
});

it('examplePairs shows the prompts that are most alike, each thread once', () => {
  const all = [talk(0), talk(3, { model: 'm2' }), talk(6), talk(9, { model: 'm2' })];
  const vectors = new Map([
    ['r0', new Float32Array([1, 0])],
    ['r3', new Float32Array([0.6, 0.8])],
    ['r6', new Float32Array([0, 1])],
    ['r9', new Float32Array([1, 0])],
  ]);
  const { topics } = compareModels(all, 'm1', 'm2');
  expect(examplePairs(all, { a: 'm1', topics }, vectors).map(({ a, b }) => [a.requestId, b.requestId])).toEqual([
    ['r0', 'r9'],
    ['r6', 'r3'],
  ]);
});

it('examplePairs takes topics in turns, at most three pairs of each', () => {
  const on = (id: string) => ({ topic: { id, label: id } });
  const both = (at: number, topic: string) => [talk(at, on(topic)), talk(at + 1, { ...on(topic), model: 'm2' })];
  // Of one topic all prompts are the same; those of the others are less alike.
  const all = [...Array.from({ length: 12 }, (_, n) => both(10 + 2 * n, 'many')).flat(), ...both(100, 'few'), ...both(102, 'rare')];
  const vectors = new Map(
    all.map(({ firstRequest, topic, model }) => [
      firstRequest,
      new Float32Array(topic?.id === 'many' || model === 'm1' ? [1, 0] : [0.6, 0.8]),
    ]),
  );
  const { topics } = compareModels(all, 'm1', 'm2');
  const pairs = examplePairs(all, { a: 'm1', topics }, vectors);
  expect(pairs.map(({ topic }) => topic)).toEqual(['many', 'few', 'rare', 'many', 'many']);
  expect(new Set(pairs.flatMap(({ a, b }) => [a.threadId, b.threadId])).size).toBe(10);
});

describe('changePoints', () => {
  const history = (seed: number, count: number, jumpAt: number): Conversation[] => {
    const draw = seeded(seed);
    return Array.from({ length: count }, (_, at) => talk(at, { answerTokens: 100 + 40 * draw() + (at >= jumpAt ? 30 : 0) }));
  };

  it('finds when answers became longer', () => {
    const [found, ...others] = changePoints(history(5, 160, 100));
    expect(found).toMatchObject({ measure: 'answerTokens', better: 'lower' });
    expect(Math.abs((found?.atMs ?? 0) / (30 * HOUR) - 100)).toBeLessThan(8);
    expect((found?.after ?? 0) - (found?.before ?? 0)).toBeGreaterThan(20);
    expect(others).toEqual([]);
  });

  it('finds nothing where nothing changed, in 19 of 20 histories at least', () => {
    const wrong = Array.from({ length: 60 }, (_, seed) => changePoints(history(seed, 80, 1_000))).filter((found) => found.length > 0);
    expect(wrong.length).toBeLessThanOrEqual(6);
  });

  it('is the same twice, in whatever order the threads come', () => {
    const all = history(5, 90, 50);
    expect(changePoints([...all].reverse())).toEqual(changePoints(all));
  });
});
