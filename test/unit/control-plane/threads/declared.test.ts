import { describe, expect, it } from 'vitest';
import { Chat, request, threadsOf, withVectors } from './conversations.ts';

const session = (id: string, source = 'header:x-session-id'): { session: { id: string; source: string } } => ({ session: { id, source } });

describe('declared evidence', () => {
  it('keeps a session together, whatever is said in it and however long it rests', () => {
    const threads = threadsOf();
    const first = request(0, 'bake bread', session('s1'));
    const one = threads.place(first);
    const two = threads.place(request(60, 'repair a bicycle', session('s1')));
    const three = threads.place(request(3 * 86_400, 'bread again', session('s1')));
    expect(one).toMatchObject({ isNew: true, method: 'declared', confidence: 1 });
    expect(two).toMatchObject({ threadId: one.threadId, isNew: false, method: 'declared', predecessorId: first.id });
    expect(three.threadId).toBe(one.threadId);
  });

  it('keeps sessions apart, though the words are the same', () => {
    const threads = threadsOf();
    const one = threads.place(withVectors(request(0, 'bake bread', session('s1'))));
    const two = threads.place(withVectors(request(10, 'bake bread', session('s2'))));
    expect(two.threadId).not.toBe(one.threadId);
    expect(threads.place(withVectors(request(20, 'bake bread', session('s1')))).threadId).toBe(one.threadId);
  });

  it('takes ids of another source for other ids', () => {
    const threads = threadsOf('s', false);
    const one = threads.place(request(0, 'a', session('s1')));
    expect(threads.place(request(10, 'b', session('s1', 'cookie:sid'))).threadId).not.toBe(one.threadId);
  });

  it('ignores ids that change with each request of a resent conversation', () => {
    const threads = threadsOf();
    const chat = new Chat();
    const placed = Array.from({ length: 6 }, (_, i) =>
      threads.place(chat.ask(i * 60, `question ${i}`, `answer ${i}`, session(`request-${i}`))),
    );
    expect(new Set(placed.map(({ threadId }) => threadId)).size).toBe(1);
    expect(placed.slice(1).every(({ method }) => method === 'history')).toBe(true);
  });

  it('ignores ids that change with each request while meaning says that they continue', () => {
    const threads = threadsOf();
    const texts = [
      'how do I bake rye bread',
      'how long does the rye bread bake',
      'and why is the rye bread so dense',
      'can I freeze the rye bread',
      'does the rye bread need sourdough',
    ];
    const placed = texts.map((text, i) =>
      threads.place(withVectors(request(i * 40, text, { ...session(`request-${i}`), answer: `${text} bread` }))),
    );
    expect(placed.slice(0, 2).map(({ method }) => method)).toEqual(['declared', 'declared']);
    expect(placed.slice(2).map(({ method }) => method)).toEqual(['inferred', 'inferred', 'inferred']);
    const begun = new Set(placed.slice(0, 2).map(({ threadId }) => threadId));
    expect(placed.slice(2).every(({ threadId }) => begun.has(threadId))).toBe(true);
  });

  it('believes ids of short sessions that have nothing to do with each other', () => {
    const threads = threadsOf();
    const texts = ['bake bread', 'repair a bicycle', 'tax return of 2024', 'learn Finnish', 'paint a fence'];
    const placed = texts.map((text, i) => threads.place(withVectors(request(i * 7200, text, session(`s${i}`)))));
    expect(placed.every(({ method }) => method === 'declared')).toBe(true);
    expect(new Set(placed.map(({ threadId }) => threadId)).size).toBe(5);
  });

  it('follows previous_response_id, and sees a fork in it', () => {
    const threads = threadsOf('s', false);
    const first = request(0, 'a', { call: { responseId: 'resp_1' } });
    const one = threads.place(first);
    const two = threads.place(request(10, 'b', { call: { responseId: 'resp_2', previousResponseId: 'resp_1' } }));
    const other = threads.place(request(20, 'c', { call: { responseId: 'resp_3', previousResponseId: 'resp_1' } }));
    expect(two).toMatchObject({ threadId: one.threadId, method: 'declared', predecessorId: first.id, fork: false });
    expect(other).toMatchObject({ threadId: one.threadId, predecessorId: first.id, fork: true });
    expect(threads.place(request(30, 'd', { call: { previousResponseId: 'resp_unseen' } }))).toMatchObject({
      isNew: true,
      position: 'orphaned',
    });
  });

  it('infers nothing for a principal that stands for many people', () => {
    const threads = threadsOf();
    const one = threads.place(withVectors(request(0, 'bake bread', { inferable: false })));
    const two = threads.place(withVectors(request(5, 'bake bread', { inferable: false })));
    expect(two).toMatchObject({ isNew: true, method: 'new', position: 'first' });
    expect(two.threadId).not.toBe(one.threadId);
    expect(two.sessionId).not.toBe(one.sessionId);
  });
});

describe('calls of an agent', () => {
  it('keeps tool steps in their turn, and its answer as that of the turn', () => {
    const threads = threadsOf('s', false);
    const turn = request(0, 'what is the weather', { call: { kind: 'turn', toolCalls: ['h1', 'h2'] } });
    const one = threads.place(turn);
    const step = request(3, 'what is the weather', { call: { kind: 'step', toolResults: ['h1', 'h2'], toolCalls: ['h3'] } });
    expect(threads.place(step)).toMatchObject({
      threadId: one.threadId,
      method: 'history',
      predecessorId: turn.id,
      position: 'continuation',
    });
    expect(threads.place(request(6, '', { call: { kind: 'step', toolResults: ['h3'] } }))).toMatchObject({
      threadId: one.threadId,
      predecessorId: step.id,
    });
  });

  it('hangs auxiliary calls on the thread they quote or run beside, and learns nothing from them', () => {
    const threads = threadsOf();
    const plain = threadsOf();
    const turn = withVectors(request(0, 'how do I bake rye bread at home', { answer: 'with rye' }));
    const other = withVectors(request(4000, 'repair a bicycle', { answer: 'which part' }));
    const one = threads.place(turn);
    plain.place(turn);
    const title = { kind: 'auxiliary', auxiliary: 'title' } as const;
    const quoting = threads.place(request(20, 'Give a title: how do I bake rye bread at home', { call: title }));
    expect(quoting).toMatchObject({ threadId: one.threadId, method: 'history', position: 'continuation' });
    expect(threads.place(request(10, 'embed', { call: { kind: 'auxiliary', auxiliary: 'embedding' } })).threadId).toBe(one.threadId);
    expect(threads.place(request(900, 'moderate', { call: { kind: 'auxiliary', auxiliary: 'moderation' } })).threadId).not.toBe(
      one.threadId,
    );
    expect(threads.place(other)).toEqual(plain.place(other));
  });
});
