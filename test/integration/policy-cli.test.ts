// clew policy against a real control plane, as people call it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clew, type Outcome } from '../support/clew.ts';
import { ADMIN_TOKEN } from '../support/control-plane.ts';
import { listeningPlane, type ListeningPlane } from '../support/listening.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'clew-policy-cli-'));
const WHY = 'purpose: mending faults\nlegalBasis: contract\n';
let served: ListeningPlane;

beforeAll(async () => {
  writeFileSync(path.join(folder, 'in-force.yaml'), `version: 1\n${WHY}name: first\nmode: metadata_only\n`);
  writeFileSync(path.join(folder, 'new.yaml'), `version: 1\n${WHY}name: second\n`);
  writeFileSync(path.join(folder, 'faulty.yaml'), 'version: 1\nmode: half\n');
  served = await listeningPlane({ env: { CLEW_POLICY: path.join(folder, 'in-force.yaml') } });
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true });
});

const policy = (...args: readonly string[]): Promise<Outcome> =>
  clew(['policy', ...args], { env: { CLEW_CALLED_FROM: folder, CLEW_URL: served.url, CLEW_TOKEN: ADMIN_TOKEN } });

it('plans, tries, takes and takes back', async () => {
  const planned = await policy('plan', 'new.yaml');
  expect(planned).toMatchObject({ code: 1, err: '! mode: "metadata_only" -> (not set)\n  name: "first" -> "second"\n' });
  expect(JSON.parse(planned.out)).toMatchObject({ changes: [{ field: 'mode', loosens: true }, { field: 'name' }] });
  const tried = await policy('simulate', 'new.yaml', '--days', '2');
  expect(tried.code, tried.err).toBe(0);
  expect(JSON.parse(tried.out)).toMatchObject({ stored: 0, now: { requests: 0 }, then: { requests: 0 } });
  const taken = await policy('apply', 'new.yaml', '--reason', 'texts are needed');
  expect(taken.code, taken.err).toBe(0);
  expect(JSON.parse(taken.out)).toMatchObject({ version: 2 });
  expect(await policy('plan', 'new.yaml')).toMatchObject({ code: 0, err: '  nothing changes\n' });
  expect(JSON.parse((await policy('rollback', '1', '--reason', 'not needed after all')).out)).toMatchObject({ version: 3 });
  expect(JSON.parse((await policy('versions')).out)).toMatchObject({ items: [{ version: 3 }, { version: 2 }, { version: 1 }] });
});

it('says what is wrong with a call or a file', async () => {
  expect(await policy('apply', 'new.yaml')).toMatchObject({ code: 2, out: '' });
  expect(await policy('rollback', 'one', '--reason', 'typo')).toMatchObject({ code: 2 });
  expect((await policy('plan', 'faulty.yaml')).err).toMatch(/policy has faults/);
  expect(await policy('plan', 'none.yaml')).toMatchObject({ code: 2 });
  expect(await policy('plan')).toMatchObject({ code: 2 });
});
