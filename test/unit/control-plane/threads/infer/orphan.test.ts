import { describe, expect, it } from 'vitest';
import { candidatesFor, type Features } from '../../../../../control-plane/src/threads/infer/features.ts';
import { Linker } from '../../../../../control-plane/src/threads/infer/linker.ts';
import { orphanEvidence, orphanLogit, ORPHAN_TERMS } from '../../../../../control-plane/src/threads/infer/orphan.ts';
import { shippedWeights, type LinkerWeights } from '../../../../../control-plane/src/threads/infer/weights.ts';
import { PrincipalThreads, type Position } from '../../../../../control-plane/src/threads/index.ts';
import { PrincipalState } from '../../../../../control-plane/src/threads/state.ts';
import { request, withVectors } from '../conversations.ts';

const MORNING = 1_700_000_000;

function featuresOf(text: string): Features {
  const state = new PrincipalState();
  const earlier = withVectors(request(MORNING, 'How do I bake rye bread?'));
  state.add({ turn: earlier, threadId: 't', sessionId: 's', position: 'first', placement: undefined });
  const reader = { followUp: () => 0.9, projection: () => undefined };
  const [candidate] = candidatesFor(withVectors(request(MORNING + 7200, text)), state, reader);
  if (candidate === undefined) throw new Error('there is a thread to go on with');
  return candidate.features;
}

describe('orphanEvidence', () => {
  it('is a number for each term, whatever the text', () => {
    for (const text of ['', 'x', 'Did she win it?', '\u{1F600}'.repeat(5000)])
      for (const score of [-1e9, 0, 1e9]) {
        const evidence = orphanEvidence(featuresOf(text), score);
        expect(ORPHAN_TERMS.every((name) => Number.isFinite(evidence[name]))).toBe(true);
      }
  });

  it('hears how clearly no thread fits, up to a limit', () => {
    const features = featuresOf('Did she win it?');
    expect(orphanEvidence(features, -1e9)).toEqual(orphanEvidence(features, -6));
    expect(orphanLogit({ score: 1 }, features, -5)).toBeLessThan(orphanLogit({ score: 1 }, features, 0));
  });
});

describe('looksOrphaned', () => {
  const linker = (orphan: LinkerWeights['orphan']): Linker => new Linker({ ...shippedWeights, orphan, orphanedFrom: 0.5 });
  const features = featuresOf('Did she win it?');

  it('follows the model that was learned for it', () => {
    expect(linker({ always: 2 }).looksOrphaned({ features, score: -3, probability: 0.1 })).toBe(true);
    expect(linker({ always: -1 }).looksOrphaned({ features, score: -3, probability: 0.1 })).toBe(false);
  });

  it('needs both: that no thread fits, whatever a policy asks for before one is joined, and that something was never seen', () => {
    expect(linker({ always: 3 }).looksOrphaned({ features, score: -3, probability: 0.5 })).toBe(true);
    expect(linker({ always: 3 }).looksOrphaned({ features, score: 0.1, probability: 0.51 })).toBe(false);
    expect(linker({ always: 3 }).orphanedness({ features, score: 0.1, probability: 0.51 })).toBe(0);
  });

  it('asks the follow-up detector where weights bring no such model', () => {
    expect(linker(undefined).looksOrphaned({ features, score: -3, probability: 0.1 })).toBe(true);
    expect(linker(undefined).looksOrphaned({ features: { ...features, followUp: 0.4 }, score: -3, probability: 0.1 })).toBe(false);
  });
});

it('calls a request orphaned only where it joins no thread', () => {
  const weights = { ...shippedWeights, orphan: { always: 9 }, orphanedFrom: 1e-6 };
  const place = (minConfidence: number, pause: number): Position => {
    const threads = new PrincipalThreads({ threadIdSeed: 'acme/prod/alice', weights, minConfidence });
    threads.place(withVectors(request(MORNING, 'How do I bake rye bread?')));
    return threads.place(withVectors(request(MORNING + pause, 'And how long does it rise?'))).position;
  };
  expect(place(0, 40_000)).toBe('continuation');
  expect(place(1, 40_000)).toBe('orphaned');
  // A thread fits, though the policy asks for more before it is joined.
  expect(place(1, 60)).toBe('topic_shift');
});
