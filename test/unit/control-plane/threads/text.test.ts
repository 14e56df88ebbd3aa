import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrincipalThreads, type FollowUp, type Intent } from '../../../../control-plane/src/threads/index.ts';
import { describeText } from '../../../../control-plane/src/threads/text/traits.ts';
import { request, threadsOf, withVectors } from './conversations.ts';
import { cpuTimer } from '../../../support/cpu-time.ts';

const session = { id: 's', source: 'header:x-session-id' };

function followUpAfter(first: string, second: string): FollowUp | undefined {
  const threads = threadsOf();
  threads.place(request(0, first, { session }));
  return threads.place(request(60, second, { session })).followUp;
}

describe('kinds of follow-ups', () => {
  const cases: readonly (readonly [string, FollowUp | undefined])[] = [
    ['Write a poem about the sea', 'repeat'],
    ['No, that is not what I meant', 'correction'],
    ['nee, dat klopt niet', 'correction'],
    ['das stimmt nicht', 'correction'],
    ['Make it shorter please', 'refinement'],
    ['Maak het korter', 'refinement'],
    ['reformule en français', 'refinement'],
    ['Tell me more', 'elaboration'],
    ['geef een voorbeeld', 'elaboration'],
    ['más detalles, continúa', 'elaboration'],
    ['Who wrote it?', 'pronoun'],
    ['wie heeft het geschreven?', 'pronoun'],
    ['And in winter?', 'implicit_subject'],
    ['Write a long essay on the history of the Dutch postal service between 1800 and 1900', undefined],
  ];
  it.each(cases)('%s → %s', (text, kind) => {
    expect(followUpAfter('Write a poem about the sea', text)).toBe(kind);
  });

  it('says nothing of requests that begin a thread', () => {
    expect(threadsOf().place(request(0, 'And in winter?')).followUp).toBeUndefined();
  });
});

describe('intents', () => {
  const intentOf = (text: string): Intent => threadsOf().place(request(0, text)).intent;

  it('takes a pasted error for error recovery', () => {
    expect(intentOf('It failed:\nTraceback (most recent call last):\n  File "a.py", line 3\nValueError: bad input')).toBe('error_recovery');
  });

  it('always answers, also without text or vector', () => {
    const intents = ['information_seeking', 'task_execution', 'conversation_management', 'error_recovery'];
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(intents).toContain(intentOf(text));
      }),
    );
  });
});

describe('reading texts', () => {
  it('survives any text, and stays quick on hostile ones', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const value of Object.values(describeText(text).cues)) expect(Number.isFinite(value)).toBe(true);
      }),
    );
    const cpuMs = cpuTimer();
    for (const piece of ['a', 'A_', ' \n', '{;', 'it ', '1', '\u0301', 'a.']) describeText(piece.repeat(65_536 / piece.length));
    expect(cpuMs()).toBeLessThan(2_000);
  });
});

describe('confidence', () => {
  it('is a probability, with alternatives beside it', () => {
    const threads = new PrincipalThreads({ threadIdSeed: 's' });
    const texts = ['bake rye bread', 'repair a bicycle chain', 'rye bread crust', 'chain oil for the bicycle', 'why?', 'bread', 'thanks'];
    texts.forEach((text, i) => {
      const placement = threads.place(withVectors(request(i * 90, text, { answer: `on ${text}` })));
      expect(placement.confidence).toBeGreaterThan(0);
      expect(placement.confidence).toBeLessThanOrEqual(1);
      expect(placement.alternatives.length).toBeLessThanOrEqual(3);
      expect(placement.alternatives.map(({ threadId }) => threadId)).not.toContain(placement.threadId);
      const probabilities = placement.alternatives.map(({ probability }) => probability);
      expect(probabilities).toEqual(probabilities.toSorted((a, b) => b - a));
    });
  });

  it('joins less the surer it has to be', () => {
    const count = (minConfidence: number): number => {
      const threads = new PrincipalThreads({ threadIdSeed: 's', minConfidence });
      const texts = ['bake rye bread', 'the crust', 'bicycle', 'and the chain?', 'tax return', 'by when?', 'why?'];
      return texts.filter((text, i) => threads.place(withVectors(request(i * 600, text))).isNew).length;
    };
    expect(count(0.99999)).toBe(7);
    expect(count(0)).toBe(1);
  });
});
