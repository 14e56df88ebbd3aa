// The identity commands as people call them, against a real control plane.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { clew as runClew, type Outcome } from '../support/clew.ts';
import { ADMIN_TOKEN, bearer, sample } from '../support/control-plane.ts';
import { listeningPlane, type ListeningPlane } from '../support/listening.ts';
import { storeSamples } from '../support/planes.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'clew-identity-cli-'));
const runIdOf = (index: number): string => index.toString(16).padStart(32, '0');

let served: ListeningPlane;

const clew = (...args: readonly string[]): Promise<Outcome> =>
  runClew(args, { env: { CLEW_CALLED_FROM: folder, CLEW_URL: served.url, CLEW_TOKEN: ADMIN_TOKEN } });

const write = (name: string, value: unknown): string => {
  writeFileSync(path.join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
  return name;
};
const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const MANIFEST = `version: 1
name: garden
revision: "1"
match: { routes: [garden] }
instructions:
  - role: system
    template: |
      You serve {{customer}}.
      Be brief.
    variables:
      customer: { type: token, maxLength: 20 }
models:
  - requested: model-a
    executed: [model-a-1]
`;

beforeAll(async () => {
  const policies = path.join(folder, 'policies');
  mkdirSync(path.join(policies, 'manifests'), { recursive: true });
  copyFileSync(path.join(ROOT, 'policies/default.yaml'), path.join(policies, 'default.yaml'));
  write(
    'policies/manifests/models.yaml',
    'version: 1\nname: models\nrevision: "1"\nmodels:\n  - requested: model-a\n    executed: [model-a-1]\n',
  );
  served = await listeningPlane({ env: { CLEW_POLICY: path.join(policies, 'default.yaml') } });
  const of = (index: number, executed: string) =>
    sample({
      runId: runIdOf(index),
      gateway: { kind: 'kong', route: 'garden' },
      model: { requested: 'model-a', executed, evidence: 'response_body' },
      parameters: { temperature: 0.5 },
      composition: {
        instructions: [
          { digest: 'a'.repeat(64), salted: true, length: 'Serve.\n'.length, role: 'system' },
          { digest: 'b'.repeat(64), salted: true, length: 'Be brief.'.length, role: 'developer' },
        ],
      },
    });
  await storeSamples(served.test, [of(1, 'model-a-1'), of(2, 'model-b')]);
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('clew identity verify', () => {
  it('checks a bundle offline: 0 only where all holds, 1 where something does not, 2 where the call is wrong', async () => {
    const bundle = (
      await request(served.test.app)
        .get(`/v1/runs/${runIdOf(1)}/bundle`)
        .set(bearer())
    ).body as Record<string, unknown> & {
      vkey: string;
      gatewayKey: string;
      proof: string;
    };
    write('bundle.json', bundle);
    write('gateway.pem', bundle.gatewayKey);
    write('log.vkey', `${bundle.vkey}\n`);
    const good = await clew('identity', 'verify', 'bundle.json', '--vkey', bundle.vkey, '--gateway-key', 'gateway.pem');
    expect(good.err).toBe('');
    expect(good.code).toBe(0);
    expect(JSON.parse(good.out)).toMatchObject({
      verified: true,
      log: { size: 2, index: 0 },
      statement: { predicate: { recordedBy: 'control-plane', record: { model: { executed: 'model-a-1' } } } },
    });
    const fetched = await clew('identity', 'bundle', runIdOf(1));
    expect(JSON.parse(fetched.out)).toMatchObject({ envelope: bundle['envelope'], vkey: bundle.vkey });
    expect((await clew('identity', 'bundle', 'no-run-id')).code).toBe(2);
    const health = await clew('identity', 'log');
    expect([health.code, JSON.parse(health.out)]).toMatchObject([0, { size: 2, vkey: bundle.vkey, missing: 0 }]);
    const literal = await clew('identity', 'verify', 'bundle.json', '--vkey', 'log.vkey', '--gateway-key', bundle.gatewayKey);
    expect(literal.code).toBe(0);
    write('moved.json', { ...bundle, proof: bundle.proof.replace('index 0', 'index 1') });
    const moved = await clew('identity', 'verify', 'moved.json', '--vkey', 'log.vkey', '--gateway-key', 'gateway.pem');
    expect(moved.code).toBe(1);
    expect(JSON.parse(moved.out)).toMatchObject({ verified: false, code: 'not_included' });
    expect((await clew('identity', 'verify', write('broken.json', '{'), '--vkey', 'log.vkey', '--gateway-key', 'gateway.pem')).code).toBe(
      1,
    );
    expect((await clew('identity', 'verify', 'bundle.json', '--vkey', 'log.vkey')).code).toBe(2);
    expect((await clew('identity', 'verify', 'bundle.json', '--vkey', 'a+00000000+AAAA', '--gateway-key', 'gateway.pem')).code).toBe(2);
  });
});

describe('the four questions', () => {
  it('have a command each, for one run and over a window', async () => {
    const one = await clew('identity', 'model', runIdOf(1));
    expect(one.code).toBe(0);
    expect(lines(one.out)).toMatchObject([{ id: runIdOf(1), answer: 'yes' }]);
    const window = await clew('identity', 'model', '--from', '2026-01-01', '--answer', 'no');
    expect(window.code).toBe(1);
    expect(lines(window.out)).toMatchObject([
      { id: runIdOf(2), answer: 'no', differences: [{ path: '/model/executed', found: 'model-b' }] },
    ]);
    expect(lines((await clew('identity', 'prompt', runIdOf(1))).out)).toMatchObject([
      { answer: 'unknown', why: 'the manifest declares no instructions' },
    ]);
    expect(lines((await clew('identity', 'composition', runIdOf(2))).out)).toMatchObject([{ answer: 'no' }]);
    expect(lines((await clew('identity', 'change')).out)).toHaveLength(2);
    const diff = await clew('identity', 'diff', runIdOf(1), runIdOf(2));
    expect(diff.code).toBe(1);
    expect(JSON.parse(diff.out)).toMatchObject({ equal: false, differences: [{ path: '/model/executed', a: 'model-a-1', b: 'model-b' }] });
  });
});

describe('what changed', () => {
  it('is asked for a moment, or for the beginning of an alert', async () => {
    const startsAt = '2026-03-04T05:06:07.000Z';
    const posted = await request(served.test.app)
      .post('/v1/alerts/alertmanager')
      .set(bearer())
      .send({ version: '4', status: 'firing', alerts: [{ status: 'firing', labels: { alertname: 'Slow' }, startsAt, fingerprint: 'f1' }] });
    expect(posted.status).toBe(202);
    const [alert] = ((await request(served.test.app).get('/v1/alerts').set(bearer())).body as { items: { id: string }[] }).items;
    const found = await clew('identity', 'changes', '--alert', alert?.id ?? '', '--minutes', '5');
    expect(found.err).toBe('');
    expect(JSON.parse(found.out)).toMatchObject({ at: startsAt, before: 0, after: 0, items: [] });
    expect(found.code).toBe(0);
    expect((await clew('identity', 'changes', '--at', startsAt, '--alert', 'x')).code).toBe(2);
    expect((await clew('identity', 'changes', '--at', 'yesterday')).code).toBe(2);
  });
});

describe('manifests', () => {
  const call = (system: string, model: string) => [
    write('request.json', {
      model: 'model-a',
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: 'When do I prune?' },
      ],
    }),
    write('response.json', {
      id: 'r',
      object: 'chat.completion',
      model,
      choices: [{ index: 0, message: { role: 'assistant', content: 'In winter.' }, finish_reason: 'stop' }],
    }),
  ];

  it('judge a call that stands in files', async () => {
    write('garden.yaml', MANIFEST);
    const good = await clew('identity', 'record', ...call('You serve Ana.\nBe brief.', 'model-a-1'), '--manifest', 'garden.yaml');
    expect(JSON.parse(good.out)).toMatchObject({ verdict: 'matched', manifest: { name: 'garden' }, differences: [] });
    expect(good.code).toBe(0);
    const bad = await clew('identity', 'record', ...call('You serve Ana.\nBe brief. And rude.', 'model-b'), '--manifest', 'garden.yaml');
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.out)).toMatchObject({
      verdict: 'drifted',
      differences: [
        { path: '/composition/instructions/0', kind: 'changed' },
        { path: '/model/executed', kind: 'changed', expected: ['model-a-1'], found: 'model-b' },
      ],
    });
    expect(bad.out).not.toContain('rude');
  });

  it('come out of a run that is known to be good, and are validated with line and expectation', async () => {
    const drafted = await clew('manifest', 'init', '--from', runIdOf(1), '--name', 'first');
    expect(drafted.code).toBe(0);
    expect(parse(drafted.out)).toMatchObject({
      name: 'first',
      match: { routes: ['garden'] },
      models: [{ requested: 'model-a', executed: ['model-a-1'] }],
      parameters: { named: { temperature: { values: [0.5] } } },
    });
    expect(drafted.err).toContain('2 instruction(s), of which only commitments are known');
    // The first text ended with a line break as it was sent, the second did not: their files both end with one.
    const [one, two] = [write('one.txt', 'Serve.\n'), write('two.txt', 'Be brief.\n')];
    const whole = await clew('manifest', 'init', '--from', runIdOf(1), '--instructions', one, '--instructions', two);
    expect(whole.err).toBe('');
    expect(parse(whole.out)).toMatchObject({
      instructions: [
        { role: 'system', template: 'Serve.\n\n' },
        { role: 'developer', template: 'Be brief.\n' },
      ],
    });
    expect((await clew('manifest', 'init', '--from', runIdOf(1), '--instructions', one)).err).toContain('2 instruction(s) and 1 are given');
    write('first.yaml', drafted.out);
    expect((await clew('manifest', 'validate', 'first.yaml')).code).toBe(0);
    write(
      'bad.yaml',
      'version: 1\nname: Bad Name\nrevision: "1"\ninstructions:\n  - template: "Hi {{x}}"\n    variables: { x: { type: enum }, y: { type: line } }\n',
    );
    const faults = await clew('manifest', 'validate', 'bad.yaml');
    expect(faults.code).toBe(1);
    expect(faults.err).toContain('bad.yaml:2: name');
    write(
      'worse.yaml',
      'version: 1\nname: good\nrevision: "1"\ninstructions:\n  - template: "Hi {{x}}"\n    variables: { x: { type: enum }, y: { type: line } }\n',
    );
    const more = await clew('manifest', 'validate', 'worse.yaml');
    expect(more.err).toContain('values with type enum');
    expect(more.err).toContain('{{y}} in the template');
  });
});
