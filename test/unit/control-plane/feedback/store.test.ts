// The port's promises on the embedded store: what waits, follows, expires and goes.
import { describe, expect, it } from 'vitest';
import type { FeedbackItem, Target } from '../../../../control-plane/src/feedback/index.ts';
import { NOTHING_PURGED } from '../../../../control-plane/src/retention/index.ts';
import { HERE, openStore, OTHER_TENANT, storedTurn, type OpenStore, type TurnOptions } from '../../../contract/store-fixtures.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-03-01T12:00:00Z');

const of = (id: string): Target => ({ kind: 'request', id });
const item = (id: string, target: Target, fields: Partial<FeedbackItem> = {}): FeedbackItem => ({
  ...{ id, target, kind: 'thumbs', value: 1, comment: null, name: null, source: 'user', atMs: NOW, giver: null },
  ...fields,
});
const words = { kind: 'comment', value: null, comment: 'too long' } as const;

const put = ({ store }: OpenStore, id: string, thread: string, options: TurnOptions = {}): Promise<void> =>
  store.turns.commit([storedTurn(id, thread, options)], [], []);
const given = async ({ store }: OpenStore, thread: string): Promise<readonly string[]> =>
  ((await store.threads.thread(HERE, thread))?.feedbackGiven ?? []).map(({ id }) => id).toSorted();

describe('feedback that waits', () => {
  it('is attached once its request is there, to the scope and the person that it is for', async () => {
    const opened = openStore();
    const { store } = opened;
    expect(
      await store.feedback.save(HERE, [item('f1', of('a')), item('f2', of('a'), { giver: 'p1' }), item('f3', of('a'), { giver: 'p2' })]),
    ).toEqual(['added', 'added', 'added']);
    await store.feedback.save(OTHER_TENANT, [item('f4', of('a'))]);
    await put(opened, 'a', 't1');
    expect(await given(opened, 't1')).toEqual([]);
    await store.feedback.attach(HERE, ['a']);
    await store.feedback.attach(HERE, ['a']);
    expect(await given(opened, 't1')).toEqual(['f1', 'f2']);
    await opened.reopen();
    expect(await given(opened, 't1')).toEqual(['f1', 'f2']);
  });

  it('waits a day', async () => {
    const opened = openStore();
    const { store, clock } = opened;
    clock.ms = NOW;
    await store.feedback.save(HERE, [item('early', of('a'))]);
    clock.ms = NOW + DAY_MS / 2;
    await store.feedback.save(HERE, [item('late', of('a'))]);
    clock.ms = NOW + DAY_MS + 1;
    await put(opened, 'a', 't1');
    await store.feedback.attach(HERE, ['a']);
    expect(await given(opened, 't1')).toEqual(['late']);
  });

  it('loses its comment where the words of the request are not kept', async () => {
    const opened = openStore();
    await opened.store.feedback.save(HERE, [item('f1', of('a'), words), item('f2', of('a')), item('f3', of('b'), words)]);
    await put(opened, 'a', 't1', { sample: { mode: 'topic_only' } });
    await put(opened, 'b', 't1', { sample: { mode: 'full' } });
    await opened.store.feedback.attach(HERE, ['a', 'b']);
    expect(await given(opened, 't1')).toEqual(['f2', 'f3']);
    expect(await opened.store.feedback.find(HERE, of('a'), null)).toMatchObject({ sample: { mode: 'topic_only' } });
  });
});

describe('feedback that is kept', () => {
  it('is kept once by id, and a thousand of a thread', async () => {
    const opened = openStore();
    await put(opened, 'a', 't1');
    expect(await opened.store.feedback.save(HERE, [item('f', of('a')), item('f', of('a'), { value: -1 })])).toEqual(['added', 'duplicate']);
    const many = Array.from({ length: 1_000 }, (_, index) => item(`n-${index}`, of('a')));
    const saved = await opened.store.feedback.save(HERE, many);
    expect(saved.filter((one) => one === 'added')).toHaveLength(999);
    expect(saved.at(-1)).toBe('full');
    const thread = await opened.store.threads.thread(HERE, 't1');
    expect(thread?.feedback).toEqual({ up: 1, down: 0 });
    expect(thread?.feedbackGiven).toHaveLength(200);
  });

  it('is of the newest request of a trace that is no auxiliary one', async () => {
    const opened = openStore();
    const trace = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) };
    await put(opened, 'a', 't1', { at: 1_000, sample: { trace } });
    await put(opened, 'b', 't1', { at: 1_001, sample: { trace } });
    await put(opened, 'title', 't2', { at: 1_002, sample: { trace }, turn: { call: { kind: 'auxiliary' } } });
    const found = await opened.store.feedback.find(HERE, { kind: 'trace', id: trace.traceId }, null);
    expect(found).toMatchObject({ requestId: 'b', threadId: 't1', principal: 'p1', sample: { id: 'b' } });
    expect(await opened.store.feedback.find(HERE, { kind: 'trace', id: trace.traceId }, 'p2')).toBeUndefined();
    expect(await opened.store.feedback.find(OTHER_TENANT, { kind: 'trace', id: trace.traceId }, null)).toBeUndefined();
  });

  it('follows requests into another thread, and what was said of a thread that is gone', async () => {
    const opened = openStore();
    await put(opened, 'a', 't1', { at: 1_000 });
    await put(opened, 'b', 't1', { at: 1_001 });
    await opened.store.feedback.save(HERE, [item('fa', of('a')), item('fb', of('b')), item('ft', { kind: 'thread', id: 't1' })]);
    const move = (id: string, by: string) =>
      put(opened, by, 't2', {
        at: 1_002,
        placement: { relinked: [{ requestId: id, from: 't1', into: 't2', evidence: 'history', position: 'first' }] },
      });
    await move('b', 'c');
    await opened.store.feedback.follow(HERE, 't1', 't2');
    expect([await given(opened, 't1'), await given(opened, 't2')]).toEqual([['fa', 'ft'], ['fb']]);
    await move('a', 'd');
    await opened.store.feedback.follow(HERE, 't1', 't2');
    await opened.store.feedback.follow(HERE, 't1', 't2');
    expect(await given(opened, 't2')).toEqual(['fa', 'fb', 'ft']);
  });
});

describe('feedback goes', () => {
  it('with retention: comments as texts do, all of it as requests do, waiting or not', async () => {
    const opened = openStore();
    const { store } = opened;
    await put(opened, 'a', 't1', { at: NOW / 1_000 });
    await store.feedback.save(HERE, [
      item('old comment', of('a'), { ...words, atMs: NOW - 40 * DAY_MS }),
      item('new comment', of('a'), words),
      item('old', of('a'), { atMs: NOW - 40 * DAY_MS }),
      item('new', of('a')),
    ]);
    await store.feedback.save(OTHER_TENANT, [item('waits', of('nowhere'), { atMs: NOW - 40 * DAY_MS })]);
    expect(await store.retention.purgeBeside(HERE, 'comments', NOW - 30 * DAY_MS, 100)).toBe(1);
    expect(await given(opened, 't1')).toEqual(['new', 'new comment', 'old']);
    expect(await store.retention.purgeBeside(HERE, 'feedback', NOW - 30 * DAY_MS, 100)).toBe(1);
    expect(await given(opened, 't1')).toEqual(['new', 'new comment']);
    expect(await store.retention.scopes()).toContainEqual(OTHER_TENANT);
    expect(await store.retention.purgeBeside(OTHER_TENANT, 'feedback', NOW - 30 * DAY_MS, 100)).toBe(1);
    await store.retention.tell(OTHER_TENANT, NOTHING_PURGED);
    expect(await store.retention.scopes()).not.toContainEqual(OTHER_TENANT);
  });

  it('with its request and its thread', async () => {
    const opened = openStore();
    const { store } = opened;
    await put(opened, 'a', 't1', { at: 1_000 });
    await store.feedback.save(HERE, [item('f1', of('a')), item('f2', { kind: 'thread', id: 't1' })]);
    await store.retention.purgeRequests(HERE, 2_000_000, 100);
    await put(opened, 'a', 't1', { at: 1_000 });
    expect(await given(opened, 't1')).toEqual([]);
    expect(await store.feedback.save(HERE, [item('f1', of('a')), item('f2', { kind: 'thread', id: 't1' })])).toEqual(['added', 'added']);
  });
});
