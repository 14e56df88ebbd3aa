import { expect, it } from 'vitest';
import { healthRoutes } from '../../../../control-plane/src/http/index.ts';
import type { ApiRequest } from '../../../../control-plane/src/kernel/index.ts';

it('does the work of readiness once for all who ask at the same time, and anew for who asks later', async () => {
  let checks = 0;
  const parts = [
    { name: 'model', check: () => Promise.resolve(checks++ === 0 ? 'ok' : 'slow') },
    { name: 'store', check: () => Promise.reject(new Error('secret')) },
  ];
  const ready = healthRoutes(parts).find(({ path }) => path === '/readyz');
  const ask = () => ready?.handle({} as ApiRequest);
  const replies = await Promise.all([ask(), ask(), ask()]);
  expect(checks).toBe(1);
  const json = { status: 'not_ready', parts: { model: 'ok', store: 'does not answer' } };
  expect(replies).toEqual(Array.from({ length: 3 }, () => ({ status: 503, json })));
  expect(await ask()).toMatchObject({ json: { parts: { model: 'slow' } } });
});
