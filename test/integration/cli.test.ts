// The commands as people call them: a process of their own, files in, JSON out.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clew as runClew, type ClewOptions, type Outcome } from '../support/clew.ts';
import { startControlPlane, until, type ControlPlane } from '../support/stack.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'clew-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const clew = (args: readonly string[], { input, env = {} }: ClewOptions = {}): Promise<Outcome> =>
  runClew(args, { ...(input !== undefined && { input }), env: { HOME: folder, CLEW_CALLED_FROM: folder, ...env } });

/** An address where nothing listens any more. */
async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const lines = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const file = (name: string, rows: readonly unknown[]): string => {
  writeFileSync(path.join(folder, name), rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'));
  return name;
};

const T = 1_770_000_000;
const conversation = [
  { id: 'a1', ts: T, user: 'ann', text: 'How do I prune an apple tree?', response: 'Cut out dead wood in winter and open up the crown.' },
  { id: 'b1', ts: T + 5, user: 'ben', text: 'What is the capital of Chile?', response: 'Santiago.' },
  { id: 'a2', ts: T + 60, user: 'ann', text: 'And when is the best month for it?', response: 'Late February, before the buds open.' },
  { id: 'a3', ts: T + 20_000, user: 'ann', text: 'Write a haiku about container ships.', response: 'Steel boxes drift west' },
  { id: 'a4', ts: T + 20_060, user: 'ann', text: 'Make it sadder.' },
  { id: 'b2', ts: new Date((T + 90) * 1000).toISOString(), user: 'ben', text: 'How many people live there?' },
];

describe('clew replay', () => {
  it('places rows in threads, each as if the file ended there', async () => {
    const whole = await clew(['replay', file('whole.jsonl', conversation), '--out', 'whole.out']);
    expect(whole.code, whole.err).toBe(0);
    const rows = lines(readFileSync(path.join(folder, 'whole.out'), 'utf8'));
    const byId = new Map(rows.map((row) => [row['id'], row]));
    expect(byId.get('a2')).toMatchObject({
      thread: byId.get('a1')!['thread'],
      predecessor: 'a1',
      position: 'continuation',
      method: 'inferred',
    });
    expect(byId.get('a1')).toMatchObject({ position: 'first', predecessor: null, method: 'new', similarity: null });
    expect(byId.get('b1')!['thread']).not.toBe(byId.get('a1')!['thread']);
    expect(byId.get('a3')!['thread']).not.toBe(byId.get('a1')!['thread']);
    expect(byId.get('a3')!['session']).not.toBe(byId.get('a1')!['session']);
    for (const row of rows) {
      expect(Object.keys(row)).toEqual([
        'id',
        'thread',
        'position',
        'intent',
        'predecessor',
        'confidence',
        'method',
        'similarity',
        'session',
        'ms',
      ]);
      expect(row['confidence']).toBeGreaterThanOrEqual(0);
      expect(row['confidence']).toBeLessThanOrEqual(1);
    }
    const cut = await clew(['replay', file('cut.jsonl', conversation.slice(0, 4))]);
    const withoutTime = (row: Record<string, unknown>): Record<string, unknown> => ({ ...row, ms: 0 });
    expect(lines(cut.out).map(withoutTime)).toEqual(rows.slice(0, 4).map(withoutTime));
  });

  it('reads no field that names the truth', async () => {
    const plain = await clew(['replay', file('plain.jsonl', conversation.slice(0, 3))]);
    const labelled = await clew([
      'replay',
      file(
        'labelled.jsonl',
        conversation.slice(0, 3).map((row) => ({ ...row, conv: 'x', turn: 1, pos: 'orphaned', source: 'y', ret: true })),
      ),
    ]);
    const bare = (outcome: Outcome): unknown[] => lines(outcome.out).map((row) => ({ ...row, ms: 0 }));
    expect(bare(labelled)).toEqual(bare(plain));
  });

  it('uses resent messages and declared sessions as evidence', async () => {
    const rows = [
      { id: 1, ts: T, user: 'u', text: 'Hi', messages: [{ role: 'user', content: 'Hi' }], response: 'Hello, how can I help?' },
      {
        id: 3,
        ts: T + 7200,
        user: 'u',
        text: 'Plan a trip',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Hello, how can I help?' },
          { role: 'user', content: 'Plan a trip' },
        ],
      },
      {
        // By now this user's client is known to send its history along, and here there is none.
        id: 2,
        ts: T + 7250,
        user: 'u',
        text: 'Recipe for pea soup',
        messages: [{ role: 'user', content: 'Recipe for pea soup' }],
        response: 'Soak the peas.',
      },
      { id: 4, ts: T + 7300, user: 'u', text: 'Unrelated words entirely', session: 's-9' },
      { id: 5, ts: T + 7400, user: 'u', text: 'Quantum chromodynamics', session: 's-9' },
    ];
    const { out, code } = await clew(['replay', file('evidence.jsonl', rows), '--no-names']);
    expect(code).toBe(0);
    const byId = new Map(lines(out).map((row) => [row['id'], row]));
    expect(byId.get(2)!['thread']).not.toBe(byId.get(1)!['thread']);
    expect(byId.get(2)).toMatchObject({ method: 'history', position: 'topic_shift' });
    expect(byId.get(3)).toMatchObject({ thread: byId.get(1)!['thread'], predecessor: 1, method: 'history', confidence: 1 });
    expect(byId.get(5)).toMatchObject({ thread: byId.get(4)!['thread'], method: 'declared', predecessor: 4 });
  });

  it('passes bad rows over, tells their lines and loses no other', async () => {
    const name = file('bad.jsonl', [
      '{oops',
      { id: 'x', ts: 'never', user: 'u', text: 't' },
      { id: 'y', ts: T, user: 'u' },
      [1],
      { id: 'z', ts: T, user: 'u', text: 'fine' },
    ]);
    const { code, out, err } = await clew(['replay', name, '--no-names']);
    expect(code).toBe(1);
    expect(lines(out).map((row) => row['id'])).toEqual(['z']);
    for (const line of ['line 1: not valid JSON', 'line 2: field "ts"', 'line 3: field "text"', 'line 4: not a JSON object'])
      expect(err).toContain(line);
    expect(err).not.toContain('oops');
  });

  it('says what is wrong with the call, exit 2', async () => {
    expect(await clew(['replay'])).toMatchObject({ code: 2, out: '' });
    const missing = await clew(['replay', 'nowhere.jsonl']);
    expect(missing).toMatchObject({ code: 2, out: '' });
    expect(missing.err).toContain('nowhere.jsonl cannot be read (ENOENT)');
    expect((await clew(['replay', 'x', '--bogus'])).code).toBe(2);
    for (const name of ['dance', 'constructor', '__proto__']) expect((await clew([name])).err).toContain('Commands: ');
  });

  it('says when the output cannot be written, exit 2', async () => {
    writeFileSync(path.join(folder, 'one.jsonl'), JSON.stringify({ id: 'a', ts: 1_772_366_400, user: 'u', text: 'hello' }));
    for (const [out, code] of [
      ['no/such/folder.jsonl', 'ENOENT'],
      ['.', 'EISDIR'],
    ] as const) {
      const failed = await clew(['replay', 'one.jsonl', '--out', out, '--no-names']);
      expect(failed.code).toBe(2);
      expect(failed.err).toContain(`${out} cannot be written (${code})`);
    }
  });
});

describe('clew redact', () => {
  it('gives spans of the input text, patterns and names together', async () => {
    const text = '🙂 I am Johanna Lindqvist, write to j.lindqvist@example.org or +46 8 123 456 78.';
    const { code, out } = await clew(['redact'], { input: `${JSON.stringify({ id: 7, text })}\n` });
    expect(code).toBe(0);
    const [row] = lines(out) as [{ id: number; text: string; spans: { start: number; end: number; type: string }[] }];
    const values = Object.fromEntries(row.spans.map(({ start, end, type }) => [type, text.slice(start, end)]));
    expect(row.id).toBe(7);
    expect(values).toMatchObject({ PERSON: 'Johanna Lindqvist', EMAIL_ADDRESS: 'j.lindqvist@example.org' });
    expect(row.text).toContain('[PERSON]');
    for (const value of Object.values(values)) expect(row.text).not.toContain(value);
  });
});

describe('clew policy validate', () => {
  it('names every fault with file and line', async () => {
    writeFileSync(
      path.join(folder, 'bad.yaml'),
      'version: 1\nsampling:\n  rate: 3\n  rats: 1\nretention:\n  textDays: ten\nredaction:\n  patterns:\n    - { type: X_ID, pattern: "(a+)+$" }\npurpose: mending faults\nlegalBasis: contract\n',
    );
    const { code, out, err } = await clew(['policy', 'validate', 'bad.yaml']);
    expect(code).toBe(1);
    const { valid, faults } = JSON.parse(out) as { valid: boolean; faults: { line: number; field: string }[] };
    expect(valid).toBe(false);
    expect(faults.map(({ line }) => line).sort()).toEqual([3, 4, 6, 9]);
    expect(err.trimEnd().split('\n')).toHaveLength(4);
  });

  it('takes the shipped policies', async () => {
    const { code, err } = await clew(['policy', 'validate', path.join(ROOT, 'policies/default.yaml')]);
    expect(err).toBe('');
    expect(code).toBe(0);
  });
});

describe('clew identity', () => {
  it('records what a run was composed of, and shows where two differ', async () => {
    const request = {
      model: 'gpt-4o',
      temperature: 0.1,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
    };
    const response = {
      id: 'chatcmpl-1',
      model: 'gpt-4o-2024-08-06',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello' } }],
    };
    const write = (name: string, value: unknown): string => {
      writeFileSync(path.join(folder, name), JSON.stringify(value));
      return name;
    };
    const one = await clew(['identity', 'record', write('req.json', request), write('res.json', response)]);
    expect(one.code, one.err).toBe(0);
    const record = JSON.parse(one.out) as { digest: string; record: { model: unknown; composition: { tools: { digest: string }[] } } };
    expect(record.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(record.record.model).toEqual({ requested: 'gpt-4o', executed: 'gpt-4o-2024-08-06', evidence: 'response_body' });
    const two = await clew(['identity', 'record', write('req2.json', { ...request, temperature: 0.9 }), 'res.json']);
    write('one.json', JSON.parse(one.out));
    write('two.json', JSON.parse(two.out));
    const diff = await clew(['identity', 'diff', 'one.json', 'two.json']);
    expect(diff.code).toBe(1);
    const paths = (JSON.parse(diff.out) as { differences: { path: string }[] }).differences.map((difference) => difference.path);
    expect(paths).toContain('/parameters/temperature');
    expect(paths).not.toContain('/composition/tools/0/digest');
    expect((await clew(['identity', 'diff', 'one.json', 'one.json'])).code).toBe(0);
  });
});

describe('clew import, token and doctor with a running control plane', () => {
  let control: ControlPlane;
  beforeAll(async () => {
    control = await startControlPlane();
  });
  afterAll(async () => {
    await control.stop();
    rmSync(control.folder, { recursive: true, force: true });
  });

  it('imports a file once, however often it is called', async () => {
    const name = file('import.jsonl', [...conversation, '{bad']);
    const call = (): Promise<Outcome> => clew(['import', name, '--url', control.url, '--token', control.token]);
    const first = await call();
    expect(first.code).toBe(1);
    expect(JSON.parse(first.out)).toEqual({ accepted: 6, duplicates: 0, rejected: 1 });
    expect(JSON.parse((await call()).out)).toEqual({ accepted: 0, duplicates: 6, rejected: 1 });
    const request = await until(() => control.get<{ prompt: string; thread: string }>('/v1/requests/a4'), 'the imported request');
    expect(request.prompt).toBe('Make it sadder.');
  });

  it('makes, lists and revokes a token', async () => {
    const server = ['--url', control.url, '--token', control.token];
    const made = JSON.parse((await clew(['token', 'create', '--role', 'engineer', ...server])).out) as { id: string; token: string };
    expect((await fetch(`${control.url}/v1/threads`, { headers: { authorization: `Bearer ${made.token}` } })).status).toBe(200);
    expect((await clew(['token', 'list', ...server])).out).not.toContain(made.token);
    const narrow = ['token', 'create', '--role', 'auditor', '--permission', 'reveal:write', '--days', '3', '--environment', 'test'];
    const fields = JSON.parse((await clew([...narrow, ...server])).out) as {
      permissions: string[];
      expiresAt: string;
      environment: string;
    };
    expect(fields).toMatchObject({ permissions: ['reveal:write'], environment: 'test' });
    expect(Date.parse(fields.expiresAt) - Date.now()).toBeGreaterThan(2.9 * 86_400_000);
    expect((await clew(['token', 'create', '--role', 'auditor', '--days', 'x', ...server])).code).toBe(2);
    expect((await clew(['token', 'revoke', made.id, ...server])).code).toBe(0);
    expect((await fetch(`${control.url}/v1/threads`, { headers: { authorization: `Bearer ${made.token}` } })).status).toBe(401);
  });

  it('says what is to be done when nothing listens or the token is wrong', async () => {
    const refused = await clew(['import', 'import.jsonl', '--url', control.url, '--token', 'wrong']);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.err).toContain('--token');
    const nowhere = await clew(['token', 'list', '--url', await closedPort(), '--token', 'x']);
    expect(nowhere.code).toBe(2);
    expect(nowhere.err).toContain('npm start');
  });
});

describe('clew doctor', () => {
  const check = (outcome: Outcome, name: string): { ok: boolean; found: string; remedy: string } | undefined =>
    (JSON.parse(outcome.out) as { checks: { name: string; ok: boolean; found: string; remedy: string }[] }).checks.find(
      (entry) => entry.name === name,
    );

  it('finds faults in settings, policy, port and servers, each with its remedy', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const port = String((taken.address() as { port: number }).port);
    const env = {
      CLEW_PORT: port,
      CLEW_DATA: path.join(folder, 'd1'),
      CLEW_POLICY: path.join(folder, 'bad.yaml'),
      WEAVIATE_URL: 'http://127.0.0.1:9',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    };
    const outcome = await clew(['doctor'], { env });
    taken.close();
    expect(outcome.code).toBe(1);
    for (const name of ['policy', 'port', 'weaviate', 'otlp']) {
      expect(check(outcome, name), name).toMatchObject({ ok: false });
      expect(check(outcome, name)!.remedy.length, name).toBeGreaterThan(10);
    }
    for (const name of ['node', 'models', 'plugin', 'page']) expect(check(outcome, name), name).toMatchObject({ ok: true });
  });

  it('finds a data folder that another process holds, and settings that cannot be used', async () => {
    const control = await startControlPlane();
    const locked = await clew(['doctor'], { env: { CLEW_DATA: control.folder, CLEW_PORT: '0' } });
    expect(check(locked, 'data folder')).toMatchObject({ ok: false, found: expect.stringContaining(String(control.pid)) as string });
    await control.stop();
    const after = await clew(['doctor'], { env: { CLEW_DATA: control.folder, CLEW_PORT: '0' } });
    expect(check(after, 'data folder')).toMatchObject({ ok: true });
    rmSync(control.folder, { recursive: true, force: true });
    const wrong = await clew(['doctor'], { env: { CLEW_PORT: 'ninety' } });
    expect(check(wrong, 'settings CLEW_PORT')).toMatchObject({ ok: false });
  });
});
