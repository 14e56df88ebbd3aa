import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, keyOf } from '../../../../control-plane/src/feedback/judge.ts';
import type { Caller } from '../../../../control-plane/src/kernel/index.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const scope = { tenant: 'acme', environment: 'live' };
const APPLICATION: Caller = { tokenId: 't', scope, role: 'ingest' };
const ANN: Caller = { tokenId: 't', scope, role: 'user', onlyUser: 'p_ann' };
const RUN = 'ab'.repeat(16);

const refusal = (value: unknown, caller = APPLICATION): string => {
  const judged = judge(value, caller, NOW);
  return judged.ok ? 'taken' : `${judged.code} ${judged.message}`;
};
const itemOf = (value: object, caller = APPLICATION) => {
  const judged = judge({ runId: RUN, ...value }, caller, NOW);
  if (!judged.ok) throw new Error(judged.message);
  return { ...judged.item, key: keyOf(judged.item, judged.hasTime) };
};

describe('judging feedback', () => {
  it.each([
    [
      { kind: 'thumbs', value: 'up' },
      { value: 1, comment: null, source: 'user' },
    ],
    [
      { kind: 'thumbs', value: 'down', source: 'application' },
      { value: -1, comment: null, source: 'application' },
    ],
    [
      { kind: 'completion', value: false },
      { value: 0, comment: null, source: 'application' },
    ],
    [
      { kind: 'score', value: 0.25, name: 'groundedness' },
      { value: 0.25, comment: null, source: 'evaluator', name: 'groundedness' },
    ],
    [
      { kind: 'comment', value: 'Too long' },
      { value: null, comment: 'Too long', source: 'user' },
    ],
  ])('takes %j', (given, expected) => {
    expect(itemOf(given)).toMatchObject({ ...expected, target: { kind: 'run', id: RUN }, atMs: NOW, giver: null });
  });

  it.each([
    [{ kind: 'thumbs', value: 'up' }, 'invalid_feedback (item): expected exactly one of runId, requestId'],
    [{ runId: RUN, threadId: 't', kind: 'thumbs', value: 'up' }, 'exactly one of'],
    [{ runId: RUN, kind: 'thumbs', value: 1 }, '/value: expected one of up, down'],
    [{ runId: RUN, kind: 'completion', value: 'yes' }, '/value: expected type boolean'],
    [{ runId: RUN, kind: 'score', value: '5' }, '/value: expected type number'],
    [{ runId: RUN, kind: 'score', value: 1e9 }, '/value: expected a number <= 1000000'],
    [{ runId: RUN, kind: 'comment', value: 'x'.repeat(4001) }, '/value: expected at most 4000 characters'],
    [{ runId: RUN, kind: 'applause', value: 1 }, '/kind: expected one of'],
    [{ runId: RUN, kind: 'thumbs', value: 'up', colour: 'red' }, 'expected no field of that name'],
    [{ runId: 'x', kind: 'thumbs', value: 'up' }, '/runId: expected text of the form'],
    [{ runId: RUN, kind: 'thumbs', value: 'up', at: '2026-01-05T14:00:00Z' }, 'time_out_of_range /at'],
    [{ runId: RUN, kind: 'thumbs', value: 'up', at: '2026-19-39T14:00:00Z' }, 'time_out_of_range /at'],
    [null, 'expected type object'],
  ])('refuses %j', (given, message) => {
    expect(refusal(given)).toContain(message);
  });

  it('lets a person judge as a person only', () => {
    expect(itemOf({ kind: 'score', value: 1 }, ANN)).toMatchObject({ source: 'user', giver: 'p_ann' });
    expect(refusal({ runId: RUN, kind: 'score', value: 1, source: 'evaluator' }, ANN)).toContain('/source: expected user');
  });

  it('never throws, and never repeats what was sent', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string({ minLength: 8 }), (value, text) => {
        const secret = `<${text}>`;
        expect(refusal(value)).not.toBe('');
        expect(refusal({ runId: RUN, kind: 'thumbs', value: secret, [secret]: secret, id: secret, threadId: secret })).not.toContain(
          secret,
        );
      }),
    );
  });
});

describe('the id of feedback', () => {
  it('is the one that was sent, and each person has ids of their own', () => {
    const keys = [APPLICATION, ANN, { ...ANN, onlyUser: 'p_ben' }].map(
      (caller) => itemOf({ id: 'f-1', kind: 'thumbs', value: 'up' }, caller).key,
    );
    expect(keys[0]).toBe('f-1');
    expect(new Set(keys).size).toBe(3);
  });

  it('is made of the content where none was sent', () => {
    const { key } = itemOf({ kind: 'thumbs', value: 'up' });
    expect(itemOf({ kind: 'thumbs', value: 'up' }).key).toBe(key);
    const others = [
      itemOf({ kind: 'thumbs', value: 'down' }),
      itemOf({ kind: 'thumbs', value: 'up', runId: 'cd'.repeat(16) }),
      itemOf({ kind: 'thumbs', value: 'up', name: 'tone' }),
      itemOf({ kind: 'thumbs', value: 'up', source: 'evaluator' }),
      itemOf({ kind: 'thumbs', value: 'up', at: '2026-01-05T11:00:00Z' }),
      itemOf({ kind: 'thumbs', value: 'up' }, ANN),
    ].map((item) => item.key);
    expect(new Set([key, ...others]).size).toBe(others.length + 1);
  });
});
