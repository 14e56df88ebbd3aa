// Guesses beside certain evidence: nothing of the evidence reaches the guess, and each verdict is what it says.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrincipalThreads, review, type Placement, type TurnInput, type Verdict } from '../../../../control-plane/src/threads/index.ts';
import { Chat, digest, placedAs, request, vectorOf, withVectors } from './conversations.ts';

const judging = () => new PrincipalThreads({ threadIdSeed: 'acme/prod/alice', judge: true });
const session = (id: string) => ({ session: { id, source: 'header:x-session' } });
const own = ({ verdicts = [] }: Placement, id: string): Verdict | undefined => verdicts.find(({ requestId }) => requestId === id);

describe('a verdict', () => {
  it('says which thread was right, and what inference would have done', () => {
    const threads = judging();
    const place = (at: number, text: string, id: string): Placement =>
      threads.place(withVectors(request(at, text, { id: `${id}@${at}`, ...session(id), answer: text })));
    place(0, 'how do I repot a lemon tree', 'garden');
    const same = place(60, 'how often does a lemon tree want water', 'garden');
    expect(own(same, 'garden@60')).toMatchObject({ evidence: 'declared', kind: 'true_join', goesOn: true, right: 0 });
    const other = place(90, 'write a haskell parser for csv files', 'code');
    expect(own(other, 'code@90')).toMatchObject({ goesOn: false, right: -1 });
    expect(['true_new', 'false_join']).toContain(own(other, 'code@90')?.kind);
    const late = place(4 * 86_400, 'does the lemon tree need light', 'garden');
    expect(own(late, `garden@${4 * 86_400}`)).toMatchObject({ kind: 'false_new', goesOn: true, right: -1 });
  });

  it('comes later for guesses that later history speaks about, once', () => {
    const threads = judging();
    const chat = new Chat();
    const first = chat.ask(0, 'what is a monad', 'a monoid');
    expect(threads.place(withVectors(first)).verdicts).toBeUndefined();
    const second = threads.place(withVectors(chat.ask(30, 'and a functor', 'a mapping')));
    expect(own(second, first.id)).toMatchObject({ evidence: 'history', kind: 'true_new', goesOn: false });
    const third = chat.ask(60, 'and an arrow', 'a morphism');
    const placed = threads.place(withVectors(third));
    expect(placed.verdicts?.map(({ requestId }) => requestId)).toEqual([third.id]);
  });

  it('is not given on steps, calls beside turns, shared users, guesses, or where inference is off', () => {
    const turn = (fields: Partial<TurnInput>): TurnInput =>
      withVectors(request(100, 'how do I repot it', { id: 'x', ...session('s'), ...fields }));
    const silent = [
      { turn: turn({ call: { kind: 'step' } }) },
      { turn: turn({ call: { kind: 'auxiliary' } }) },
      { turn: turn({ inferable: false }) },
      { turn: turn({ session: undefined }) },
      { turn: turn({}), options: { inference: false } },
      { turn: turn({}), options: { judge: false } },
    ];
    for (const { turn: one, options } of silent) {
      const threads = new PrincipalThreads({ threadIdSeed: 'seed', judge: true, ...options });
      threads.place(withVectors(request(0, 'how do I repot a lemon tree', { id: 'w', ...session('s') })));
      expect(threads.place(one).verdicts?.filter(({ requestId }) => requestId === 'x') ?? []).toEqual([]);
    }
  });

  it('is given on some requests only of somebody with very many threads, the same ones each time', () => {
    const judged = (): string[] => {
      const threads = judging();
      return Array.from({ length: 120 }, (_, i) => {
        // Each session holds two requests running, so that its id means something whatever meaning says of these texts.
        const session = Math.floor(i / 2) % 40;
        const matter = ['lemon', 'parser', 'violin', 'tax', 'glacier'][session % 5]! + 'abcdefgh'[Math.floor(session / 5)]!;
        const turn = withVectors(
          request(i * 30, `${matter} ${matter}s ${matter}ing`, {
            id: `m${i}`,
            session: { id: `s${session}`, source: 'header:x-conversation-id' },
          }),
        );
        return threads.place(turn).verdicts?.map(({ requestId }) => requestId) ?? [];
      }).flat();
    };
    const ids = judged();
    // Everybody's first threads are judged whole, then one in eight.
    const whole = 2 * 16;
    expect(ids.length).toBeGreaterThan(whole + 3);
    expect(ids.length).toBeLessThan(whole + 30);
    expect(judged()).toEqual(ids);
  });

  it('never sees the evidence: another session, another history, the same guess', () => {
    const words = ['lemon', 'tree', 'water', 'parser', 'csv', 'haskell', 'it', 'why', 'and', 'then'];
    const text = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 8 }).map((list) => list.join(' '));
    const past = fc.array(fc.record({ text, session: fc.constantFrom('a', 'b', 'c'), pause: fc.integer({ min: 1, max: 9_000 }) }), {
      minLength: 2,
      maxLength: 12,
    });
    const shown = ({ guess }: Verdict): unknown => guess;
    fc.assert(
      fc.property(past, text, fc.integer({ min: 1, max: 9_000 }), (before, last, pause) => {
        const guesses = (['a', 'b', 'c', 'unseen'] as const).map((id) => {
          const threads = judging();
          let at = 0;
          before.forEach((one, i) => {
            at += one.pause;
            threads.place({ ...request(at, one.text, { id: `p${i}`, ...session(one.session) }), vector: vectorOf(one.text) });
          });
          const history = { messages: [digest('u', id), digest('a', id), digest('u', last)] };
          const turn = { ...request(at + pause, last, { id: 'last', ...session(id), history }), vector: vectorOf(last) };
          const verdict = own(threads.place(turn), 'last');
          return verdict === undefined ? undefined : shown(verdict);
        });
        // A new id among ids that change with each request is not believed, and then nothing is judged by it.
        const given = guesses.filter((guess) => guess !== undefined);
        expect(given.length).toBeGreaterThanOrEqual(1);
        for (const guess of given) expect(guess).toEqual(given[0]);
      }),
      { numRuns: 60 },
    );
  });

  it('guesses as the linker would decide on a request that came without any', () => {
    const [judged, bare] = [judging(), judging()];
    const texts = ['how do I repot a lemon tree', 'how often does it want water', 'write a haskell parser', 'for csv files'];
    texts.forEach((text, i) => {
      const turn = withVectors(request(i * 100, text, { id: `q${i}`, ...session(i < 2 ? 'garden' : 'code') }));
      judged.place(turn);
      bare.place(turn);
    });
    const asked = withVectors(request(500, 'does the lemon tree like sun', { id: 'last' }));
    const verdict = own(judged.place({ ...asked, ...session('garden') }), 'last');
    const placement = bare.place(asked);
    expect(verdict?.guess.confidence).toBe(placement.confidence);
    expect(verdict?.guess.joined).toBe(placement.method === 'inferred' ? placement.threadId : undefined);
  });
});

describe('looking back', () => {
  it('judges the guesses on placed requests by where people put them', () => {
    const threads = new PrincipalThreads({ threadIdSeed: 'seed' });
    const turns = ['how do I repot a lemon tree', 'how often does a lemon tree want water', 'write a haskell parser'].map((text, i) =>
      withVectors(request(i * 60, text, { id: `l${i}` })),
    );
    const placed = turns.map((turn) => placedAs(turn, threads.place(turn)));
    const apart = placed.map((one, i) => ({ ...one, threadId: `t${i}`, method: 'person' as const }));
    const together = placed.map((one) => ({ ...one, threadId: 't', method: 'person' as const }));
    const options = { threadIdSeed: 'seed' };
    expect(review(apart, options, () => true).every(({ goesOn, evidence }) => !goesOn && evidence === 'person')).toBe(true);
    expect(review(together, options, () => true).map(({ goesOn }) => goesOn)).toEqual([false, true, true]);
    expect(review(together, options, ({ turn }) => turn.id === 'l2').map(({ requestId }) => requestId)).toEqual(['l2']);
  });
});

describe('a tuning', () => {
  const turns = ['how do I repot a lemon tree', 'and water'].map((text, i) => withVectors(request(i * 60, text, { id: `u${i}` })));
  const tuned = (linker: string, newest: number, model?: string): Placement[] => {
    const threads = new PrincipalThreads({
      threadIdSeed: 'seed',
      vectorModel: undefined,
      tuning: {
        linker,
        ...(model !== undefined && { model }),
        joinFrom: 0.55,
        confidence: { slope: 1, offset: 0 },
        time: { scale: 1, newest, older: 0, newestPerLogGap: 0, olderPerLogGap: 0 },
      },
    });
    return turns.map((turn) => threads.place(turn));
  };
  const linkerId = ((): string => {
    const threads = judging();
    threads.place(withVectors(request(0, 'one', { id: 'i0', ...session('s') })));
    return own(threads.place(withVectors(request(9, 'two', { id: 'i1', ...session('s') }))), 'i1')?.guess.linker ?? '';
  })();

  it('changes decisions, for the linker that it was learned for only', () => {
    const shipped = new PrincipalThreads({ threadIdSeed: 'seed' });
    const plain = turns.map((turn) => shipped.place(turn));
    expect(plain[1]?.method).toBe('inferred');
    expect(tuned(linkerId, -20)[1]?.method).toBe('new');
    expect(tuned('other', -20)).toEqual(plain);
    expect(tuned(linkerId, 0)).toEqual(plain);
  });
});
