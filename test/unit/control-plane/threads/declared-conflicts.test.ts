// Declared ids that lie: what clients and the layers between them really send as "session".
import { describe, expect, it } from 'vitest';
import type { Placement, TurnInput } from '../../../../control-plane/src/threads/index.ts';
import { Chat, digest, request, threadsOf, withVectors } from './conversations.ts';

const session = (id: string, source = 'header:x-session-id'): { session: { id: string; source: string } } => ({ session: { id, source } });
const common = { ...session('default'), isCommonSession: true } as const;
const codes = ({ reasons }: Placement): string[] => reasons.map(({ code }) => code);

const MATTERS = [
  ['how do I bake rye bread', 'which oven then', 'how hot', 'thanks'],
  ['my bicycle chain slips under load', 'is it worn', 'where to buy one', 'and the gears'],
  ['explain the tax return of freelancers', 'what is deductible', 'until when', 'who helps'],
] as const;

/** A call by the Responses API: it carries its own message alone, and names the answer before it. */
const response = (at: number, id: string, previous: string | undefined, more: Partial<TurnInput> = {}): TurnInput =>
  request(at, id, {
    history: { messages: [digest('u', id)] },
    call: { kind: 'turn', responseId: id, ...(previous === undefined ? {} : { previousResponseId: previous }) },
    ...more,
  });

describe('an id that is constant across conversations', () => {
  it('parts into them by their histories, also where all began before any was gone on with', () => {
    const threads = threadsOf('s', false);
    const chats = MATTERS.map(() => new Chat());
    const standing = new Map<string, { chat: number; thread: string }>();
    MATTERS[0].forEach((_, i) => {
      chats.forEach((chat, c) => {
        const turn = chat.ask(i * 300 + c * 60, MATTERS[c]![i]!, `answer ${c} ${i}`, session('user-17'));
        const placed = threads.place(turn);
        standing.set(turn.id, { chat: c, thread: placed.threadId });
        for (const { requestId, into } of placed.relinked ?? []) standing.set(requestId, { ...standing.get(requestId)!, thread: into });
      });
    });
    const of = (chat: number): Set<string> =>
      new Set([...standing.values()].filter((one) => one.chat === chat).map(({ thread }) => thread));
    const found = chats.map((_, c) => [...of(c)]);
    expect(found.map(({ length }) => length)).toEqual([1, 1, 1]);
    expect(new Set(found.flat()).size).toBe(3);
  });

  it('parts into them by the answers that they name', () => {
    const threads = threadsOf('s', false);
    const place = (at: number, id: string, previous?: string): Placement => threads.place(response(at, id, previous, session('stay')));
    const a = place(0, 'a1');
    place(10, 'a2', 'a1');
    expect(place(20, 'b1').threadId).toBe(a.threadId);
    const b = place(30, 'b2', 'b1');
    expect(b.relinked).toHaveLength(1);
    expect(b.threadId).not.toBe(a.threadId);
    expect(place(40, 'a3', 'a2').threadId).toBe(a.threadId);
    expect(place(50, 'b3', 'b2').threadId).toBe(b.threadId);
    const c = place(60, 'c1');
    expect(c).toMatchObject({ isNew: true, method: 'history' });
    expect(place(70, 'c2', 'c1').threadId).toBe(c.threadId);
  });

  it('does not part a call that only prepares an answer from the conversation it serves', () => {
    const threads = threadsOf('s', false);
    const chat = new Chat();
    const placed = MATTERS[0].flatMap((text, i) => {
      const router = new Chat().ask(
        i * 60,
        `Name the kind of request in one word, of shopping, cooking, travel or other: ${text}`,
        'cooking',
      );
      return [{ ...router, ...session('s') }, chat.ask(i * 60 + 2, text, `answer ${i}`, session('s'))].map((turn) => threads.place(turn));
    });
    expect(new Set(placed.map(({ threadId }) => threadId)).size).toBe(1);
  });

  it('takes the same form days later for another task, and within the hour for an edit', () => {
    for (const [pause, isEdit] of [
      [600, true],
      [86_400, false],
    ] as const) {
      const threads = threadsOf('s', false);
      const of = (item: string, at: number): Placement[] => {
        const chat = new Chat();
        return [
          threads.place(chat.ask(at, `translate this letter to the landlord: ${item}`, `about ${item}`, session('user-17'))),
          threads.place(chat.ask(at + 60, `shorter, the ${item} one`, `short ${item}`, session('user-17'))),
        ];
      };
      const [first] = of('heating', 0);
      const [, second] = of('noise', pause);
      expect(second!.threadId === first!.threadId).toBe(isEdit);
    }
  });
});

describe('an id of a stay, in which an older conversation is opened again', () => {
  it.each(['header:x-session-id', 'header:x-conversation-id'])('gives way to the whole history of that one (%s)', (source) => {
    const threads = threadsOf('s', false);
    const [bread, bicycle] = [new Chat(), new Chat()];
    const place = (chat: Chat, at: number, text: string, id: string): Placement =>
      threads.place(chat.ask(at, text, `answer at ${at}`, session(id, source)));
    const first = place(bread, 0, MATTERS[0][0], 'monday');
    place(bread, 60, MATTERS[0][1], 'monday');
    const second = place(bicycle, 90_000, MATTERS[1][0], 'tuesday');
    place(bicycle, 90_060, MATTERS[1][1], 'tuesday');
    expect(place(bread, 90_120, MATTERS[0][2], 'tuesday')).toMatchObject({ threadId: first.threadId, method: 'history', confidence: 1 });
    expect(place(bicycle, 90_180, MATTERS[1][2], 'tuesday').threadId).toBe(second.threadId);
    expect(place(bread, 90_240, MATTERS[0][3], 'tuesday').threadId).toBe(first.threadId);
  });

  it('gives way to an answer that is named', () => {
    const threads = threadsOf('s', false);
    const first = threads.place(response(0, 'a1', undefined, session('monday')));
    threads.place(response(90_000, 'b1', undefined, session('tuesday')));
    const back = threads.place(response(90_060, 'a2', 'a1', session('tuesday')));
    expect(back).toMatchObject({ threadId: first.threadId, method: 'declared' });
    expect(codes(back)).toEqual(['previous_response']);
    expect(back.relinked).toBeUndefined();
  });
});

describe('an id that each request has of its own', () => {
  it('never parts what the named answers tie together, from the second request on', () => {
    const threads = threadsOf('s', false);
    const placed = Array.from({ length: 5 }, (_, i) =>
      threads.place(response(i * 60, `p${i}`, i === 0 ? undefined : `p${i - 1}`, session(`request-${i}`))),
    );
    expect(new Set(placed.map(({ threadId }) => threadId)).size).toBe(1);
  });

  it('does not keep a call that came before its turn away from it', () => {
    const threads = threadsOf('s', false);
    const chat = new Chat();
    for (let i = 0; i < 4; i++) threads.place(chat.ask(i * 100, MATTERS[0][i]!, `answer ${i}`, session(`request-${i}`)));
    const call = request(400, 'where do I buy rye flour', { ...session('request-a'), call: { kind: 'auxiliary', auxiliary: 'embedding' } });
    expect(threads.place(call).isNew).toBe(true);
    const turn = threads.place(chat.ask(402, 'where do I buy rye flour', 'here', session('request-b')));
    expect(turn.relinked).toMatchObject([{ requestId: call.id, into: turn.threadId, follows: true }]);
  });
});

describe('an id that says nothing', () => {
  it('ties no calls together where several people carry it', () => {
    const threads = threadsOf();
    const turn = threads.place(withVectors(request(0, MATTERS[0][0], { ...common, answer: 'with rye' })));
    const title = request(3 * 86_400, 'Give a title', { ...common, call: { kind: 'auxiliary', auxiliary: 'title' } });
    expect(threads.place(title).threadId).not.toBe(turn.threadId);
    const lone = (at: number): Placement => threads.place({ ...new Chat().ask(at, 'hello there', `hi ${at}`, common), endedAt: at + 5 });
    const [one, two] = [lone(400_000), lone(400_001)];
    expect(two.threadId).not.toBe(one.threadId);
    expect(two.call).toBeUndefined();
  });

  it('leaves a guess to the answers that are named', () => {
    const threads = threadsOf();
    const at = (seconds: number, id: string, text: string, previous?: string): TurnInput => ({
      ...withVectors({ ...response(seconds, id, previous, common), text }),
      history: { messages: [digest('u', text)] },
    });
    const first = threads.place(at(0, 'p0', 'how do I bake rye bread'));
    const guessed = at(60, 'q1', 'how long does rye bread bake');
    expect(threads.place(guessed)).toMatchObject({ threadId: first.threadId, method: 'inferred' });
    const proof = threads.place(at(120, 'q2', 'and the crust', 'q1'));
    expect(proof).toMatchObject({ relinked: [{ requestId: guessed.id, from: first.threadId, evidence: 'declared' }] });
  });

  it.each([
    'null',
    'undefined',
    'None',
    'NaN',
    '[object Object]',
    '00000000-0000-0000-0000-000000000000',
    '{{session_id}}',
    '${SESSION}',
    '<session-id>',
  ])('is no session: %s', (id) => {
    const threads = threadsOf('s', false);
    const placed = MATTERS.map(([text], i) => threads.place(new Chat().ask(i * 60, text, 'so', session(id))));
    expect(new Set(placed.map(({ threadId }) => threadId)).size).toBe(3);
    expect(placed.flatMap(codes)).not.toContain('declared_session');
  });

  it.each(['1', '0042', 'none-of-your-business', 'null-island', 'unknown caller 7', 'test'])(
    'stays a session where it may be one: %s',
    (id) => {
      const threads = threadsOf('s', false);
      const placed = MATTERS.map(([text], i) => threads.place(request(i * 60, text, session(id))));
      expect(new Set(placed.map(({ threadId }) => threadId)).size).toBe(1);
    },
  );
});

describe('a call beside a session that holds several conversations', () => {
  it('hangs on the one whose words it carries, not on the newest', () => {
    const threads = threadsOf('s', false);
    const [bread, bicycle] = [new Chat(), new Chat()];
    const place = (chat: Chat, at: number, text: string): Placement =>
      threads.place(chat.ask(at, text, `answer at ${at}`, session('stay')));
    const first = place(bread, 0, MATTERS[0][0]);
    place(bread, 30, MATTERS[0][1]);
    place(bicycle, 60, MATTERS[1][0]);
    expect(place(bicycle, 90, MATTERS[1][1]).threadId).not.toBe(first.threadId);
    const title = request(95, `Give a title to: ${MATTERS[0][0]}`, { ...session('stay'), call: { kind: 'auxiliary', auxiliary: 'title' } });
    expect(threads.place(title)).toMatchObject({ threadId: first.threadId, method: 'declared' });
  });
});
