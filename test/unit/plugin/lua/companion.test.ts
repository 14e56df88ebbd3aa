// The scripts in deploy/kong, run by LuaJIT under the names that Kong's sandbox allows. Their tables are judged by the
// plugin's own readers.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { standInValue, type CompanionDecision, type CompanionOutcome, type CompanionRequest } from '#contract';
import { readCompanionOutcome, readCompanionRequest } from '../../../../plugin/src/observe/index.ts';
import { renderKong } from '../../../../scripts/render-kong.ts';

const root = path.join(import.meta.dirname, '..', '..', '..', '..');
const scripts = path.join(root, 'deploy', 'kong');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'clew-lua-'));
afterAll(() => {
  fs.rmSync(scratch, { recursive: true });
});

interface Step {
  readonly script: string;
  readonly chunks?: readonly { readonly data: string; readonly eof?: boolean }[];
}

interface Recorded {
  readonly shared: { clew_in?: CompanionRequest; clew_log?: CompanionOutcome; clew_tap?: unknown; clew_upstream_ms?: number };
  readonly log_values: Readonly<Record<string, string>>;
  readonly warnings: readonly string[] | Record<string, never>;
  readonly upstream: Record<string, string>;
  readonly cleared: readonly string[] | Record<string, never>;
  readonly response: Record<string, string>;
  readonly response_cleared: readonly string[] | Record<string, never>;
  readonly exits: readonly { status: number; body: unknown }[] | Record<string, never>;
  readonly body_reads: readonly string[] | Record<string, never>;
  readonly passed: readonly string[];
}

function lua(value: unknown): string {
  if (value === undefined || value === null) return 'nil';
  if (typeof value === 'string') {
    return `"${[...Buffer.from(value, 'latin1')].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`;
  }
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `{${value.map(lua).join(',')}}`;
  return `{${Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `[${lua(key)}]=${lua(item)}`)
    .join(',')}}`;
}

function run(steps: readonly Step[], facts: Record<string, unknown>, shared: Record<string, unknown> = {}): Recorded {
  const file = path.join(scratch, 'scenario.lua');
  fs.writeFileSync(file, `return ${lua({ steps, facts, shared })}`);
  const result = spawnSync('luajit', [path.join(import.meta.dirname, 'harness.lua'), scripts, file], { maxBuffer: 64 * 1024 * 1024 });
  if (result.status !== 0) throw new Error(`luajit: ${result.error?.message ?? result.stderr.toString()}`);
  return JSON.parse(result.stdout.toString()) as Recorded;
}

const post = { method: 'POST', path: '/v1/chat/completions', headers: { 'Content-Type': 'application/json', 'content-length': '12' } };
const decision: CompanionDecision = {
  v: 1,
  run_id: 'a'.repeat(32),
  set_headers: { traceparent: '00-x', 'x-correlation-id': 'c' },
  clear_headers: ['baggage', 'x-clew-user'],
  response_headers: { 'x-clew-run-id': 'a'.repeat(32) },
  capture_answer: true,
};
const answered = {
  ...post,
  status: 200,
  response_headers: { 'Content-Type': 'text/event-stream', via: ['1.1 a', '1.1 b'] },
  route: { id: 'r', name: 'llm', hosts: ['secret'] },
  service: { id: 's' },
  consumer: { id: 'c', username: 'team', custom_id: 'x-1' },
  credential: { id: 'cred', key: 'THE-KEY' },
};
const stream = [{ data: 'data: a\n\n' }, { data: 'data: \u00e9\u0000b\n\n' }, { data: '', eof: true }];
const whole: readonly Step[] = [
  { script: 'access-after.lua' },
  { script: 'header-filter.lua' },
  { script: 'body-filter.lua', chunks: stream },
  { script: 'log-before.lua' },
];

describe('access-before.lua', () => {
  it('puts the whole request into one table that the plugin reads', () => {
    const { shared, body_reads } = run([{ script: 'access-before.lua' }], {
      ...post,
      headers: { ...post.headers, 'X-Two': ['a', 'b'] },
      body: '{"model":"m"}',
      route: { id: 'r', name: 'llm', hosts: ['secret'] },
      service: { id: 's' },
    });
    expect(shared.clew_in).toEqual({
      v: 1,
      method: 'POST',
      path: '/v1/chat/completions',
      scheme: 'http',
      host: 'api.example.com',
      client_ip: '192.0.2.1',
      headers: { 'content-type': 'application/json', 'content-length': '12', 'x-two': 'a, b' },
      body: '{"model":"m"}',
      body_bytes: 13,
      body_truncated: false,
      started_ms: 1_700_000_000_250,
      restores: true,
      route: { id: 'r', name: 'llm' },
      service: { id: 's' },
    } satisfies CompanionRequest);
    expect(body_reads).toEqual(['0']);
    expect(readCompanionRequest(shared.clew_in)).toMatchObject({ body: '{"model":"m"}', bodyTruncated: false, method: 'POST' });
  });

  it.each([
    ['a GET', { ...post, method: 'GET' }, false],
    ['a body over the cap', { ...post, headers: { 'content-length': '4194305' } }, false],
    ['a multipart upload', { ...post, headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '9' } }, false],
    ['a body that cannot be read', { ...post, body_error: 'too big' }, true],
    [
      'a body without a length that grows over the cap',
      { ...post, headers: { 'transfer-encoding': 'chunked' }, body: 'x'.repeat(4_194_305) },
      true,
    ],
  ])('leaves out the body of %s and says so', (_name, facts, isRead) => {
    const { shared, body_reads } = run([{ script: 'access-before.lua' }], facts);
    expect(shared.clew_in).not.toHaveProperty('body');
    expect(shared.clew_in?.body_truncated).toBe(true);
    expect(Array.isArray(body_reads)).toBe(isRead);
  });

  it('calls a request without a body whole', () => {
    const { shared } = run([{ script: 'access-before.lua' }], { ...post, headers: {}, body: '' });
    expect(shared.clew_in).toMatchObject({ body_bytes: 0, body_truncated: false });
    expect(shared.clew_in).not.toHaveProperty('body');
  });

  it('lets the request pass when Kong raises', () => {
    const { shared, warnings } = run([{ script: 'access-before.lua' }], { ...post, headers: { raise: 'no headers today' } });
    expect(shared).not.toHaveProperty('clew_in');
    expect(warnings).toHaveLength(1);
  });
});

describe('access-after.lua', () => {
  it('applies the decision and frees the copy of the request', () => {
    const done = run([{ script: 'access-after.lua' }], post, { clew_in: { v: 1 }, clew_out: decision });
    expect(done.upstream).toEqual(decision.set_headers);
    expect(done.cleared).toEqual(decision.clear_headers);
    expect(done.shared).not.toHaveProperty('clew_in');
    expect(done.shared.clew_upstream_ms).toBe(1_700_000_000_500);
  });

  it("puts the run and its trace into the line of Kong's own log, also where it refuses", () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const traced = { ...decision, set_headers: { ...decision.set_headers, traceparent } };
    const noted = { 'clew.run_id': decision.run_id, 'clew.trace_id': 'a'.repeat(32) };
    expect(run([{ script: 'access-after.lua' }], post, { clew_out: traced }).log_values).toEqual(noted);
    const exit = { status: 403, body: '{}', headers: {} };
    expect(run([{ script: 'access-after.lua' }], post, { clew_out: { ...traced, exit } }).log_values).toEqual(noted);
  });

  it('applies the decision where the log takes no values', () => {
    const done = run([{ script: 'access-after.lua' }], { ...post, log_error: 'no such call' }, { clew_out: decision });
    expect(done.upstream).toEqual(decision.set_headers);
    expect(done.warnings).toHaveLength(1);
  });

  it('changes nothing without a decision', () => {
    const done = run([{ script: 'access-after.lua' }, { script: 'header-filter.lua' }, { script: 'log-before.lua' }], answered, {
      clew_in: { v: 1 },
    });
    expect(done).toMatchObject({ upstream: {}, cleared: {}, response: {}, exits: {} });
    expect(done.shared).toEqual({});
  });

  it('refuses where the decision says so', () => {
    const exit = { status: 403, body: '{"error":"drifted"}', headers: { 'content-type': 'application/json' } };
    const done = run([{ script: 'access-after.lua' }], post, { clew_out: { ...decision, exit } });
    expect(done.exits).toEqual([exit]);
    expect(done.upstream).toEqual({});
  });
});

describe('access-guard.lua', () => {
  it('refuses what the plugin did not see and nothing else', () => {
    expect(run([{ script: 'access-guard.lua' }], post).exits).toMatchObject([{ status: 503 }]);
    expect(run([{ script: 'access-guard.lua' }], post, { clew_out: decision }).exits).toEqual({});
  });
});

describe('the answer', () => {
  it('passes unchanged and is copied byte for byte', () => {
    const done = run(whole, answered, { clew_out: decision });
    expect(done.passed).toEqual(stream.map(({ data }) => data));
    expect(done.response).toEqual(decision.response_headers);
    expect(done.shared.clew_log).toEqual({
      v: 1,
      run_id: decision.run_id,
      status: 200,
      response_headers: { 'content-type': 'text/event-stream', via: '1.1 a, 1.1 b' },
      body: stream.map(({ data }) => data).join(''),
      body_bytes: 20,
      body_truncated: false,
      started_ms: 1_700_000_000_250,
      upstream_ms: 1_700_000_000_500,
      first_byte_ms: 1_700_000_001_000,
      ended_ms: 1_700_000_001_500,
      aborted: false,
      route: { id: 'r', name: 'llm' },
      service: { id: 's' },
      routing: { route: { id: 'r', name: 'llm', hosts: ['secret'] }, service: { id: 's' } },
      consumer: { id: 'c', name: 'team', custom_id: 'x-1' },
      credential: 'cred',
      // An empty Lua table has no kind; the reader takes it for an empty list.
      tries: {} as never,
    } satisfies CompanionOutcome);
    expect(JSON.stringify(done)).not.toContain('THE-KEY');
    expect(readCompanionOutcome(done.shared.clew_log)).toMatchObject({ run_id: decision.run_id, tries: [], aborted: false });
    expect(done.shared).not.toHaveProperty('clew_tap');
  });

  it('has its values put back before it is copied, and nothing of what stood for what stays', () => {
    const restore = { values: { '[EMAIL_ADDRESS_1]': standInValue('ada@example.org') }, is_json_text: false };
    const parts = ['{"content":"To [EMAIL_ADD', 'RESS_1]"}'];
    const chunks = [{ data: parts[0]! }, { data: parts[1]! }, { data: '', eof: true }];
    const steps = [whole[0]!, whole[1]!, { script: 'body-restore.lua', chunks }, whole[3]!];
    const facts = { ...answered, response_headers: { 'content-type': 'application/json', 'content-length': '40' } };
    const done = run(steps, facts, { clew_out: { ...decision, restore } });
    expect(done.passed.join('')).toBe('{"content":"To ada@example.org"}');
    expect(done.response_cleared).toEqual(['content-length']);
    expect(JSON.stringify(done.shared)).not.toContain('ada@example.org');
  });

  it('keeps its length and its bytes where it is compressed all the same', () => {
    const restore = { values: { '[A_1]': standInValue('one') }, is_json_text: false };
    const facts = { ...answered, response_headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } };
    const chunks = [{ data: 'x[A_1]', eof: true }];
    const done = run([whole[1]!, { script: 'body-restore.lua', chunks }], facts, { clew_out: { ...decision, restore } });
    expect(done.passed).toEqual(['x[A_1]']);
    expect(done.response_cleared).toEqual({});
  });

  it('is copied up to the cap', () => {
    const chunks = [{ data: 'a'.repeat(3_000_000) }, { data: 'b'.repeat(3_000_000) }, { data: 'c', eof: true }];
    const { clew_log } = run([whole[0]!, whole[1]!, { script: 'body-filter.lua', chunks }, whole[3]!], answered, {
      clew_out: decision,
    }).shared;
    expect(clew_log?.body).toHaveLength(4_194_304);
    expect(clew_log).toMatchObject({ body_bytes: 6_000_001, body_truncated: true, aborted: false });
  });

  it('is not copied where nobody will read it', () => {
    const { clew_log } = run(whole, answered, { clew_out: { ...decision, capture_answer: false } }).shared;
    expect(clew_log).toMatchObject({ body_bytes: 0, body_truncated: false });
    expect(clew_log).not.toHaveProperty('body');
  });

  it('counts as aborted when its end never came', () => {
    const cut = [whole[0]!, whole[1]!, { script: 'body-filter.lua', chunks: [{ data: 'half' }] }, whole[3]!];
    expect(run(cut, answered, { clew_out: decision }).shared.clew_log).toMatchObject({ aborted: true, body: 'half' });
    expect(run([whole[0]!, whole[3]!], { ...answered, status: 499 }, { clew_out: decision }).shared.clew_log?.aborted).toBe(true);
  });

  it('comes with the attempts and with what the AI plugin knew, where one ran', () => {
    const facts = {
      ...answered,
      ngx_ctx: {
        ai_namespaced_ctx: { x: 1 },
        balancer_data: {
          tries: [
            { ip: '192.0.2.7', port: 443, code: 502, balancer_latency: 1 },
            { ip: '192.0.2.8', port: 443 },
          ],
        },
      },
      serialized: {
        ai: {
          proxy: {
            meta: { provider_name: 'openai', request_model: 'gpt-4o', response_model: 'gpt-4o-2024-08-06', plugin_id: 'p' },
            usage: { prompt_tokens: 3, completion_tokens: 4 },
            payload: { request: 'PROMPT' },
          },
        },
      },
    };
    const done = run(whole, facts, { clew_out: decision });
    expect(done.shared.clew_log).toMatchObject({
      tries: [
        { ip: '192.0.2.7', port: 443, status: 502 },
        { ip: '192.0.2.8', port: 443 },
      ],
      ai: { provider_name: 'openai', request_model: 'gpt-4o', response_model: 'gpt-4o-2024-08-06', prompt_tokens: 3, completion_tokens: 4 },
    });
    expect(JSON.stringify(done)).not.toContain('PROMPT');
  });

  it('loses only the facts that Kong raises on, and only the headers that cannot be set', () => {
    const done = run(
      whole,
      { ...answered, consumer: { raise: 'none here' } },
      {
        clew_out: { ...decision, response_headers: { 'bad header': 'x', 'x-clew-run-id': 'r' } },
      },
    );
    expect(done.shared.clew_log).toMatchObject({ route: { name: 'llm' }, credential: 'cred' });
    expect(done.shared.clew_log).not.toHaveProperty('consumer');
    expect(done.response).toEqual({ 'x-clew-run-id': 'r' });
    expect(done.warnings).toHaveLength(2);
  });
});

describe('deploy/kong', () => {
  it('holds a kong.yml made from the scripts as they are', () => {
    expect(fs.readFileSync(path.join(scripts, 'kong.yml'), 'utf8')).toBe(renderKong());
  });

  it('passes luacheck under the names of the sandbox', () => {
    const result = spawnSync('luacheck', ['--no-color', '.'], { cwd: scripts });
    expect(result.error).toBeUndefined();
    expect(result.stdout.toString()).toContain('0 warnings / 0 errors');
  });
});
