// Several calls within one millisecond: what came first is told by what they carry, not by their random ids.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TurnInput } from '../../../../control-plane/src/threads/index.ts';
import { PrincipalThreads } from '../../../../control-plane/src/threads/index.ts';
import { inOrder } from '../../../../control-plane/src/threads/order.ts';
import { digest, pastOf, placedAs, request, threadsOf } from './conversations.ts';

const AT = 1_700_000_000.123;
const STEPS = ['tool', 'retry', 'subAgent', 'parallel', 'window'] as const;

/** One user turn as an agent works on it, its calls in the order in which they were made, all at one moment. */
function work(kinds: readonly (typeof STEPS)[number][], idOf: (index: number) => string): TurnInput[] {
  const said = [digest('u', 'plan my week')];
  const calls: TurnInput[] = [];
  const add = (messages: readonly string[], answer: string | undefined, call: TurnInput['call']): void => {
    const history = { messages: [...messages], ...(answer === undefined ? {} : { answer: digest('a', answer) }) };
    const session = { id: 'one', source: 'body:session_id' };
    calls.push({ ...request(AT, 'plan my week'), id: idOf(calls.length), endedAt: AT + 0.001, session, history, call, answer });
  };
  add(said, 'call 0', { kind: 'turn', toolCalls: ['tool-0'], toolInputs: ['hash-0'] });
  kinds.forEach((kind, at) => {
    const [tool, answer] = [`tool-${calls.length}`, `call ${calls.length}`];
    const newest = calls.findLast(({ call }) => call?.kind === 'step' || call?.toolCalls !== undefined)!;
    if (kind === 'subAgent') {
      const hash = newest.call!.toolInputs![0]!;
      add([digest('u', hash)], `sub ${at}`, { kind: 'turn', firstMessage: hash });
    } else if (kind === 'retry') {
      add(newest.history!.messages, `again ${at}`, { ...newest.call!, attempt: (newest.call!.attempt ?? 1) + 1 });
    } else if (kind === 'parallel') {
      add(said, `beside ${at}`, { kind: 'turn' });
    } else {
      const whole = [...newest.history!.messages, newest.history!.answer!, digest('t', `result ${at}`)];
      const sent = kind === 'window' ? whole.slice(-3) : whole;
      add(sent, answer, { kind: 'step', toolResults: newest.call!.toolCalls!, toolCalls: [tool], toolInputs: [`hash-${calls.length}`] });
    }
  });
  return calls;
}

/** Ids in any order that a seed gives. */
const idsOf =
  (seed: number) =>
  (index: number): string =>
    createHash('sha256').update(`${seed} ${index}`).digest('hex').slice(0, 32);

const script = fc.array(fc.constantFrom(...STEPS), { minLength: 1, maxLength: 7 });

describe('calls of one millisecond', () => {
  it('are one turn and its steps in one thread, whatever their ids', () => {
    fc.assert(
      fc.property(script, fc.nat(), (kinds, seed) => {
        const threads = threadsOf('s', true);
        const calls = work(kinds, idsOf(seed));
        const placed = calls.map((call) => threads.place(call));
        expect(new Set(placed.map(({ threadId }) => threadId)).size).toBe(1);
        const kindsFound = placed.map(({ call }, index) => (call ?? calls[index]!.call)!.kind);
        expect(kindsFound).toEqual(['turn', ...kinds.map(() => 'step')]);
        // The user goes on within the same millisecond: a scripted client does.
        const last = calls.findLast(({ history }) => history!.messages[0] === calls[0]!.history!.messages[0])!;
        const messages = [...last.history!.messages, last.history!.answer!, digest('u', 'and next week')];
        const next = threads.place({ ...request(AT, 'and next week'), id: idsOf(seed)(99), history: { messages }, call: { kind: 'turn' } });
        expect(next).toMatchObject({ threadId: placed[0]!.threadId, position: 'continuation', method: 'history' });
        expect(next.call).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });

  it('are decided alike by a state that was read back after any of them', () => {
    fc.assert(
      fc.property(script, fc.nat(), fc.nat(), (kinds, seed, cut) => {
        const calls = work(kinds, idsOf(seed));
        const threads = threadsOf('s', true);
        const placed = calls.map((call) => threads.place(call));
        const at = cut % (calls.length + 1);
        const asPlaced = (call: TurnInput, index: number): TurnInput => ({ ...call, call: placed[index]!.call ?? call.call });
        const past = pastOf(calls.slice(0, at).map(asPlaced), placed);
        const restored = PrincipalThreads.restore(past, { threadIdSeed: 's', inference: true });
        expect(calls.slice(at).map((call) => restored.place(call))).toEqual(placed.slice(at));
      }),
      { numRuns: 100 },
    );
  });

  it('stand in one order, however they are given, each after what it goes on from', () => {
    fc.assert(
      fc.property(script, fc.nat(), fc.nat(), (kinds, seed, shuffle) => {
        const calls = work(kinds, idsOf(seed)).map((turn) => ({ turn }));
        const key = idsOf(shuffle + 1_000);
        const mixed = calls.map((one, index) => ({ one, by: key(index) })).toSorted((a, b) => (a.by < b.by ? -1 : 1));
        const ordered = inOrder(mixed.map(({ one }) => one));
        expect(ordered).toEqual(inOrder(calls));
        const at = new Map(ordered.map(({ turn }, index) => [turn.id, index]));
        calls.forEach(({ turn }) => {
          for (const { turn: earlier } of calls) {
            if (turn.call?.toolResults?.some((id) => earlier.call?.toolCalls?.includes(id) === true && earlier.call.attempt === undefined))
              expect(at.get(earlier.id)!).toBeLessThan(at.get(turn.id)!);
          }
        });
      }),
      { numRuns: 150 },
    );
  });

  it('end in an order also where a forger makes them go on from each other', () => {
    const of = (id: string, names: string, is: string): { turn: TurnInput } => ({
      turn: { ...request(AT, id), id, call: { kind: 'turn', previousResponseId: names, responseId: is } },
    });
    const circle = [of('a', 'r3', 'r1'), of('b', 'r1', 'r2'), of('c', 'r2', 'r3'), of('d', 'rd', 'rd')];
    expect(inOrder(circle).length).toBe(4);
    expect(inOrder(circle.toReversed())).toEqual(inOrder(circle));
  });
});

describe('parallel answers', () => {
  it('are one turn also where the one that was asked second is known first', () => {
    const messages = [digest('u', 'one'), digest('a', '1'), digest('u', 'two')];
    const beside = (id: string, at: number, endedAt: number, answer: string): TurnInput => ({
      ...request(at, 'two', { answer, endedAt, history: { messages, answer: digest('a', answer) }, call: { kind: 'turn' } }),
      id,
    });
    const threads = threadsOf('s', true);
    threads.place(request(AT - 60, 'one', { answer: '1', history: { messages: messages.slice(0, 1), answer: digest('a', '1') } }));
    const quick = beside('q', AT + 0.004, AT + 2, 'zwei');
    const slow = beside('s', AT, AT + 9, 'deux');
    const first = threads.place(quick);
    const second = threads.place(slow);
    expect(first.call).toBeUndefined();
    expect(second).toMatchObject({ threadId: first.threadId, predecessorId: 'q', call: { kind: 'step' } });
    expect(second.reasons.map(({ code }) => code)).toEqual(['parallel']);
    // What the user goes on from is the answer that the thread carries on with, and a state that was read back agrees.
    const next = request(AT + 60, 'three', { history: { messages: [...messages, digest('a', 'zwei'), digest('u', 'three')] } });
    const restored = PrincipalThreads.restore([placedAs(quick, first), placedAs({ ...slow, call: second.call }, second)], {
      threadIdSeed: 's',
      inference: true,
    });
    expect(threads.place(next)).toMatchObject({ threadId: first.threadId, predecessorId: 'q', position: 'continuation' });
    expect(restored.place(next)).toMatchObject({ threadId: first.threadId, predecessorId: 'q' });
  });
});
