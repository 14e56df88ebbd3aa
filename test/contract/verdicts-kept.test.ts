// Verdicts on guesses hang on the requests they are about: none without its request, and none that outlives it.
import { expect, it } from 'vitest';
import type { StoredTurn } from '../../control-plane/src/ingest/ports.ts';
import type { Verdict } from '../../control-plane/src/threads/index.ts';
import { HERE, openStore, storedTurn, type OpenStore, type TurnOptions } from './store-fixtures.ts';

const AT = 1_772_366_400;

function verdictOn(requestId: string, at: number): Verdict {
  const guess: Verdict['guess'] = { linker: 'l', model: 'm', candidates: [], confidence: 0.5, certainty: { slope: 1, offset: 0 } };
  return { requestId, at, evidence: 'history', kind: 'missed_join', right: -1, goesOn: false, guess };
}

const judged = (id: string, about: readonly string[], { at = AT, ...options }: TurnOptions = {}): StoredTurn =>
  storedTurn(id, 't1', { at, ...options, placement: { verdicts: about.map((one) => verdictOn(one, at)) } });

const kept = async ({ store }: OpenStore): Promise<string[]> =>
  (await store.verdicts.newest(HERE, 50)).map(({ requestId }) => requestId).toSorted();

it('are kept of requests that are stored and the same person’s, and of no others', async () => {
  const opened = openStore();
  await opened.store.turns.commit([judged('theirs', [], { principal: 'p2' })], [], []);
  await opened.store.turns.commit([judged('a', ['a', 'never stored', 'theirs']), judged('b', ['b'])], [], []);
  expect(await kept(opened)).toEqual(['a', 'b']);
});

it('go with their request, when it is purged and when its person is erased', async () => {
  const opened = openStore();
  const { store } = opened;
  const turns = [judged('old', ['old'], { at: AT - 1_000 }), judged('mine', ['mine']), judged('other', ['other'], { principal: 'p2' })];
  await store.turns.commit(turns, [], []);
  expect(await store.retention.purgeRequests(HERE, (AT - 500) * 1_000, 10)).toBe(1);
  expect(await kept(opened)).toEqual(['mine', 'other']);
  const verdicts = store.erasables.find(({ name }) => name === 'verdicts') ?? expect.fail('not registered');
  expect(await verdicts.residual(HERE, 'p1')).toBe(1);
  expect(await verdicts.erase(HERE, 'p1')).toEqual({ verdicts: 1 });
  expect(await verdicts.residual(HERE, 'p1')).toBe(0);
  expect(await kept(opened)).toEqual(['other']);
  const requests = store.erasables.find(({ name }) => name === 'requests') ?? expect.fail('not registered');
  await requests.erase(HERE, 'p2');
  expect(await kept(opened)).toEqual([]);
});
