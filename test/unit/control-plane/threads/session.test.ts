import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrincipalThreads, type Placement, type TurnInput } from '../../../../control-plane/src/threads/index.ts';
import { Chat, pastOf, request, threadsOf, vectorOf, withVectors } from './conversations.ts';

type Session = { session: { id: string; source: string }; inferable?: boolean };
const session = (id: string, source = 'header:x-session-id'): Session => ({ session: { id, source } });
const codes = ({ reasons }: Placement): string[] => reasons.map(({ code }) => code);

const BREAD = [
  'how do I bake rye bread',
  'how long does the rye bread bake',
  'and why is the rye bread so dense',
  'can I freeze the rye bread',
];
const BICYCLE = ['my bicycle chain slips under load', 'which bicycle chain fits nine gears', 'how do I shorten the bicycle chain'];

describe('a session that holds several matters', () => {
  /** What is said of bicycles is as far from bread as can be. */
  const opposite = (turn: TurnInput): TurnInput => ({
    ...turn,
    vector: vectorOf(BREAD[0]!).map((x) => -x),
    answerVector: vectorOf(BREAD[1]!).map((x) => -x),
  });
  const say = (texts: readonly string[], more: Session, at: number): TurnInput[] =>
    texts
      .map((text, i) => withVectors(request(at + i * 40, text, { ...more, answer: `${text}, as follows` })))
      .map((turn) => (texts === BICYCLE ? opposite(turn) : turn));

  it('is parted into threads that stay within it, also on the way back', () => {
    const threads = threadsOf();
    const stay = session('stay');
    const bread = say(BREAD.slice(0, 3), stay, 0).map((turn) => threads.place(turn));
    const bicycle = say(BICYCLE, stay, 30_000).map((turn) => threads.place(turn));
    const back = threads.place(withVectors(request(30_200, 'so how long does the rye bread bake', stay)));
    expect(new Set(bread.map(({ threadId }) => threadId)).size).toBe(1);
    expect(new Set(bicycle.map(({ threadId }) => threadId)).size).toBe(1);
    expect(bicycle[0]).toMatchObject({ isNew: true, method: 'new' });
    expect(codes(bicycle[0]!)).toEqual(expect.arrayContaining(['declared_session', 'another_matter']));
    expect(bicycle[0]!.threadId).not.toBe(bread[0]!.threadId);
    expect(back).toMatchObject({ threadId: bread[0]!.threadId, method: 'inferred' });
    // The same words in another session are of that one.
    const other = threads.place(withVectors(request(30_240, 'so how long does the rye bread bake', session('another'))));
    expect(other).toMatchObject({ isNew: true, method: 'declared' });
  });

  it('is not parted where the id names a conversation, nor for a long pause alone, nor for many people behind one name', () => {
    for (const [more, pause] of [
      [session('c', 'body:conversation'), 30_000],
      [session('c', 'header:x-chat-id'), 30_000],
      [session('c'), undefined],
      [{ ...session('c'), inferable: false }, 30_000],
    ] as const) {
      const threads = threadsOf();
      const placed = [...say(BREAD, more, 0), ...(pause === undefined ? say(BREAD, more, 200_000) : say(BICYCLE, more, pause))].map(
        (turn) => threads.place({ ...turn, ...more }),
      );
      expect(new Set(placed.map(({ threadId }) => threadId)).size).toBe(1);
    }
  });

  it('is parted by history: what began without one and is carried on alone is a conversation of its own', () => {
    const threads = threadsOf('s', false);
    const stay = session('stay');
    const [one, two, three] = [new Chat(), new Chat(), new Chat()];
    const first = threads.place(one.ask(0, BREAD[0]!, 'with rye', stay));
    threads.place(one.ask(60, BREAD[1]!, 'an hour', stay));
    const lone = two.ask(120, BICYCLE[0]!, 'it is worn', stay);
    expect(threads.place(lone)).toMatchObject({ threadId: first.threadId, method: 'declared' });
    const proof = threads.place(two.ask(180, BICYCLE[1]!, 'this one', stay));
    expect(proof.relinked).toMatchObject([{ requestId: lone.id, from: first.threadId, into: proof.threadId, evidence: 'history' }]);
    expect(proof.threadId).not.toBe(first.threadId);
    expect(codes(proof)).toContain('evidence_overrules');
    // From now on the session is known to hold several.
    const next = threads.place(three.ask(240, 'tax return of last year', 'which form', stay));
    expect(next).toMatchObject({ isNew: true, method: 'history' });
    expect(threads.place(one.ask(300, BREAD[2]!, 'too wet', stay)).threadId).toBe(first.threadId);
    expect(threads.place(two.ask(360, BICYCLE[2]!, 'so', stay)).threadId).toBe(proof.threadId);
  });

  it('is one thread where the first message was edited or asked again: a fork', () => {
    const threads = threadsOf('s', false);
    const stay = session('stay');
    const [chat, edited] = [new Chat(), new Chat()];
    const opening = chat.ask(0, BREAD[0]!, 'with rye', stay);
    const first = threads.place(opening);
    threads.place(chat.ask(60, BREAD[1]!, 'an hour', stay));
    const again = threads.place(edited.ask(120, `${BREAD[0]!} at home`, 'with rye flour', stay));
    expect(again).toMatchObject({ threadId: first.threadId, fork: true, predecessorId: opening.id });
    const after = threads.place(edited.ask(180, 'and then', 'bake', stay));
    expect(after.threadId).toBe(first.threadId);
    expect(after.relinked).toBeUndefined();
    expect(threads.place(new Chat().ask(240, BREAD[0]!, 'with patience', stay))).toMatchObject({ threadId: first.threadId, fork: true });
  });
});

describe('session ids that name something else', () => {
  it('are recognised where they name the runs of an agent, whose steps share them', () => {
    const threads = threadsOf();
    const placed = BREAD.map((text, i) => {
      const run = session(`run-${i}`, 'body:metadata.session_id');
      const calls = { toolCalls: [`call-${i}`] };
      const turn = threads.place(withVectors(request(i * 100, text, { ...run, call: { kind: 'turn', ...calls } })));
      for (const [k, answer] of [undefined, `${text}, as follows`].entries()) {
        const step = request(i * 100 + 5 + k, text, {
          ...run,
          answer,
          call: { kind: 'step', toolResults: [`call-${i}`], ...(k === 0 ? calls : {}) },
        });
        expect(threads.place(step).threadId).toBe(turn.threadId);
      }
      return turn;
    });
    expect(placed.map(({ method }) => method)).toEqual(['declared', 'declared', 'inferred', 'inferred']);
    expect(placed[3]!.threadId).toBe(placed[2]!.threadId);
  });

  it('are recognised though the person has several conversations at once', () => {
    const threads = threadsOf();
    const chats = [new Chat(), new Chat()];
    const placed = Array.from({ length: 10 }, (_, i) =>
      threads.place(chats[i % 2]!.ask(i * 60, `question ${i}`, `answer ${i}`, session(`request-${i}`))),
    );
    const of = (parity: number): Set<string> => new Set(placed.filter((_, i) => i % 2 === parity).map(({ threadId }) => threadId));
    expect([of(0).size, of(1).size]).toEqual([1, 1]);
    expect(of(0)).not.toEqual(of(1));
  });

  it('mean nothing where several people carry them', () => {
    const threads = threadsOf();
    const common = { ...session('default'), isCommonSession: true } as const;
    const one = threads.place(withVectors(request(0, BREAD[0]!, { ...common, answer: 'with rye' })));
    const two = threads.place(withVectors(request(30_000, BICYCLE[0]!, common)));
    expect(one.method).toBe('new');
    expect(two.threadId).not.toBe(one.threadId);
    expect(codes(two)).not.toContain('declared_session');
  });
});

describe('a declared session against an earlier guess', () => {
  /** Ids that change with each turn, until one stays. */
  const changing = (): TurnInput[] => [
    ...BREAD.map((text, i) => withVectors(request(i * 40, text, { ...session(`r${i}`), answer: `${text} bread` }))),
    withVectors(request(160, 'does the rye bread need sourdough', { ...session('lasting'), answer: 'the rye bread does' })),
    withVectors(request(200, 'where do I buy rye for the bread', session('lasting'))),
    withVectors(request(240, 'thanks, is the rye bread healthy', session('lasting'))),
  ];

  it('wins once the id is seen to last, and says so', () => {
    const threads = threadsOf();
    const turns = changing();
    const placed = turns.map((turn) => threads.place(turn));
    const [guessed, proof, next] = placed.slice(-3);
    expect(guessed!.method).toBe('inferred');
    expect(placed.slice(0, 4).map(({ threadId }) => threadId)).toContain(guessed!.threadId);
    expect(proof!.relinked).toMatchObject([
      { requestId: turns[4]!.id, from: guessed!.threadId, into: proof!.threadId, evidence: 'declared', predecessorId: undefined },
    ]);
    expect(proof).toMatchObject({ method: 'declared', predecessorId: turns[4]!.id });
    expect(codes(proof!)).toContain('evidence_overrules');
    expect(next).toMatchObject({ threadId: proof!.threadId, predecessorId: turns[5]!.id });
    expect(next!.relinked).toBeUndefined();
    for (let cut = 0; cut <= turns.length; cut++) {
      const restored = PrincipalThreads.restore(pastOf(turns.slice(0, cut), placed), { threadIdSeed: 'acme/prod/alice' });
      expect(turns.slice(cut).map((turn) => restored.place(turn))).toEqual(placed.slice(cut));
    }
  });

  it('does not win by the same request sent once more', () => {
    const threads = threadsOf();
    const turns = changing().slice(0, 5);
    const placed = turns.map((turn) => threads.place(turn));
    const again = threads.place({ ...turns[4]!, id: 'again', at: 180 });
    expect(again).toMatchObject({ threadId: placed[4]!.threadId, method: 'declared' });
    expect(again.relinked).toBeUndefined();
  });

  it('leaves no guessed request of a lasting session in a thread that others began, whatever came before', () => {
    const subject = fc.constantFrom(...BREAD, ...BICYCLE);
    const turn = fc.record({
      text: subject,
      pause: fc.integer({ min: 1, max: 4_000 }),
      id: fc.oneof(fc.constantFrom('s1', 's2'), fc.constant('')),
    });
    let moves = 0;
    fc.assert(
      fc.property(fc.array(turn, { minLength: 6, maxLength: 24 }), (script) => {
        const threads = threadsOf();
        const standing = new Map<string, { thread: string; method: string; session: string; text: string }>();
        let at = 0;
        for (const [i, { text, pause, id }] of script.entries()) {
          const name = id === '' ? `only-${i}` : id;
          const asked = withVectors(request((at += pause), text, { ...session(name), answer: `${text}, as follows` }));
          const placed = threads.place(asked);
          for (const { requestId, into, evidence } of placed.relinked ?? []) {
            moves += 1;
            standing.set(requestId, { ...standing.get(requestId)!, thread: into, method: evidence });
          }
          standing.set(asked.id, { thread: placed.threadId, method: placed.method, session: name, text });
          if (placed.method !== 'declared' || placed.isNew) continue;
          const own = [...standing.values()].filter((one) => one.session === name);
          if (new Set(own.map((one) => one.text)).size === 1) continue;
          for (const one of own) {
            if (one.method !== 'inferred') continue;
            const [first] = [...standing.values()].filter(({ thread }) => thread === one.thread);
            expect(first!.session).toBe(name);
          }
        }
      }),
      { numRuns: 100 },
    );
    expect(moves).toBeGreaterThan(0);
  });
});

describe('a question that is asked again', () => {
  it('is a fork from what came before it, in a declared session and without one', () => {
    for (const more of [{}, session('s')]) {
      const threads = threadsOf('s', false);
      const chat = new Chat();
      threads.place(chat.ask(0, 'one', '1', more));
      const second = chat.ask(60, 'two', '2', more);
      const { threadId } = threads.place(second);
      const third = chat.ask(120, 'three', '3', more);
      threads.place(third);
      const again = chat.rewind(2).ask(180, 'three', 'iii', more);
      expect(threads.place(again)).toMatchObject({ threadId, fork: true, predecessorId: second.id });
    }
  });

  it('is another attempt at the same turn where the first got no answer, or the client says that it tries again', () => {
    for (const [answer, attempt, seconds, isAttempt] of [
      [undefined, undefined, 2, true],
      [undefined, undefined, 300, false],
      [undefined, 2, 300, true],
      ['late', 2, 30, true],
      ['late', undefined, 30, false],
    ] as const) {
      const threads = threadsOf('s', false);
      const chat = new Chat();
      threads.place(chat.ask(0, 'one', '1'));
      const asked = chat.ask(60, 'two', answer ?? '');
      const failed = answer === undefined ? { ...asked, answer, history: { messages: asked.history!.messages } } : asked;
      const first = threads.place(failed);
      const again = {
        ...chat.rewind(1).ask(60 + seconds, 'two', '2'),
        ...(attempt === undefined ? {} : { call: { kind: 'turn' as const, attempt } }),
      };
      const placed = threads.place(again);
      expect(placed.threadId).toBe(first.threadId);
      expect(placed.call?.kind).toBe(isAttempt ? 'step' : undefined);
      if (isAttempt) {
        expect(placed).toMatchObject({ predecessorId: failed.id, method: 'history', call: { kind: 'step', attempt: 2 } });
        expect(codes(placed)).toEqual(['retry']);
      }
      // The next turn goes on from the attempt that was answered.
      const next = chat.rewind(1);
      next.ask(0, 'two', '2');
      expect(threads.place(next.ask(600, 'three', '3'))).toMatchObject({ threadId: first.threadId, predecessorId: again.id });
    }
  });

  it('is one turn where several models answer it at once', () => {
    const threads = threadsOf('s', false);
    const chat = new Chat();
    threads.place(chat.ask(0, 'one', '1'));
    const asked = { ...chat.ask(60, 'two', '2'), endedAt: 66 };
    const first = threads.place(asked);
    const beside = threads.place({ ...chat.rewind(1).ask(60.2, 'two', 'deux'), endedAt: 64 });
    expect(beside).toMatchObject({ threadId: first.threadId, predecessorId: asked.id, call: { kind: 'step' } });
    expect(codes(beside)).toEqual(['parallel']);
    // Two chats may begin with the same words at the same moment.
    const lone = (at: number): Placement => threads.place({ ...new Chat().ask(at, 'hello', `hi ${at}`), endedAt: at + 5 });
    expect(lone(100).threadId).not.toBe(lone(101).threadId);
  });
});

describe('similarity', () => {
  it('is to the turn that the user saw, also after steps of an agent', () => {
    const threads = threadsOf('s', false);
    const ask = withVectors(request(0, 'how do I bake rye bread', { ...session('s'), call: { kind: 'turn', toolCalls: ['c'] } }));
    threads.place(ask);
    threads.place(request(3, 'how do I bake rye bread', { ...session('s'), answer: 'so', call: { kind: 'step', toolResults: ['c'] } }));
    const next = threads.place(withVectors(request(60, 'how long does rye bread bake', session('s'))));
    expect(next.predecessorId).not.toBe(ask.id);
    expect(next.similarity).toBeGreaterThan(0.3);
  });
});
