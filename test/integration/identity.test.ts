// From a posted sample to a bundle that proves it, through the real store and server.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync, copyFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import path from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openManifestSet,
  readPublicKey,
  recordOf,
  signingKey,
  signStatement,
  statementOf,
  publicKeyPem,
  type Sample,
} from '../../plugin/src/contract/index.ts';
import { unpack } from '../../control-plane/src/adapters/sqlite/packed.ts';
import { verifyBundle } from '../../control-plane/src/identity/index.ts';
import { bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';
import { storeSamples } from '../support/planes.ts';

const root = path.resolve(import.meta.dirname, '../..');
const runIdOf = (index: number): string => index.toString(16).padStart(32, '0');
const SYSTEM = 'You answer questions about lemon trees.';

function committed(text: string, role: string): Record<string, unknown> {
  const salt = createHash('sha256').update(`salt of ${text}`).digest().subarray(0, 16);
  const digest = createHash('sha256').update(salt).update(text).digest('hex');
  return { digest, salted: true, salt: salt.toString('base64url'), length: Buffer.byteLength(text), role };
}

const composed = (fields: Record<string, unknown> = {}, system = SYSTEM): Record<string, unknown> =>
  sample({
    gateway: { kind: 'kong', route: 'garden', epoch: '00000000000000aa', counter: fields['counter'] ?? 0 },
    model: { requested: 'model-a', executed: 'model-a-2026-01-01', evidence: 'response_body' },
    parameters: { temperature: 0.2 },
    composition: { instructions: [committed(system, 'system')], tools: [], context: [], output: committed('It depends.', 'assistant') },
    ...Object.fromEntries(Object.entries(fields).filter(([key]) => key !== 'counter')),
  });

const MANIFEST = `version: 1
name: garden
revision: "1"
match: { routes: [garden] }
instructions:
  - role: system
    template: |
      ${SYSTEM}
models:
  - requested: model-a
    executed: [model-a-2026-01-01]
parameters:
  named: { temperature: { minimum: 0, maximum: 0.5 } }
`;

async function waitFor<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('not within time');
}

describe('run identity', () => {
  let plane: TestPlane;
  const policies = mkdtempSync(path.join(tmpdir(), 'clew-policies-'));
  const get = (url: string) => request(plane.app).get(url).set(bearer());
  const post = (samples: readonly unknown[]): Promise<void> => storeSamples(plane, samples);

  /** True where a text stands in any file of the store, free pages and write-ahead log included. */
  const onDisk = async (text: string): Promise<boolean> => {
    const files = await readdir(plane.folder, { recursive: true, withFileTypes: true });
    const contents = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(path.join(file.parentPath, file.name)).catch(() => Buffer.alloc(0))),
    );
    return contents.some((content) => content.includes(text));
  };

  /** What a column says, also where it is pressed. */
  const textOf = (value: unknown): string => {
    if (!(value instanceof Uint8Array)) return String(value);
    try {
      return unpack(value);
    } catch {
      return Buffer.from(value).toString('latin1');
    }
  };

  /** True where a column of any table holds the text: in the file itself a long row is cut into pages. */
  const inTables = (text: string): boolean => {
    const database = new DatabaseSync(path.join(plane.folder, 'clew.db'), { readOnly: true });
    try {
      const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'").all();
      return tables.some(({ name }) =>
        database
          .prepare(`SELECT * FROM "${String(name)}"`)
          .all()
          .some((row) => Object.values(row).some((value) => textOf(value).includes(text))),
      );
    } finally {
      database.close();
    }
  };

  beforeAll(async () => {
    copyFileSync(path.join(root, 'policies/default.yaml'), path.join(policies, 'default.yaml'));
    mkdirSync(path.join(policies, 'manifests'));
    writeFileSync(path.join(policies, 'manifests', 'garden.yaml'), MANIFEST);
    plane = await startPlane({ env: { CLEW_POLICY: path.join(policies, 'default.yaml') } });
    await post([
      composed({ runId: runIdOf(1), counter: 0 }),
      composed({ runId: runIdOf(2), counter: 1, model: { requested: 'model-a', executed: 'model-b', evidence: 'response_body' } }),
      composed({ runId: runIdOf(3), counter: 4 }, 'You answer questions about anything.'),
      composed({ runId: runIdOf(4), counter: 5, gateway: { kind: 'kong', route: 'other' } }),
    ]);
  });
  afterAll(async () => {
    await plane.close();
    rmSync(policies, { recursive: true, force: true });
  });

  it('judges runs against the manifests and lists them by verdict', async () => {
    const idsOf = async (verdict: string) =>
      ((await get(`/v1/runs?verdict=${verdict}`)).body as { items: { id: string }[] }).items.map(({ id }) => id);
    expect(await idsOf('matched')).toEqual([runIdOf(1)]);
    expect((await idsOf('drifted')).sort()).toEqual([runIdOf(2), runIdOf(3)]);
    expect(await idsOf('undeclared')).toEqual([runIdOf(4)]);
    const one = (await get(`/v1/runs/${runIdOf(2)}`)).body as Record<string, unknown>;
    expect(one).toMatchObject({
      verdict: 'drifted',
      manifest: { name: 'garden', revision: '1' },
      deviations: [{ path: '/model/executed', kind: 'changed', expected: ['model-a-2026-01-01'], found: 'model-b' }],
      proof: { by: 'control-plane' },
    });
  });

  it('proves each run with a bundle that verifies offline, and with no other key', async () => {
    for (const index of [1, 2, 3, 4]) {
      const answer = await get(`/v1/runs/${runIdOf(index)}/bundle`);
      expect(answer.status).toBe(200);
      const bundle = answer.body as { vkey: string; gatewayKey: string };
      const verified = verifyBundle(bundle, bundle);
      expect(verified.statement.predicate.record.runId).toBe(runIdOf(index));
      expect(verified.statement.predicate.recordedBy).toBe('control-plane');
      const run = (await get(`/v1/runs/${runIdOf(index)}`)).body as { digest: string };
      expect(verified.statement.subject[0].digest.sha256).toBe(run.digest);
      const stranger = publicKeyPem(signingKey(new Uint8Array(32).fill(index)).publicKey);
      expect(() => verifyBundle(bundle, { ...bundle, gatewayKey: stranger })).toThrow();
      expect(() => verifyBundle({ ...bundle, gatewayKey: stranger }, { ...bundle, gatewayKey: stranger })).toThrow(/signature/);
    }
    expect((await get(`/v1/runs/${runIdOf(9)}/bundle`)).status).toBe(404);
  });

  it('serves the log as C2SP names it', async () => {
    const checkpoint = await get('/v1/log/checkpoint');
    expect(checkpoint.status).toBe(200);
    expect(checkpoint.headers['content-type']).toContain('text/plain');
    expect(checkpoint.text.split('\n')[1]).toBe('4');
    const tile = await get('/v1/log/tile/0/000.p/4').responseType('arraybuffer');
    expect((tile.body as Buffer).length).toBe(4 * 32);
    const entries = await get('/v1/log/tile/entries/000.p/3').responseType('arraybuffer');
    expect((entries.body as Buffer).length).toBe(3 * 34);
    for (const missing of ['0/000', '0/000.p/5', '0/001.p/1', '1/000.p/1', '0/0', '0/x000/000.p/1', 'entries/000.p/0']) {
      expect((await get(`/v1/log/tile/${missing}`)).status, missing).toBe(404);
    }
    expect((await get('/v1/log')).body).toMatchObject({ size: 4, checkpointSize: 4, root: checkpoint.text.split('\n')[2], witnesses: [] });
    const { checkpointAt } = (await get('/v1/log')).body as { checkpointAt: string };
    expect(Math.abs(Date.now() - Date.parse(checkpointAt))).toBeLessThan(120_000);
  });

  it('finds the numbers that a gateway passed over', async () => {
    const gaps = (await get('/v1/log/gaps')).body as Record<string, unknown>;
    expect(gaps).toMatchObject({ missing: 2, items: [{ epoch: '00000000000000aa', from: 2, to: 3, settled: false }] });
    await post([composed({ runId: runIdOf(5), counter: 2 }), composed({ runId: runIdOf(6), counter: 3 })]);
    expect((await get('/v1/log/gaps')).body).toMatchObject({ missing: 0, items: [], epochs: [{ runs: 5, last: 4, repeated: 0 }] });
  });

  it('answers the four questions for a run and over a window', async () => {
    const ask = async (query: string) =>
      ((await get(`/v1/runs/answers?${query}`)).body as { items: { id: string; answer: string }[] }).items;
    expect(await ask(`question=prompt&run=${runIdOf(1)}`)).toMatchObject([{ answer: 'yes' }]);
    expect(await ask(`question=prompt&run=${runIdOf(3)}`)).toMatchObject([
      { answer: 'no', differences: [{ path: '/composition/instructions/0' }] },
    ]);
    expect(await ask(`question=model&run=${runIdOf(2)}`)).toMatchObject([{ answer: 'no' }]);
    expect(await ask(`question=model&run=${runIdOf(4)}`)).toMatchObject([{ answer: 'unknown' }]);
    expect(await ask(`question=composition&run=${runIdOf(1)}`)).toMatchObject([{ answer: 'yes' }]);
    expect(await ask('question=model&answer=no&from=2026-01-01')).toMatchObject([{ id: runIdOf(2) }]);
    expect((await ask('question=change')).every(({ answer }) => ['yes', 'no', 'unknown'].includes(answer))).toBe(true);
    expect((await get('/v1/runs/answers?question=else')).status).toBe(400);
  });

  it('names the run before it, for whoever wants to compare them', async () => {
    const session = { id: 'two-of-one', source: 'header:x-session-id' };
    await post([composed({ runId: runIdOf(50), session }), composed({ runId: runIdOf(51), session, startedAt: new Date().toISOString() })]);
    expect((await get(`/v1/runs/${runIdOf(51)}`)).body).toMatchObject({ before: runIdOf(50), truncation: null });
    expect((await get(`/v1/runs/${runIdOf(50)}`)).body).toMatchObject({ before: null });
  });

  it('compares two runs by field and by word', async () => {
    const diff = (await get(`/v1/runs/diff?a=${runIdOf(1)}&b=${runIdOf(2)}`)).body as Record<string, unknown>;
    expect(diff).toMatchObject({
      differences: [{ path: '/model/executed', kind: 'changed', a: 'model-a-2026-01-01', b: 'model-b' }],
      texts: { prompt: [{ kind: 'same' }] },
    });
  });

  it('takes the signature of a registered gateway, and says why it does not take another', async () => {
    const key = signingKey(new Uint8Array(32).fill(7));
    const registered = await request(plane.app)
      .post('/v1/gateway-keys')
      .set(bearer())
      .send({ name: 'gateway-1', publicKey: publicKeyPem(key.publicKey), from: '2020-01-01T00:00:00Z' });
    expect(registered.status).toBe(201);
    const signed = (index: number, by = key, change: Record<string, unknown> = {}) => {
      const own = composed({ runId: runIdOf(index), gateway: { kind: 'kong', route: 'garden' } }) as unknown as Sample;
      const statement = statementOf(recordOf(own), {
        tenant: 'default',
        environment: 'default',
        observedAt: own.startedAt,
        recordedBy: 'gateway',
        gateway: { kind: 'kong' },
      });
      return { ...own, ...change, attestation: signStatement(statement, by) };
    };
    const stranger = signingKey(new Uint8Array(32).fill(8));
    await post([
      signed(21),
      signed(22, stranger),
      signed(23, key, { parameters: { temperature: 0.4 } }),
      signed(24, key, { runId: runIdOf(25) }),
    ]);
    const proofOf = async (index: number) => ((await get(`/v1/runs/${runIdOf(index)}`)).body as { proof: Record<string, unknown> }).proof;
    expect(await proofOf(21)).toMatchObject({ by: 'gateway', keyId: key.keyId });
    expect(await proofOf(22)).toMatchObject({ by: 'control-plane', refused: 'unknown_key' });
    expect(await proofOf(23)).toMatchObject({ by: 'control-plane', refused: 'record_differs' });
    expect(await proofOf(25)).toMatchObject({ by: 'control-plane', refused: 'other_run' });
    const bundle = (await get(`/v1/runs/${runIdOf(21)}/bundle`)).body as { vkey: string };
    expect(verifyBundle(bundle, { vkey: bundle.vkey, gatewayKey: publicKeyPem(key.publicKey) }).statement.predicate.recordedBy).toBe(
      'gateway',
    );
    expect((await request(plane.app).delete(`/v1/gateway-keys/${key.keyId}`).set(bearer())).status).toBe(200);
    await post([signed(26)]);
    expect(await proofOf(26)).toMatchObject({ by: 'control-plane', refused: 'key_not_valid' });
    expect((await get(`/v1/runs/${runIdOf(21)}/bundle`)).status).toBe(200);
  });

  it('takes signatures of an ended key for runs before its end, and of a revoked one for nothing that comes in later', async () => {
    const day = 86_400_000;
    const now = Date.now();
    const [ended, revoked] = [11, 12].map((byte) => signingKey(new Uint8Array(32).fill(byte)));
    for (const key of [ended!, revoked!]) {
      const body = { name: 'g', publicKey: publicKeyPem(key.publicKey), from: new Date(now - 10 * day).toISOString() };
      expect((await request(plane.app).post('/v1/gateway-keys').set(bearer()).send(body)).status).toBe(201);
    }
    const end = (key: typeof ended, query = '') => request(plane.app).delete(`/v1/gateway-keys/${key!.keyId}${query}`).set(bearer());
    expect((await end(ended, '?until=soon')).status).toBe(400);
    expect((await end(ended, `?until=${new Date(now - 2 * day).toISOString()}`)).status).toBe(200);
    // An end that is set is never moved later.
    expect((await end(ended, `?until=${new Date(now + 2 * day).toISOString()}`)).body).toMatchObject({
      until: new Date(now - 2 * day).toISOString(),
    });
    expect((await end(revoked)).status).toBe(200);
    const proofOf = async (index: number, agoMs: number, by: typeof ended) => {
      const startedAt = new Date(now - agoMs).toISOString();
      const own = composed({ runId: runIdOf(index), startedAt, gateway: { kind: 'kong', route: 'garden' } }) as unknown as Sample;
      const said = {
        tenant: 'default',
        environment: 'default',
        observedAt: startedAt,
        recordedBy: 'gateway',
        gateway: { kind: 'kong' },
      } as const;
      await post([{ ...own, attestation: signStatement(statementOf(recordOf(own), said), by!) }]);
      return ((await get(`/v1/runs/${runIdOf(index)}`)).body as { proof: Record<string, unknown> }).proof;
    };
    expect(await proofOf(70, 3 * day, ended)).toMatchObject({ by: 'gateway' });
    expect(await proofOf(71, day, ended)).toMatchObject({ by: 'control-plane', refused: 'key_not_valid' });
    // A clock that stood still, or jumped back: before the key began.
    expect(await proofOf(72, 20 * day, ended)).toMatchObject({ refused: 'key_not_valid' });
    expect(await proofOf(73, 3 * day, revoked)).toMatchObject({ by: 'control-plane', refused: 'key_not_valid' });
  });

  it('goes on proving the run of somebody who was erased, of whom it says nothing', async () => {
    const system = 'You answer questions of somebody who will be gone.';
    const erased = composed({ runId: runIdOf(40), principal: { id: 'p_gone', source: 'consumer', trust: 'authenticated' } }, system);
    await post([erased]);
    const { salt, digest } = committed(system, 'system') as { salt: string; digest: string };
    expect(inTables(salt)).toBe(true);
    const before = (await get(`/v1/runs/${runIdOf(40)}`)).body as { digest: string };
    const size = ((await get('/v1/log')).body as { size: number }).size;
    expect((await request(plane.app).delete('/v1/users/p_gone').set(bearer())).status).toBe(200);
    const bundle = (await get(`/v1/runs/${runIdOf(40)}/bundle`)).body as { vkey: string; gatewayKey: string };
    expect(verifyBundle(bundle, bundle).statement.subject[0].digest.sha256).toBe(before.digest);
    expect((await get(`/v1/runs/${runIdOf(40)}`)).body).toMatchObject({ digest: before.digest, thread: null, traceId: null });
    expect(((await get('/v1/log')).body as { size: number }).size).toBe(size);
    expect(JSON.stringify((await get(`/v1/runs/${runIdOf(40)}`)).body)).not.toContain('p_gone');
    // The salt is nowhere any more: what the commitment holds nobody can say, nor try texts against it.
    expect([inTables(salt), await onDisk(salt)]).toEqual([false, false]);
    expect(JSON.stringify((await get(`/v1/runs/${runIdOf(40)}`)).body)).toContain(digest);
  });

  it('says what changed at a moment, with two runs to compare', async () => {
    const at = Date.parse('2026-02-01T12:00:00Z');
    const built = (index: number, minutes: number, fields: Record<string, unknown> = {}) =>
      composed({
        runId: runIdOf(100 + index),
        startedAt: new Date(at + minutes * 60_000).toISOString(),
        gateway: { kind: 'kong', route: 'garden' },
        ...fields,
      });
    const later = { model: { requested: 'model-a', executed: 'model-a-2026-01-31', evidence: 'response_body' } };
    await post([
      ...Array.from({ length: 20 }, (_, index) => built(index, index - 20)),
      ...Array.from({ length: 20 }, (_, index) => built(20 + index, index + 0.5, later)),
    ]);
    const found = (await get(`/v1/runs/changes?at=${new Date(at).toISOString()}&minutes=30`)).body as {
      before: number;
      after: number;
      items: { path: string; value: string; kind: string; example: { a: string; b: string } }[];
    };
    expect(found).toMatchObject({ before: 20, after: 20 });
    const model = found.items.filter(({ path: where }) => where === '/model/executed');
    expect(model.map(({ value, kind }) => [value, kind]).sort()).toEqual([
      ['model-a-2026-01-01', 'gone'],
      ['model-a-2026-01-31', 'appeared'],
    ]);
    expect(found.items.map(({ path: where }) => where).sort()).toEqual(['/model/executed', '/model/executed', '/verdict', '/verdict']);
    const { a, b } = model.find(({ kind }) => kind === 'appeared')!.example;
    expect((await get(`/v1/runs/diff?a=${a}&b=${b}`)).body).toMatchObject({ differences: [{ path: '/model/executed' }] });
    expect((await get('/v1/runs/changes')).status).toBe(400);
    expect((await get('/v1/runs/changes?at=2020-01-01T00:00:00Z')).body).toMatchObject({ before: 0, after: 0, items: [] });

    const days = (await get('/v1/runs/verdicts?from=2026-02-01T00:00:00Z&to=2026-02-02T00:00:00Z')).body as { items: unknown[] };
    expect(days.items).toMatchObject([
      { manifest: 'garden', revision: '1', verdict: 'drifted', at: '2026-02-01T00:00:00.000Z', runs: 20 },
      { manifest: 'garden', revision: '1', verdict: 'matched', at: '2026-02-01T00:00:00.000Z', runs: 20 },
    ]);
  });

  it('hands on the signature of the manifests, and none of another set', async () => {
    const folder = path.join(policies, 'manifests');
    const clew = (...args: string[]) =>
      spawnSync(process.execPath, ['control-plane/src/cli/main.ts', 'manifest', ...args], { cwd: root, encoding: 'utf8' });
    const made = clew('key', path.join(policies, 'approver.pem'));
    expect(made.status).toBe(0);
    expect(statSync(path.join(policies, 'approver.pem')).mode & 0o777).toBe(0o600);
    const { publicKey } = JSON.parse(made.stdout) as { publicKey: string };
    for (const sequence of [1, 2]) {
      const signed = clew('sign', '--key', path.join(policies, 'approver.pem'), '--folder', folder);
      expect(signed.stderr).toBe('');
      expect(JSON.parse(signed.stdout)).toMatchObject({ sequence, manifests: 1 });
    }
    const key = readPublicKey(publicKey) ?? expect.fail('no key');
    const served = await waitFor(async () => {
      const body = (await get('/v1/manifests')).body as { set: string; signature?: unknown };
      const said = openManifestSet(body.signature, key);
      return said?.sequence === 2 ? { body, said } : undefined;
    });
    expect(served.said.set).toBe(served.body.set);
    writeFileSync(path.join(folder, 'garden.yaml'), MANIFEST.replace('revision: "1"', 'revision: "2"'));
    const stale = await waitFor(async () => {
      const body = (await get('/v1/manifests')).body as { set: string; signature?: unknown };
      return body.set === served.body.set ? undefined : body;
    });
    expect(stale.signature).toBeUndefined();
    writeFileSync(path.join(folder, 'garden.yaml'), MANIFEST);
    await waitFor(async () => (((await get('/v1/manifests')).body as { set: string }).set === served.body.set ? true : undefined));
  });

  it('serves the manifests with an ETag', async () => {
    const answer = await get('/v1/manifests');
    expect(answer.body).toMatchObject({ items: [{ id: 'garden', revision: '1', manifest: { name: 'garden' } }], next: null });
    const again = await get('/v1/manifests').set('If-None-Match', String(answer.headers['etag']));
    expect(again.status).toBe(304);
  });
});
