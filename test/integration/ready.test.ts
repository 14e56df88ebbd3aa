// Readiness where the disk is full: who sends traffic here must be told before samples are refused.
import request from 'supertest';
import { afterEach, expect, it } from 'vitest';
import { openSqlite } from '../../control-plane/src/adapters/sqlite/index.ts';
import { healthRoutes } from '../../control-plane/src/http/index.ts';
import { healthOf } from '../../control-plane/src/compose-outside.ts';
import type { Base } from '../../control-plane/src/compose-base.ts';
import { ClewError, silentLogger } from '../../control-plane/src/kernel/index.ts';
import { startPlane, type TestPlane } from '../support/control-plane.ts';

const open: TestPlane[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

it('is there while the store takes writes', async () => {
  const test = await startPlane();
  open.push(test);
  const answer = await request(test.app).get('/readyz');
  expect(answer.body).toMatchObject({ status: 'ok', parts: { store: 'ok', disk: 'ok', journal: 'ok' } });
});

it('is not while the store refuses them, and comes back', async () => {
  const test = await startPlane();
  open.push(test);
  const store = openSqlite({ folder: `${test.folder}/other`, clock: { nowMs: () => 0 } });
  let nowMs = 0;
  let isFull = true;
  const probe = (): void => {
    if (isFull) throw new ClewError('unavailable', '/private/path cannot be written: the disk is full');
    store.probe();
  };
  const embedders = { isAllowed: () => false, isExternal: () => true } as never;
  const base = {
    config: { dataFolder: test.folder },
    store: { ...store, probe },
    clock: { nowMs: () => nowMs },
    logger: silentLogger,
  } as unknown as Base;
  const route = healthRoutes(healthOf(base, embedders, undefined)).find(({ path }) => path === '/readyz');
  const ask = async () => route?.handle({} as never);
  const refused = await ask();
  expect(refused).toMatchObject({ status: 503, json: { status: 'not_ready', parts: { disk: 'ok' } } });
  // Anybody may ask: no path, no name.
  expect(JSON.stringify(refused)).not.toContain('/private');
  isFull = false;
  nowMs += 10_000;
  expect(await ask()).toMatchObject({ status: 200 });
  await store.close();
});
