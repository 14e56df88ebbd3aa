import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrincipalThreads, type Placement, type TurnInput } from '../../../../control-plane/src/threads/index.ts';
import { Chat, pastOf, request, threadsOf, withVectors } from './conversations.ts';

const ask = (chat: Chat, at: number, text: string, answer: string): TurnInput => withVectors(chat.ask(at, text, answer));

describe('certain evidence against an earlier guess', () => {
  it('does not merge two chats that begin alike seconds apart', () => {
    const threads = threadsOf();
    const [one, two] = [new Chat(), new Chat()];
    const first = threads.place(ask(one, 0, 'how do I bake rye bread', 'with rye flour'));
    const second = threads.place(ask(two, 4, 'how do I bake rye bread', 'slowly, at 180 degrees'));
    expect(second).toMatchObject({ isNew: true, method: 'history' });
    expect(second.reasons.map(({ code }) => code)).toContain('same_beginning');
    expect(threads.place(ask(one, 30, 'and for how long?', 'an hour')).threadId).toBe(first.threadId);
    expect(threads.place(ask(two, 33, 'and for how long?', 'two hours')).threadId).toBe(second.threadId);
  });

  it('takes words that are said twice for no beginning where the client keeps nothing of what was said', () => {
    const threads = threadsOf();
    const alone = new Chat((messages) => messages.slice(-1));
    const said = [
      ['how do I bake rye bread with whole grain flour', 'Mix the rye flour with water and wait'],
      ['and how long does the rye bread bake?', 'the rye bread bakes for an hour'],
      ['go on', 'then the rye bread rests'],
      ['go on', 'then you cut the rye bread'],
      ['how do I bake rye bread with whole grain flour', 'Mix the rye flour with water and wait'],
    ] as const;
    const placed = said.map(([text, answer], i) => threads.place(ask(alone, i * 20, text, answer)));
    expect(placed.flatMap(({ reasons }) => reasons.map(({ code }) => code))).not.toContain('same_beginning');
    expect(new Set(placed.map(({ threadId }) => threadId)).size).toBe(1);
  });

  /** A chat that is guessed to go on with an earlier one, whose next request proves that it began on its own. */
  function splitting(): { threads: PrincipalThreads; turns: TurnInput[]; placed: Placement[] } {
    const threads = threadsOf();
    const [one, two] = [new Chat(), new Chat()];
    const turns = [
      ask(one, 0, 'how do I bake rye bread', 'with rye flour'),
      ask(two, 40, 'and how long does the rye bread bake?', 'an hour'),
      ask(two, 90, 'at what heat does it bake?', 'at 180 degrees'),
      ask(one, 120, 'which rye flour?', 'whole grain'),
    ];
    return { threads, turns, placed: turns.map((turn) => threads.place(turn)) };
  }

  it('does not take two chats that begin almost alike for an edit and its fork, once each has gone on', () => {
    const threads = threadsOf();
    const [one, two] = [new Chat(), new Chat()];
    const turns = [
      ask(one, 0, 'how long do I bake rye bread with whole grain flour?', 'with rye flour'),
      ask(two, 1, 'how long do I bake wheat bread with whole grain flour?', 'slowly, at 180 degrees'),
      ask(one, 2, 'and at what heat?', 'at 240 degrees'),
      ask(two, 3, 'and at what heat?', 'at 200 degrees'),
    ];
    const [first, guessed, back, proof] = turns.map((turn) => threads.place(turn));
    expect(guessed).toMatchObject({ threadId: first?.threadId, method: 'inferred' });
    expect(back).toMatchObject({ threadId: first?.threadId, fork: true });
    expect(proof?.threadId).not.toBe(first?.threadId);
    expect(proof).toMatchObject({ fork: false, repointed: [{ requestId: turns[2]?.id, predecessorId: turns[0]?.id, straight: true }] });
    expect(proof?.reasons.map(({ code }) => code)).not.toContain('history_fork');
  });

  it('keeps the fork of a question that is asked again, whatever leaves from between', () => {
    const threads = threadsOf();
    const [one, two] = [new Chat(), new Chat()];
    const turns = [
      ask(one, 0, 'how long do I bake rye bread with whole grain flour?', 'with rye flour'),
      ask(two, 1, 'how long do I bake wheat bread with whole grain flour?', 'slowly, at 180 degrees'),
      ask(one, 2, 'and at what heat?', 'at 240 degrees'),
      ask(one.rewind(1), 3, 'and at what heat?', 'at 250 degrees'),
      ask(two, 4, 'and at what heat?', 'at 200 degrees'),
    ];
    const placed = turns.map((turn) => threads.place(turn));
    expect(placed[3]).toMatchObject({ threadId: placed[0]?.threadId, fork: true });
    expect(placed[4]?.repointed?.map(({ requestId }) => requestId)).not.toContain(turns[3]?.id);
  });

  it('splits the thread when history proves that a request began a conversation of its own', () => {
    const { turns, placed } = splitting();
    const [first, guessed, proof, back] = placed;
    expect(guessed).toMatchObject({ method: 'inferred', threadId: first?.threadId });
    expect(proof?.threadId).not.toBe(first?.threadId);
    expect(proof?.relinked).toEqual([
      { requestId: turns[1]?.id, from: first?.threadId, into: proof?.threadId, evidence: 'history', position: 'topic_shift' },
    ]);
    expect(proof?.reasons.map(({ code }) => code)).toContain('evidence_overrules');
    expect(back?.threadId).toBe(first?.threadId);
    expect(back?.relinked).toBeUndefined();
  });

  it('decides the same after being restored in between', () => {
    const { turns, placed } = splitting();
    for (let cut = 0; cut <= turns.length; cut++) {
      const restored = PrincipalThreads.restore(pastOf(turns.slice(0, cut), placed), { threadIdSeed: 'acme/prod/alice' });
      expect(turns.slice(cut).map((turn) => restored.place(turn))).toEqual(placed.slice(cut));
    }
  });

  it('brings together what history proves to be one conversation', () => {
    const threads = threadsOf('acme/prod/alice', false);
    const chat = new Chat();
    const opening = ask(chat, 0, 'how do I bake rye bread', 'with rye flour');
    // A client that left its history out once.
    const lone: TurnInput = { ...ask(chat, 20, 'what else do I need?', 'water'), history: undefined };
    const proof = ask(chat, 60, 'and salt?', 'a little');
    const first = threads.place(opening);
    expect(threads.place(lone).threadId).not.toBe(first.threadId);
    expect(threads.place(proof).threadId).toBe(first.threadId);
  });

  it('moves nothing where two requests fit equally well', () => {
    const threads = threadsOf();
    const [one, two] = [new Chat(), new Chat()];
    threads.place(ask(one, 0, 'hello', 'hi'));
    threads.place(ask(two, 5, 'hello', 'hi'));
    expect(threads.place(ask(one, 9, 'who are you?', 'a program')).relinked).toBeUndefined();
  });
});

describe('confidence', () => {
  it('is finite and between 0 and 1, whatever comes', () => {
    const numbers = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, 1e300));
    const vector = fc.option(fc.array(numbers, { minLength: 3, maxLength: 3 }), { nil: undefined });
    const turn = fc.record({
      pause: fc.double({ min: 0, max: 1e6, noNaN: true }),
      text: fc.string(),
      answer: fc.option(fc.string()),
      vector,
    });
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 15 }), (turns) => {
        const threads = threadsOf();
        let at = 0;
        for (const { pause, text, answer, vector: values } of turns) {
          at += pause;
          const given = values === undefined ? undefined : Float32Array.from(values);
          const placed = threads.place(request(at, text, { answer: answer ?? undefined, vector: given, answerVector: given }));
          for (const one of [placed.confidence, ...placed.alternatives.map(({ probability }) => probability)]) {
            expect(Number.isFinite(one) && one >= 0 && one <= 1).toBe(true);
          }
          for (const { weight = 0 } of placed.reasons) expect(Number.isFinite(weight)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('conversations that name their answers, and calls that come before their turn', () => {
  it('are parted from what a first request was guessed to go on with', () => {
    const threads = threadsOf();
    const first = threads.place(withVectors(request(0, 'how do I bake rye bread', { answer: 'with rye', call: { responseId: 'a1' } })));
    const own = (id: string): Partial<TurnInput> => ({ history: { messages: [`u${id.padEnd(22, 'A')}`] } });
    const lone = withVectors(
      request(40, 'and how long does the rye bread bake', { answer: 'an hour', call: { responseId: 'b1' }, ...own('b1') }),
    );
    const guessed = threads.place(lone);
    expect(guessed).toMatchObject({ method: 'inferred', threadId: first.threadId });
    const next = withVectors(request(80, 'at what heat', { call: { responseId: 'b2', previousResponseId: 'b1' }, ...own('b2') }));
    const proof = threads.place(next);
    expect(proof.relinked).toMatchObject([{ requestId: lone.id, from: first.threadId, into: proof.threadId, evidence: 'declared' }]);
    expect(proof.threadId).not.toBe(first.threadId);
  });

  it('go to their turn, and stay as sure as they were', () => {
    const threads = threadsOf();
    const embedding = request(0, 'how do I bake rye bread', { call: { kind: 'auxiliary', auxiliary: 'embedding' } });
    const alone = threads.place(embedding);
    expect(alone).toMatchObject({ isNew: true, method: 'new' });
    const stranger = request(1, 'repair a bicycle chain at home', {
      inferable: false,
      call: { kind: 'auxiliary', auxiliary: 'embedding' },
    });
    threads.place(stranger);
    const turn = threads.place(withVectors(request(30, 'how do I bake rye bread')));
    expect(turn.relinked).toMatchObject([{ requestId: embedding.id, from: alone.threadId, into: turn.threadId, follows: true }]);
    expect(turn.reasons.map(({ code }) => code)).not.toContain('evidence_overrules');
    expect(threads.place(withVectors(request(60, 'how long does rye bread bake'))).relinked).toBeUndefined();
  });
});
