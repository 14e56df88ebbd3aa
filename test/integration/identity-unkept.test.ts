// Runs that came in and are not kept: forbidden by the policy, impossible to process, or of somebody who was erased. Their
// numbers are accounted for, and a stranger cannot explain one away.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publicKeyPem, signingKey, type Sample } from '#contract';
import { withAttestation } from '../../plugin/src/identity/index.ts';
import { bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';
import { postSamples } from '../support/planes.ts';

const EPOCH = '00000000000000c7';
const key = signingKey(new Uint8Array(32).fill(41));
const clock = { ahead: 0, nowMs: () => Date.now() + clock.ahead };
const runIdOf = (counter: number): string => counter.toString(16).padStart(32, 'd');
let plane: TestPlane;

const numbered = (counter: number, fields: Record<string, unknown> = {}): Record<string, unknown> => {
  const { route, ...rest } = fields;
  return sample({
    id: `numbered-${counter}`,
    runId: runIdOf(counter),
    tenant: 'default',
    environment: 'default',
    gateway: { kind: 'kong', route: route ?? 'open', epoch: EPOCH, counter },
    ...rest,
  });
};
const signed = (counter: number, fields: Record<string, unknown> = {}): object =>
  withAttestation(numbered(counter, fields) as unknown as Sample, key);
const post = (samples: readonly unknown[]): Promise<void> => postSamples(plane, samples);
interface Gaps {
  readonly items: readonly {
    readonly epoch: string;
    readonly from: number;
    readonly to: number;
    readonly kind: string;
    readonly reason?: string;
  }[];
  readonly notKept: number;
  readonly unproven: number;
}
async function gaps(): Promise<{ readonly here: readonly unknown[]; readonly notKept: number; readonly unproven: number }> {
  const { items, notKept, unproven } = (await request(plane.app).get('/v1/log/gaps').set(bearer())).body as Gaps;
  const here = items.filter(({ epoch }) => epoch === EPOCH).sort((a, b) => a.from - b.from);
  return { here: here.map(({ from, to, kind, reason }) => [from, to, kind, ...(reason === undefined ? [] : [reason])]), notKept, unproven };
}

beforeAll(async () => {
  plane = await startPlane({ overrides: { clock }, paused: true });
  const policy = path.join(plane.folder, 'policy.yaml');
  writeFileSync(policy, 'version: 1\nroutes:\n  - match: { route: shut }\n    mode: off\n');
  await plane.close({ keepFolder: true });
  plane = await startPlane({ folder: plane.folder, env: { CLEW_POLICY: policy }, overrides: { clock }, paused: true });
  const added = await request(plane.app)
    .post('/v1/gateway-keys')
    .set(bearer())
    .send({ name: 'gw', publicKey: publicKeyPem(key.publicKey), from: new Date(Date.now() - 86_400_000).toISOString() });
  expect(added.status).toBe(201);
});
afterAll(() => plane.close());

describe('a numbered run that is not kept', () => {
  it('is accounted for, with the reason, and nothing else is', async () => {
    plane.embedder.poison = 'arsenic';
    const gone = { principal: { id: 'p_gone', source: 'consumer', trust: 'authenticated' } };
    // 3 never came. Nothing is processed yet, so 5 still waits when its user is erased.
    await post([signed(0), signed(1, { route: 'shut' }), signed(2, { route: 'shut' }), signed(4, { prompt: { text: 'arsenic' } })]);
    await post([signed(5, gone), signed(6)]);
    expect((await request(plane.app).delete('/v1/users/p_gone').set(bearer())).status).toBe(200);
    plane.plane.start();
    for (let tries = 0; tries < 400 && (await plane.plane.depth()).waiting > 0; tries += 1) {
      // Pauses between tries pass at once.
      clock.ahead += 5_000;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await plane.plane.depth()).toMatchObject({ waiting: 0, buried: 1 });
    clock.ahead += 30 * 60_000;
    expect((await gaps()).here).toEqual([
      [1, 2, 'not_kept', 'mode_off'],
      [3, 3, 'missing'],
      [5, 5, 'not_kept', 'erased'],
    ]);
    expect(await gaps()).toMatchObject({ notKept: 3, unproven: 0 });
  });

  it('keeps its record, signed by its gateway, where only its texts could not be processed', async () => {
    const run = (
      await request(plane.app)
        .get(`/v1/runs/${runIdOf(4)}`)
        .set(bearer())
    ).body as { proof: object };
    expect(run.proof).toMatchObject({ by: 'gateway', keyId: key.keyId });
    expect(
      (
        await request(plane.app)
          .get(`/v1/runs/${runIdOf(4)}/bundle`)
          .set(bearer())
      ).status,
    ).toBe(200);
    expect(
      (
        await request(plane.app)
          .get(`/v1/runs/${runIdOf(1)}`)
          .set(bearer())
      ).status,
    ).toBe(404);
  });

  it('is not explained by whoever has a token and not the key', async () => {
    await post([numbered(3, { route: 'shut' })]);
    const seen = await gaps();
    expect(seen.here).toContainEqual([3, 3, 'missing']);
    expect(seen.unproven).toBe(1);
    // The gateway itself sends it again: the number is known, and told once.
    await post([signed(2, { route: 'shut' }), signed(3, { route: 'shut' })]);
    expect((await gaps()).here).toEqual([
      [1, 3, 'not_kept', 'mode_off'],
      [5, 5, 'not_kept', 'erased'],
    ]);
    const metrics = (await request(plane.app).get('/metrics')).text;
    expect(metrics).toContain('clew_runs_unaccounted{tenant="default",environment="default",kind="not_kept"} 4');
  });
});
