import { expect, it } from 'vitest';
import type { Guess, Verdict } from '../../control-plane/src/threads/index.ts';
import { HERE, openStore, storedTurn } from './store-fixtures.ts';

const AT = 1_772_366_400;

const candidate = (at: number): Guess['candidates'][number] => ({ threadId: `t${at}`, last: `r${at}`, score: -at, rank: at, logGap: 3 });

/** A turn that began a thread by the guess, though it went on with one that is not among the candidates. */
const missed = (requestId: string, candidates: number): Verdict => ({
  requestId,
  at: AT,
  evidence: 'declared',
  kind: 'false_new',
  right: -1,
  goesOn: true,
  guess: {
    linker: 'l',
    model: undefined,
    candidates: Array.from({ length: candidates }, (_, at) => candidate(at)),
    joined: undefined,
    confidence: 0.6,
    certainty: { slope: 1, offset: 0 },
  },
});

it('calls a thread beyond reach only where all that could be joined are named (SQLite)', async () => {
  const { store } = openStore();
  const verdicts = [missed('one', 2), missed('two', 6)];
  await store.turns.commit(
    verdicts.map((verdict) => storedTurn(verdict.requestId, 't', { at: AT, placement: { verdicts: [verdict] } })),
    [],
    [],
  );
  const [tally, ...more] = await store.verdicts.tallies(HERE, (AT - 10) * 1000, (AT + 10) * 1000);
  expect(more).toEqual([]);
  expect(tally).toMatchObject({ kind: 'false_new', count: 2, beyondReach: 1 });
});
