// Requests by ids that others gave: found by an index that holds the ends of ids alone, and compared whole.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { numbersBy, type GivenId } from '../../../../../control-plane/src/adapters/sqlite/id-keys.ts';
import { HERE, openStore, OTHER_TENANT, storedTurn } from '../../../../contract/store-fixtures.ts';

const KINDS: readonly GivenId[] = ['run', 'trace', 'correlation', 'response'];

it('looks ids up in their index and reads no more of the store', async () => {
  const { store, folder } = openStore();
  await store.turns.commit([storedTurn('a', 't')], [], []);
  const file = new DatabaseSync(path.join(folder, 'clew.db'), { readOnly: true });
  for (const kind of KINDS) {
    const plan = file.prepare(`EXPLAIN QUERY PLAN ${numbersBy(kind, "'s'", "'id'")}`).all();
    const steps = plan.map(({ detail }) => String(detail)).join('; ');
    expect(steps).toContain(`requests_${kind}_end`);
    expect(steps).not.toMatch(/SCAN requests|\(scope=\?\)/);
  }
  file.close();
});

it('tells ids apart that end alike, also between tenants, and finds runs that are named otherwise than their requests', async () => {
  const { store } = openStore();
  const turn = (id: string, run: string, scope = HERE) =>
    storedTurn(id, `thread-${id}`, {
      scope,
      sample: {
        runId: run,
        trace: { traceId: `${run}-t`, spanId: 'b7ad6b7169203331', source: 'traceparent' },
        call: { kind: 'turn', responseId: `resp-${run}` },
      },
    });
  const turns = [turn('one-12345678', 'one-12345678'), turn('b', 'two-12345678'), turn('c', 'ab'), turn('d', 'one-12345678', OTHER_TENANT)];
  await store.turns.commit(turns, [], []);
  expect((await store.runs.find(HERE, 'one-12345678'))?.requestId).toBe('one-12345678');
  expect((await store.runs.find(HERE, 'two-12345678'))?.requestId).toBe('b');
  expect((await store.runs.find(OTHER_TENANT, 'one-12345678'))?.requestId).toBe('d');
  expect((await store.runs.find(HERE, 'ab'))?.requestId).toBe('c');
  expect(await store.runs.find(HERE, 'six-12345678')).toBeUndefined();
  for (const [id, of] of [
    ['two-12345678', 'b'],
    ['two-12345678-t', 'b'],
    ['one-12345678-t', 'one-12345678'],
  ] as const)
    expect((await store.texts.byIdentifier(HERE, id, 5)).map(({ requestId }) => requestId)).toEqual([of]);
  expect((await store.feedback.find(HERE, { kind: 'response', id: 'resp-two-12345678' }, null))?.requestId).toBe('b');
  expect((await store.feedback.find(HERE, { kind: 'trace', id: 'ab-t' }, null))?.requestId).toBe('c');
  expect((await store.feedback.find(HERE, { kind: 'run', id: 'one-12345678' }, null))?.requestId).toBe('one-12345678');
});
