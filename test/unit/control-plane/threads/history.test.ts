import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TurnInput } from '../../../../control-plane/src/threads/index.ts';
import { Chat, digest, lastMessages, request, threadsOf, withVectors } from './conversations.ts';

describe('history evidence', () => {
  it('links a resent conversation to the request that it continues', () => {
    const threads = threadsOf('s', false);
    const chat = new Chat();
    const first = chat.ask(0, 'plan a trip', 'Where to?');
    const one = threads.place(first);
    const two = threads.place(chat.ask(60, 'Norway', 'When?'));
    expect(one).toMatchObject({ isNew: true, method: 'new', position: 'first' });
    expect(two).toMatchObject({ threadId: one.threadId, isNew: false, method: 'history', confidence: 1, predecessorId: first.id });
    expect(two.reasons.map(({ code }) => code)).toEqual(['history_prefix']);
    expect(two.truncation).toBeUndefined();
  });

  it('links over days, since history needs no window', () => {
    const threads = threadsOf('s', false);
    const chat = new Chat();
    const one = threads.place(chat.ask(0, 'plan a trip', 'Where to?'));
    const two = threads.place(chat.ask(9 * 86_400, 'Norway', 'When?'));
    expect(two.threadId).toBe(one.threadId);
    expect(two.sessionId).not.toBe(one.sessionId);
  });

  it('never merges two chats that begin with the same words', () => {
    const words = fc.constantFrom('hello', 'write a test', 'what is this', 'go on', 'why');
    const later = fc.array(words, { maxLength: 6 });
    fc.assert(
      fc.property(words, later, later, fc.array(fc.boolean(), { maxLength: 14 }), fc.boolean(), (opening, a, b, order, inference) => {
        const threads = threadsOf('s', inference);
        const chats = [
          { chat: new Chat(), texts: [opening, ...a], name: 'a' },
          { chat: new Chat(), texts: [opening, ...b], name: 'b' },
        ] as const;
        const owners = new Map<string, string>();
        let at = 0;
        const step = (one: (typeof chats)[number]): void => {
          const text = one.texts[one.chat.messages.length / 2];
          if (text === undefined) return;
          // Answers differ between chats; the prompts do not have to.
          const { threadId } = threads.place(one.chat.ask((at += 30), text, `${one.name} answers ${one.chat.messages.length}`));
          const isFirst = one.chat.messages.length === 2;
          if (isFirst && !owners.has(threadId)) owners.set(threadId, one.name);
          // A client that was never seen to send history may be stateless: then equal first words can be one matter.
          if (!isFirst || !inference) expect(owners.get(threadId)).toBe(one.name);
        };
        // A first chat shows that this client sends its history along.
        const before = new Chat();
        threads.place(before.ask((at += 30), 'before', 'x'));
        threads.place(before.ask((at += 30), 'after', 'y'));
        for (const choice of order) step(chats[choice ? 1 : 0]);
        for (let i = 0; i < 7; i++) for (const one of chats) step(one);
        expect(owners.size).toBe(2);
      }),
      { numRuns: 60 },
    );
  });

  it('does not take few-shot examples that every chat begins with for a conversation', () => {
    const threads = threadsOf('s', false);
    const examples = [digest('u', 'example 1'), digest('a', 'good'), digest('u', 'example 2'), digest('a', 'bad')];
    const ask = (at: number, text: string): ReturnType<typeof request> =>
      request(at, text, { history: { messages: [...examples, digest('u', text)], answer: digest('a', `${text}!`) } });
    const placed = ['one', 'two', 'one', 'three'].map((text, i) => threads.place(ask(i * 60, text)).threadId);
    expect(new Set(placed).size).toBe(4);
  });

  it('does not merge chats that begin with the same examples and the same question, guessing or not', () => {
    for (const inference of [false, true]) {
      const threads = threadsOf('s', inference);
      const examples = [digest('u', 'example'), digest('a', 'good')];
      const ask = (at: number, said: readonly string[], answer: string): ReturnType<typeof request> =>
        withVectors(request(at, 'Help me', { answer, history: { messages: [...examples, ...said], answer: digest('a', answer) } }));
      const opening = digest('u', 'Help me');
      const [one, two] = ['first', 'second'].map((answer, i) => threads.place(ask(i * 20, [opening], answer)));
      expect(two!.threadId).not.toBe(one!.threadId);
      const next = threads.place(ask(60, [opening, digest('a', 'second'), digest('u', 'go on')], 'more'));
      expect(next.threadId).toBe(two!.threadId);
    }
  });

  it('does not mix chats that began alike to the answer, when one of them is edited', () => {
    const begin = [digest('u', 'Help me'), digest('a', 'Sure.')];
    const ask = (at: number, said: string[], answer: string, call?: TurnInput['call']): TurnInput =>
      request(at, 'words', { call, history: { messages: said, answer: digest('a', answer) } });
    const threads = threadsOf('s', false);
    const resent = threads.place(ask(0, begin.slice(0, 1), 'Sure.'));
    threads.place(ask(10, [...begin, digest('u', 'A')], 'a'));
    // The other client lets the provider keep its history: it never sends it again, so the edit is none of its own.
    const stateful = threads.place(ask(20, begin.slice(0, 1), 'Sure.', { kind: 'turn', responseId: 'r1' }));
    threads.place(ask(30, [digest('u', 'B')], 'b', { kind: 'turn', previousResponseId: 'r1', responseId: 'r2' }));
    expect(stateful.threadId).not.toBe(resent.threadId);
    const edited = threads.place(ask(40, [...begin, digest('u', 'A, but shorter')], 'x'));
    expect(edited).toMatchObject({ threadId: resent.threadId, fork: true });
    // A third one resends as well: now nothing tells whose the next edit is, and it goes to neither.
    const third = threads.place(ask(50, begin.slice(0, 1), 'Sure.'));
    threads.place(ask(60, [...begin, digest('u', 'C')], 'c'));
    const whose = threads.place(ask(70, [...begin, digest('u', 'something else')], 'y'));
    expect([resent.threadId, stateful.threadId, third.threadId]).not.toContain(whose.threadId);
  });

  it('tells an edit and a regenerated answer from going on', () => {
    const threads = threadsOf('s', false);
    const chat = new Chat();
    const first = chat.ask(0, 'one', '1');
    const { threadId } = threads.place(first);
    threads.place(chat.ask(60, 'two', '2'));
    threads.place(chat.ask(120, 'three', '3'));
    const edited = threads.place(chat.rewind(1).ask(180, 'two, but shorter', '2'));
    expect(edited).toMatchObject({ threadId, fork: true, predecessorId: first.id, method: 'history' });
    const again = threads.place(chat.rewind(2).ask(240, 'three', 'iii'));
    expect(again).toMatchObject({ threadId, fork: true });
    expect(edited.truncation).toBeUndefined();
    expect(again.truncation).toBeUndefined();
  });

  it('finds the turn at which a client begins to drop messages, and how many are gone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 2, max: 12 }), (kept, turns) => {
        // An odd number of messages: whole turns and the newest prompt.
        const window = 2 * kept + 1;
        const threads = threadsOf('s', false);
        const chat = new Chat(lastMessages(window));
        let thread: string | undefined;
        for (let turn = 0; turn < turns; turn++) {
          const placement = threads.place(chat.ask(turn * 60, `question ${turn}`, `answer ${turn}`));
          thread ??= placement.threadId;
          const dropped = Math.max(0, 2 * turn + 1 - window);
          expect(placement.threadId).toBe(thread);
          expect(placement.truncation).toEqual(dropped === 0 ? undefined : { dropped, kind: 'truncated' });
        }
      }),
    );
  });

  it('sees what is dropped from the middle when the first message is kept', () => {
    const threads = threadsOf('s', false);
    const chat = new Chat((messages) => (messages.length <= 6 ? messages : [...messages.slice(0, 1), ...messages.slice(-3)]));
    const placements = Array.from({ length: 5 }, (_, i) => threads.place(chat.ask(i * 60, `question ${i}`, `answer ${i}`)));
    expect(new Set(placements.map(({ threadId }) => threadId)).size).toBe(1);
    expect(placements.map(({ truncation }) => truncation?.dropped)).toEqual([undefined, undefined, undefined, 3, 5]);
  });

  it('calls a summary in front compacted', () => {
    const threads = threadsOf('s', false);
    const chat = new Chat();
    const ids = Array.from({ length: 4 }, (_, i) => threads.place(chat.ask(i * 60, `question ${i}`, `answer ${i}`)).threadId);
    const compacted = request(300, 'and now?', {
      history: { messages: [digest('u', 'summary so far'), digest('a', 'answer 3'), digest('u', 'and now?')], summary: true },
    });
    const placement = threads.place(compacted);
    expect(placement.threadId).toBe(ids[0]);
    expect(placement.truncation).toEqual({ dropped: 7, kind: 'compacted' });
  });

  it('calls a request orphaned whose earlier answers were never seen', () => {
    const chat = new Chat();
    chat.ask(0, 'unseen', 'unseen answer');
    const placement = threadsOf().place(chat.ask(60, 'go on', 'yes'));
    expect(placement).toMatchObject({ isNew: true, position: 'orphaned' });
    expect(placement.reasons.map(({ code }) => code)).toContain('unseen_history');
  });

  it('takes a history of one message from a client that resends for a new chat', () => {
    const threads = threadsOf();
    const chat = new Chat();
    const one = threads.place(chat.ask(0, 'plan a trip', 'Where to?'));
    threads.place(chat.ask(30, 'Norway', 'When?'));
    const fresh = threads.place(new Chat().ask(60, 'and the trip?', 'Which one?'));
    expect(fresh).toMatchObject({ isNew: true, method: 'history', position: 'topic_shift' });
    expect(fresh.threadId).not.toBe(one.threadId);
  });

  it('does not compare digests under different keys', () => {
    const threads = threadsOf('s', false);
    const chat = new Chat();
    const first = chat.ask(0, 'one', '1');
    const one = threads.place({ ...first, history: { ...first.history!, keyId: 'k1' } });
    const second = chat.ask(60, 'two', '2');
    const two = threads.place({ ...second, history: { ...second.history!, keyId: 'k2' } });
    expect(two.threadId).not.toBe(one.threadId);
  });
});
