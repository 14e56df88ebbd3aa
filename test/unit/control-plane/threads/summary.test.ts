// A client that has its conversation summarised and sends nothing but the summary of it.
import { describe, expect, it } from 'vitest';
import { PrincipalThreads, type Placement, type TurnInput } from '../../../../control-plane/src/threads/index.ts';
import { Chat, digest, pastOf, request, threadsOf } from './conversations.ts';

const QUESTIONS = ['how do I bake rye bread at home', 'which oven do I need for it', 'how long does it take'];

/** The call that summarises what was said, with the hash of its answer. */
const summarise = (at: number, said: readonly string[], hash: string): TurnInput =>
  request(at, `Write a summary of the following. Human: ${said.join(' Human: ')}`, {
    call: { kind: 'auxiliary', auxiliary: 'summary', summaries: [hash] },
  });
const after = (at: number, text: string, hashes: readonly string[], answer = `answer to ${text}`): TurnInput =>
  request(at, text, {
    answer,
    history: { messages: [digest('u', text)], answer: digest('a', answer) },
    call: { kind: 'turn', summaries: [...hashes] },
  });

function talk(threads: PrincipalThreads, chat: Chat, from: number): { readonly turns: TurnInput[]; readonly placed: Placement[] } {
  const turns = QUESTIONS.map((text, i) => chat.ask(from + i * 60, text, `answer ${from} ${i}`));
  return { turns, placed: turns.map((turn) => threads.place(turn)) };
}

describe('a conversation that goes on behind a summary of itself', () => {
  it('stays one thread and says how much was dropped, there and afterwards', () => {
    const threads = threadsOf('s', false);
    const { turns, placed } = talk(threads, new Chat(), 0);
    const thread = placed[0]!.threadId;
    const call = summarise(200, QUESTIONS, 'sum-1');
    const beside = threads.place(call);
    expect(beside.threadId).toBe(thread);
    const compacted = after(201, 'and with spelt', ['system', 'sum-1']);
    const first = threads.place(compacted);
    expect(first).toMatchObject({
      threadId: thread,
      method: 'history',
      confidence: 1,
      predecessorId: turns[2]!.id,
      truncation: { dropped: 6, kind: 'compacted' },
    });
    expect(first.reasons.map(({ code }) => code)).toEqual(['summary_of_thread']);
    const next = request(260, 'thanks', {
      history: { messages: [...compacted.history!.messages, compacted.history!.answer!, digest('u', 'thanks')], summary: true },
      call: { kind: 'turn', summaries: ['system', 'sum-1'] },
    });
    const expected = { threadId: thread, predecessorId: compacted.id, truncation: { dropped: 6, kind: 'compacted' } };
    expect(threads.place(next)).toMatchObject(expected);
    const past = pastOf([...turns, call, compacted], [...placed, beside, first]);
    expect(PrincipalThreads.restore(past, { threadIdSeed: 's', inference: false }).place(next)).toMatchObject(expected);
  });

  it('is counted on from an earlier summary', () => {
    const threads = threadsOf('s', false);
    talk(threads, new Chat(), 0);
    threads.place(summarise(200, QUESTIONS, 'sum-1'));
    const one = after(201, 'and with spelt instead of rye', ['sum-1']);
    threads.place(one);
    threads.place(summarise(300, [one.text], 'sum-2'));
    expect(threads.place(after(301, 'thanks', ['sum-2'])).truncation).toEqual({ dropped: 8, kind: 'compacted' });
  });

  it('is known by a summary in a declared session too', () => {
    const threads = threadsOf('s', false);
    const session = { id: 's1', source: 'header:x-session-id' };
    const chat = new Chat();
    const thread = threads.place(chat.ask(0, QUESTIONS[0]!, 'so', { session })).threadId;
    threads.place({ ...summarise(100, QUESTIONS, 'sum-1'), session });
    expect(threads.place({ ...after(101, 'thanks', ['sum-1']), session })).toMatchObject({
      threadId: thread,
      method: 'declared',
      truncation: { dropped: 2, kind: 'compacted' },
    });
  });

  it('is not taken for another one whose summary reads the same, nor for one by instructions that stand in front of everything', () => {
    const threads = threadsOf('s', false);
    const bread = talk(threads, new Chat(), 0).placed[0]!.threadId;
    const other = new Chat();
    const bicycle = threads.place(other.ask(1_000, 'my bicycle chain slips under load', 'worn')).threadId;
    expect(bicycle).not.toBe(bread);
    threads.place(summarise(1_100, QUESTIONS, 'same'));
    threads.place(summarise(1_110, ['my bicycle chain slips under load'], 'same'));
    expect(threads.place(after(1_200, 'thanks', ['same'])).reasons.map(({ code }) => code)).not.toContain('summary_of_thread');
    expect(threads.place(after(1_300, 'good morning', ['system'])).threadId).not.toBe(bread);
  });
});
