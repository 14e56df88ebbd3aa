import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrincipalThreads, RESTORE_LIMIT, type Placement, type TurnInput } from '../../../../control-plane/src/threads/index.ts';
import { Chat, lastMessages, pastOf, placedAs, request, threadsOf, withVectors } from './conversations.ts';

const OPTIONS = { threadIdSeed: 'acme/prod/alice' };
const SUBJECTS = ['rye bread', 'bicycle chain', 'tax return', 'Finnish grammar'];
const FORMS = ['how do I start with {}', 'and what about it', 'no, I meant {}', 'tell me more', 'write a plan for {}', 'why?', '{} again'];

interface Move {
  readonly subject: number;
  readonly form: number;
  readonly pause: number;
  readonly kind: 'plain' | 'chat' | 'window' | 'session' | 'auxiliary';
}

const moves = fc.array(
  fc.record<Move>({
    subject: fc.nat(SUBJECTS.length - 1),
    form: fc.nat(FORMS.length - 1),
    pause: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 100_000 })),
    kind: fc.constantFrom('plain', 'chat', 'window', 'session', 'auxiliary'),
  }),
  { minLength: 1, maxLength: 25 },
);

/** What a person with several clients at once sends. */
function play(script: readonly Move[]): TurnInput[] {
  const chats = SUBJECTS.map(() => new Chat());
  const windows = SUBJECTS.map(() => new Chat(lastMessages(3)));
  let at = 1_700_000_000;
  return script.map(({ subject, form, pause, kind }) => {
    at += pause;
    const name = SUBJECTS[subject] ?? '';
    const text = (FORMS[form] ?? '').replace('{}', name);
    const answer = `about ${name} ${at}`;
    if (kind === 'chat') return withVectors(chats[subject]!.ask(at, text, answer));
    if (kind === 'window') return withVectors(windows[subject]!.ask(at, text, answer));
    if (kind === 'session') return withVectors(request(at, text, { answer, session: { id: name, source: 'header:x-session-id' } }));
    if (kind === 'auxiliary') return request(at, `title for ${text}`, { call: { kind: 'auxiliary', auxiliary: 'title' } });
    return withVectors(request(at, text, { answer }));
  });
}

const placeAll = (threads: PrincipalThreads, turns: readonly TurnInput[]): Placement[] => turns.map((turn) => threads.place(turn));

describe('PrincipalThreads', () => {
  it('decides the same after being restored from any prefix', () => {
    fc.assert(
      fc.property(moves, fc.nat(), (script, cut) => {
        const turns = play(script);
        const whole = placeAll(new PrincipalThreads(OPTIONS), turns);
        const at = cut % (turns.length + 1);
        const past = pastOf(turns.slice(0, at), whole);
        expect(placeAll(PrincipalThreads.restore(past, OPTIONS), turns.slice(at))).toEqual(whole.slice(at));
      }),
      { numRuns: 60 },
    );
  });

  it('decides at arrival: what comes later changes nothing', () => {
    fc.assert(
      fc.property(moves, fc.nat(), (script, cut) => {
        const turns = play(script);
        const at = cut % (turns.length + 1);
        expect(placeAll(new PrincipalThreads(OPTIONS), turns.slice(0, at))).toEqual(
          placeAll(new PrincipalThreads(OPTIONS), turns).slice(0, at),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('answers the same for the same id, restored or not, and changes nothing', () => {
    fc.assert(
      fc.property(moves, fc.nat(), (script, pick) => {
        const turns = play(script);
        const whole = placeAll(new PrincipalThreads(OPTIONS), turns);
        const index = pick % turns.length;
        const twice = new PrincipalThreads(OPTIONS);
        turns.forEach((turn, i) => {
          expect(twice.place(turn)).toEqual(whole[i]);
          if (index <= i) expect(twice.place(turns[index]!)).toEqual(whole[index]);
        });
        const past = pastOf(turns, whole);
        const restored = PrincipalThreads.restore(past, OPTIONS);
        const again = restored.place(turns[index]!);
        const { threadId, sessionId, position } = past[index]!;
        expect(again).toMatchObject({ threadId, sessionId, position });
        expect(restored.place(turns[index]!)).toEqual(again);
        // Where evidence moved something, a store no longer tells what stood elsewhere before.
        if (whole.every(({ relinked }) => relinked === undefined)) expect(again).toEqual(whole[index]);
        // Asked again or not, and moved or not: what comes next is decided alike.
        const next = play([...script, { subject: 0, form: 1, pause: 40, kind: 'chat' }]).at(-1)!;
        expect(restored.place(next)).toEqual(twice.place(next));
      }),
      { numRuns: 30 },
    );
  });

  it('judges a late request by what came before it in time', () => {
    fc.assert(
      fc.property(moves, fc.nat(), (script, pick) => {
        const turns = play(script);
        const index = pick % turns.length;
        const before = turns.filter(
          (turn, i) => i !== index && (turn.at < turns[index]!.at || (turn.at === turns[index]!.at && i < index)),
        );
        const expected = placeAll(new PrincipalThreads(OPTIONS), [...before, turns[index]!]).at(-1);
        const others = turns.filter((_, i) => i !== index);
        const late = new PrincipalThreads(OPTIONS);
        const placed = placeAll(late, others);
        if (placed.every(({ relinked }) => relinked === undefined)) {
          expect(late.place(turns[index]!)).toEqual(expected);
          return;
        }
        // Evidence that came after it has moved what came before it: it is judged by where that stands now.
        const earlier = new Set(before.map(({ id }) => id));
        const now = pastOf(others, placed).filter(({ turn }) => earlier.has(turn.id));
        expect(late.place(turns[index]!)).toEqual(PrincipalThreads.restore(now, OPTIONS).place(turns[index]!));
      }),
      { numRuns: 60 },
    );
  });

  it('moves what evidence moves by rules that always hold', () => {
    let moved = 0;
    fc.assert(
      fc.property(moves, (script) => {
        const turns = play(script);
        const threads = new PrincipalThreads(OPTIONS);
        const standing = new Map<string, string>();
        turns.forEach((turn, i) => {
          const placement = threads.place(turn);
          standing.set(turn.id, placement.threadId);
          for (const { requestId, from, into, predecessorId } of placement.relinked ?? []) {
            moved += 1;
            // Out of where it stood, into the thread of the request that brought the evidence, by something earlier.
            expect(standing.get(requestId)).toBe(from);
            expect(into).toBe(placement.threadId);
            expect(from).not.toBe(into);
            standing.set(requestId, into);
            if (predecessorId !== undefined) expect(standing.get(predecessorId)).toBe(into);
          }
          for (const { requestId, predecessorId } of placement.repointed ?? []) {
            if (predecessorId !== undefined) expect(standing.get(predecessorId)).toBe(standing.get(requestId));
          }
          const codes = placement.reasons.map(({ code }) => code);
          expect(codes.includes('evidence_overrules')).toBe(placement.relinked?.some(({ follows }) => follows !== true) ?? false);
          // Whatever was moved: each request goes on from one of its own thread.
          const past = pastOf(
            turns.slice(0, i + 1),
            turns.slice(0, i + 1).map((one) => threads.place(one)),
          );
          for (const { threadId, predecessorId } of past)
            if (predecessorId !== undefined) expect(standing.get(predecessorId)).toBe(threadId);
        });
      }),
      { numRuns: 60 },
    );
    expect(moved).toBeGreaterThan(0);
  });

  it('never gives two principals a thread or session in common', () => {
    const turns = play([
      { subject: 0, form: 0, pause: 0, kind: 'plain' },
      { subject: 1, form: 0, pause: 99_000, kind: 'session' },
    ]);
    const [alice, bob] = ['acme/prod/alice', 'acme/prod/bob'].map((seed) => placeAll(threadsOf(seed), turns));
    const ids = (placed: readonly Placement[] | undefined): string[] =>
      placed?.flatMap(({ threadId, sessionId }) => [threadId, sessionId]) ?? [];
    expect(ids(alice)).toHaveLength(4);
    expect(ids(alice).filter((id) => ids(bob).includes(id))).toEqual([]);
    expect(ids(alice).every((id) => /^[ts]_[0-9a-f]{20}$/.test(id))).toBe(true);
  });

  it('forgets the oldest beyond the restore limit and goes on', () => {
    const threads = new PrincipalThreads({ ...OPTIONS, inference: false });
    const chat = new Chat(lastMessages(5));
    const turns = Array.from({ length: RESTORE_LIMIT + 50 }, (_, i) => chat.ask(i * 60, `question ${i}`, `answer ${i}`));
    const placed = placeAll(threads, turns);
    expect(new Set(placed.map(({ threadId }) => threadId)).size).toBe(1);
    const past = turns.slice(0, -1).map((turn, i) => placedAs(turn, placed[i]!));
    const restored = PrincipalThreads.restore(past, { ...OPTIONS, inference: false });
    expect(restored.place(turns.at(-1)!).threadId).toBe(placed[0]?.threadId);
  });
});

describe('sessions and positions', () => {
  it('ends a session with a pause, not a thread', () => {
    const threads = threadsOf();
    const chat = new Chat();
    const [a, b, c] = [0, 1800, 3601].map((at, i) => threads.place(chat.ask(at, `question ${i}`, `answer ${i}`)));
    expect(b?.sessionId).toBe(a?.sessionId);
    expect(c?.sessionId).not.toBe(a?.sessionId);
    expect([a, b, c].map((one) => one?.position)).toEqual(['first', 'continuation', 'continuation']);
    expect(c?.threadId).toBe(a?.threadId);
  });

  it('takes the gap from the options', () => {
    const threads = new PrincipalThreads({ ...OPTIONS, sessionGapSeconds: 60 });
    const one = threads.place(request(0, 'a'));
    expect(threads.place(request(61, 'b')).sessionId).not.toBe(one.sessionId);
  });

  it('calls a change of thread within a session a shift, there and back', () => {
    const threads = threadsOf();
    const bread = new Chat();
    const bicycle = new Chat();
    const positions = [
      bread.ask(0, 'bread', 'b1'),
      bread.ask(20, 'more', 'b2'),
      bicycle.ask(60, 'bicycle', 'c1'),
      bread.ask(90, 'bread', 'b3'),
      bread.ask(99, 'ok', 'b4'),
    ].map((turn) => threads.place(turn).position);
    expect(positions).toEqual(['first', 'continuation', 'topic_shift', 'topic_shift', 'continuation']);
  });

  it('says in sums why it inferred a link, and how sure it is', () => {
    const threads = threadsOf();
    const first = withVectors(request(0, 'how do I bake rye bread', { answer: 'with rye flour' }));
    const one = threads.place(first);
    const two = threads.place(withVectors(request(45, 'and how long does the rye bread bake?')));
    expect(two).toMatchObject({ threadId: one.threadId, method: 'inferred', predecessorId: first.id });
    expect(two.confidence).toBeGreaterThan(0.5);
    expect(two.confidence).toBeLessThan(1);
    expect(two.similarity).toBeGreaterThan(0);
    expect(two.reasons.length).toBeGreaterThan(0);
    for (const { text, weight } of two.reasons) {
      expect(text).not.toMatch(/rye|bread|bake/);
      expect(Number.isFinite(weight)).toBe(true);
    }
  });

  it('joins nothing after 24 hours by meaning', () => {
    const threads = threadsOf();
    const one = threads.place(withVectors(request(0, 'how do I bake rye bread')));
    const two = threads.place(withVectors(request(86_401, 'how do I bake rye bread')));
    expect(two.threadId).not.toBe(one.threadId);
    expect(two.position).toBe('first');
  });
});
