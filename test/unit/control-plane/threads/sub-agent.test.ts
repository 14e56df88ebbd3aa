import { describe, expect, it } from 'vitest';
import type { TurnInput } from '../../../../control-plane/src/threads/index.ts';
import { PrincipalThreads } from '../../../../control-plane/src/threads/index.ts';
import { threadsOf } from './conversations.ts';

const CALLER = 'a'.repeat(32);
const turn = (id: string, at: number, call: TurnInput['call'], more: Partial<TurnInput> = {}): TurnInput => ({
  id,
  at,
  inferable: true,
  text: `text of ${id}`,
  answer: `answer of ${id}`,
  call,
  ...more,
});
const question = turn(CALLER, 0, { kind: 'turn', toolCalls: ['t1'], toolInputs: ['h1', 'h2'] }, { answer: undefined });

describe('an agent called as a tool', () => {
  it('is a step of the turn that handed it its words, also side by side', () => {
    const threads = threadsOf('s', true);
    const asked = threads.place(question);
    for (const [id, hash, at] of [
      ['one', 'h1', 2],
      ['two', 'h2', 2],
    ] as const) {
      const placed = threads.place(turn(id, at, { kind: 'turn', firstMessage: hash }));
      expect(placed).toMatchObject({
        threadId: asked.threadId,
        predecessorId: CALLER,
        method: 'history',
        confidence: 1,
        call: { kind: 'step', parentRunId: CALLER },
      });
      expect(placed.reasons.map(({ code }) => code)).toEqual(['sub_agent']);
    }
    const last = threads.place(turn('last', 9, { kind: 'step', toolResults: ['t1'] }));
    expect(last).toMatchObject({ threadId: asked.threadId, predecessorId: CALLER });
    expect(last.call).toBeUndefined();
  });

  it('is known by the parent run that it names', () => {
    const threads = threadsOf('s', true);
    const asked = threads.place(question);
    const placed = threads.place(turn('named', 5, { kind: 'turn', parentRunId: CALLER }));
    expect(placed).toMatchObject({ threadId: asked.threadId, call: { kind: 'step', parentRunId: CALLER } });
  });

  it('is not seen where a user says other words, much later, or names a run that is not there', () => {
    for (const [at, call] of [
      [5, { kind: 'turn', firstMessage: 'h9' }],
      [7200, { kind: 'turn', firstMessage: 'h1' }],
      [5, { kind: 'turn', parentRunId: 'b'.repeat(32) }],
      [5, { kind: 'turn' }],
    ] as const) {
      const threads = threadsOf('s', true);
      threads.place(question);
      expect(threads.place(turn('user', at, call)).call).toBeUndefined();
    }
  });

  it('is the same after a restart', () => {
    const options = { threadIdSeed: 's' };
    const threads = new PrincipalThreads(options);
    const asked = threads.place(question);
    const sub = turn('sub', 2, { kind: 'turn', firstMessage: 'h1' });
    const placed = threads.place(sub);
    const restored = PrincipalThreads.restore(
      [
        { turn: question, threadId: asked.threadId, sessionId: asked.sessionId, position: asked.position },
        { turn: { ...sub, call: placed.call }, threadId: placed.threadId, sessionId: placed.sessionId, position: placed.position },
      ],
      options,
    );
    const next = turn('next', 30, { kind: 'turn' });
    expect(restored.place(next)).toEqual(threads.place(next));
  });
});
