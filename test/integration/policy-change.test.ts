// A policy on its way into force: planned, tried on stored traffic, taken, and taken back.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';

const WHY = 'purpose: mending faults\nlegalBasis: contract\n';
const FIRST = `version: 1\n${WHY}name: first\n`;
const STRICT = `# Half of it.\nversion: 1\n${WHY}name: strict\nsampling: { rate: 0.5 }\nretention: { textDays: 7 }\n`;

let folder: string;
let plane: TestPlane;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'clew-policy-'));
  writeFileSync(path.join(folder, 'policy.yaml'), FIRST);
  plane = await startPlane({ env: { CLEW_POLICY: path.join(folder, 'policy.yaml') } });
});
afterEach(async () => {
  await plane.close();
  rmSync(folder, { recursive: true });
});

const post = (route: string, body: object, token?: string) => request(plane.app).post(route).set(bearer(token)).send(body);
const get = (route: string) => request(plane.app).get(route).set(bearer());
const tokenOf = async (fields: object): Promise<string> => ((await post('/v1/tokens', fields)).body as { token: string }).token;
const inForce = async (): Promise<unknown> => ((await get('/v1/policies')).body as { name?: string }).name;

interface Version {
  readonly version: number;
  readonly digest: string;
  readonly actor: string;
  readonly reason: string;
}
const versions = async (): Promise<readonly Version[]> =>
  ((await get('/v1/policies/versions')).body as { items: readonly Version[] }).items;

describe('a change of policy', () => {
  it('is planned without being taken', async () => {
    const { status, body } = await post('/v1/policies/plan', { policy: STRICT });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      changes: [
        { field: 'name', before: 'first', after: 'strict', loosens: false },
        { field: 'retention.textDays', after: 7, loosens: false },
        { field: 'sampling.rate', after: 0.5, loosens: false },
      ],
    });
    expect(await inForce()).toBe('first');
  });

  it('is taken with who and why, at once, and outlives the process', async () => {
    const { inForce: ifDigest } = (await post('/v1/policies/plan', { policy: STRICT })).body as { inForce: string };
    const taken = await post('/v1/policies', { policy: STRICT, reason: 'cheaper', ifDigest });
    expect(taken.body, taken.text).toMatchObject({ version: 2 });
    expect(await inForce()).toBe('strict');
    expect(readFileSync(path.join(folder, 'policy.yaml'), 'utf8')).toBe(STRICT);
    expect(await versions()).toMatchObject([
      { version: 2, reason: 'cheaper' },
      { version: 1, actor: 'file' },
    ]);
    await plane.close({ keepFolder: true });
    plane = await startPlane({ env: { CLEW_POLICY: path.join(folder, 'policy.yaml') }, folder: plane.folder });
    expect(await inForce()).toBe('strict');
    expect(await versions()).toHaveLength(2);
  });

  it('stands in the audit log with who took it', async () => {
    await post('/v1/policies', { policy: STRICT, reason: 'cheaper' });
    const told = async () => ((await get('/v1/audit?kind=policy_changed')).body as { items: { actor: string; details: object }[] }).items;
    await expect.poll(async () => (await told()).length).toBe(2);
    const [second, first] = (await told()) as { actor: string; details: { before: string | null; after: string } }[];
    expect([first?.actor, second?.actor]).toEqual(['file', 'configured']);
    expect(second?.details.before).toBe(first?.details.after);
  });

  it('is taken back as a new version', async () => {
    await post('/v1/policies', { policy: STRICT, reason: 'cheaper' });
    expect((await post('/v1/policies/rollback', { version: 1, reason: 'too little was kept' })).body).toMatchObject({ version: 3 });
    expect(await inForce()).toBe('first');
    expect((await versions()).map(({ digest }) => digest)).toEqual([expect.any(String), expect.any(String), (await versions())[0]?.digest]);
    expect((await post('/v1/policies/rollback', { version: 99, reason: 'no such' })).status).toBe(404);
  });

  it('is refused when another came first, with all faults at once, without a reason, and where the file cannot be written', async () => {
    const { inForce: ifDigest } = (await post('/v1/policies/plan', { policy: STRICT })).body as { inForce: string };
    await post('/v1/policies', { policy: STRICT.replace('strict', 'other'), reason: 'meanwhile' });
    expect((await post('/v1/policies', { policy: STRICT, reason: 'late', ifDigest })).body).toMatchObject({
      code: 'conflict',
      status: 409,
    });
    const faulty = await post('/v1/policies', { policy: 'version: 1\nmode: half\nsampling: { rate: 7 }\n', reason: 'typo' });
    expect(faulty.body).toMatchObject({ code: 'policy_invalid', faults: [{ line: 2 }, { line: 3 }] });
    expect((await post('/v1/policies', { policy: STRICT })).body).toMatchObject({ code: 'invalid_body' });
    expect(await inForce()).toBe('other');
  });

  it('notes what an editor wrote', async () => {
    writeFileSync(path.join(folder, 'policy.yaml'), FIRST.replace('first', 'by hand'));
    await plane.plane.reloadPolicy();
    const end = performance.now() + 5_000;
    while ((await versions()).length < 2 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await versions())[0]).toMatchObject({ version: 2, actor: 'file' });
  });

  it('is for the operator alone', async () => {
    const other = await tokenOf({ role: 'admin', tenant: 'elsewhere' });
    expect((await post('/v1/policies', { policy: STRICT, reason: 'mine now' }, other)).status).toBe(403);
    expect((await post('/v1/policies/rollback', { version: 1, reason: 'mine now' }, other)).status).toBe(403);
    expect((await post('/v1/policies/plan', { policy: STRICT }, other)).status).toBe(200);
    expect(await inForce()).toBe('first');
  });

  it('says that a policy in a place it may not write to is changed there', async () => {
    if (process.getuid?.() === 0) {
      // Root writes anywhere: a folder in the file's place does what a right would.
      rmSync(path.join(folder, 'policy.yaml'));
      mkdirSync(path.join(folder, 'policy.yaml'));
    } else chmodSync(folder, 0o500);
    const { body } = await post('/v1/policies', { policy: STRICT, reason: 'cheaper' });
    expect(body).toMatchObject({ code: 'unavailable' });
    expect((body as { detail: string }).detail).toContain('cannot be written');
    expect(await inForce()).toBe('first');
    if (process.getuid?.() !== 0) chmodSync(folder, 0o700);
  });
});

describe('a simulation', () => {
  it('shows what would be kept of the stored traffic, beside what is', async () => {
    const samples = Array.from({ length: 20 }, (_, at) =>
      sample({
        id: `r-${at}`,
        startedAt: new Date(Date.now() - at * 60_000 - 1_000).toISOString(),
        principal: { id: `p_${at}`, source: 'header:x-user', trust: 'authenticated' },
        sampling: { reason: 'rate', probability: 0.5 },
        status: { outcome: at === 0 ? 'error' : 'ok', http: 200 },
        usage: { inputTokens: 1, outputTokens: 1, costUsd: 0.1 },
        answer: { text: 'Like this.' },
      }),
    );
    expect((await post('/v1/samples', samples)).body).toMatchObject({ accepted: 20 });
    await plane.settled();
    const { status, body } = await post('/v1/policies/simulate', { policy: STRICT, days: 1 });
    expect(status).toBe(200);
    const { now, then } = body as Record<'now' | 'then', { requests: number; costUsd: number; bytesInTheLongRun: { text: number } }>;
    expect(body).toMatchObject({ stored: 20, seen: 40, now: { requests: 40, dropped: 0 }, then: { requests: 21, dropped: 19 } });
    expect(body).toMatchObject({ goesAtOnce: { textDays: [30, 7] } });
    expect(then.costUsd).toBeCloseTo(2.1, 6);
    // Half of it (errors are kept all) for a week in the place of a month.
    expect(then.bytesInTheLongRun.text / now.bytesInTheLongRun.text).toBeCloseTo((21 / 40) * (7 / 30), 2);
    const elsewhere = await tokenOf({ role: 'engineer', tenant: 'elsewhere' });
    expect((await post('/v1/policies/simulate', { policy: STRICT }, elsewhere)).body).toMatchObject({ stored: 0, seen: 0 });
  });
});
