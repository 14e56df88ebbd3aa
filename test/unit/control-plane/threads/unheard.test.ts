// Answers that were not captured: streams that broke off, gateways that ship no answers.
import { describe, expect, it } from 'vitest';
import type { TurnInput } from '../../../../control-plane/src/threads/index.ts';
import { Chat, threadsOf } from './conversations.ts';

const unheard = (turn: TurnInput): TurnInput => ({ ...turn, answer: undefined, history: { messages: turn.history!.messages } });

describe('a request whose answer was not captured', () => {
  it('is gone on with by the one that carries all of it and an answer', () => {
    const threads = threadsOf('s', false);
    const chat = new Chat();
    const turns = ['one', 'two', 'three', 'four'].map((text, i) => unheard(chat.ask(i * 60, text, `answer ${i}`)));
    const placed = turns.map((turn) => threads.place(turn));
    expect(new Set(placed.map(({ threadId }) => threadId)).size).toBe(1);
    expect(placed[1]).toMatchObject({ method: 'history', confidence: 0.9, predecessorId: turns[0]!.id });
    expect(placed[1]!.reasons.map(({ code }) => code)).toEqual(['history_unheard']);
    // From then on there are messages of its own to go by.
    expect(placed[3]).toMatchObject({ method: 'history', confidence: 1, predecessorId: turns[2]!.id });
  });

  it('is not, where two chats began with the same words: in doubt neither is joined', () => {
    const threads = threadsOf('s', false);
    const [one, two] = [new Chat(), new Chat()];
    const begun = [one.ask(0, 'hello', 'hi'), two.ask(90, 'hello', 'good morning')].map((turn) => threads.place(unheard(turn)).threadId);
    expect(new Set(begun).size).toBe(2);
    expect(begun).not.toContain(threads.place(unheard(two.ask(150, 'a recipe', 'this'))).threadId);
  });

  it('is not, where it was gone on with already, or another chat got the answer', () => {
    const threads = threadsOf('s', false);
    const [one, two, three] = [new Chat(), new Chat(), new Chat()];
    threads.place(unheard(one.ask(0, 'hello', 'hi')));
    const { threadId } = threads.place(unheard(one.ask(60, 'a recipe', 'this')));
    two.ask(70, 'hello', 'good morning');
    expect(threads.place(unheard(two.ask(120, 'my tax return', 'so'))).threadId).not.toBe(threadId);
    const heard = threads.place(three.ask(200, 'hello', 'welcome'));
    expect(heard.threadId).not.toBe(threadId);
    expect(threads.place(three.ask(260, 'a poem', 'roses'))).toMatchObject({ threadId: heard.threadId, confidence: 1 });
  });

  it('proves nothing against what a client declares', () => {
    const threads = threadsOf('s', false);
    const [one, two] = [new Chat(), new Chat()];
    const session = (id: string) => ({ session: { id, source: 'header:x-session-id' } });
    const first = threads.place(unheard(one.ask(0, 'hello', 'hi', session('a'))));
    two.ask(30, 'hello', 'good morning');
    expect(threads.place(unheard(two.ask(60, 'a recipe', 'this', session('b')))).threadId).not.toBe(first.threadId);
  });
});
