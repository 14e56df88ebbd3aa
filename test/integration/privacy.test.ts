// Erasure, its ledger and the audit log through the HTTP API and the command line, on a real store.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { pseudonym, tenantKeys } from '#contract';
import { ADMIN_TOKEN, bearer, ndjson, sample, startPlane, type TestPlane } from '../support/control-plane.ts';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../..');
const HASH_KEY = 'a-hash-key-for-tests-only';
const ALICE = pseudonym(tenantKeys(HASH_KEY, 'default').principal, 'alice@example.com');
const BOB = pseudonym(tenantKeys(HASH_KEY, 'default').principal, 'bob@example.com');
const NDJSON = { 'Content-Type': 'application/x-ndjson' };

const open: { close(): unknown }[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
  for (const folder of folders.splice(0)) for (const one of [folder, `${folder}.erasures`]) rmSync(one, { recursive: true, force: true });
});

async function start(options: Parameters<typeof startPlane>[0] = {}): Promise<TestPlane> {
  const test = await startPlane({ ...options, env: { CLEW_HASH_KEY: HASH_KEY, ...options.env } });
  open.push({ close: () => test.close({ keepFolder: options.folder !== undefined }) });
  return test;
}
const newFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-privacy-'));
  folders.push(folder);
  return folder;
};
async function post(test: TestPlane, ...samples: unknown[]): Promise<void> {
  const answer = await request(test.app).post('/v1/samples').set(bearer()).set(NDJSON).send(ndjson(samples));
  expect(answer.body).toMatchObject({ accepted: samples.length, rejected: [] });
  await test.settled();
}
const of = (principal: string, text: string, fields: object = {}) =>
  sample({ principal: { id: principal, source: 'header:x-user', trust: 'asserted' }, prompt: { text }, ...fields });
const audit = async (test: TestPlane, query = ''): Promise<{ kind: string; actor: string; details: Record<string, unknown> }[]> =>
  ((await request(test.app).get(`/v1/audit${query}`).set(bearer())).body as { items: never[] }).items;
const threads = async (test: TestPlane, user: string): Promise<readonly { readonly id: string }[]> =>
  ((await request(test.app).get(`/v1/threads?user=${user}`).set(bearer())).body as { items: { id: string }[] }).items;

/** Listening, for commands. */
async function listen(test: TestPlane): Promise<string> {
  const server: Server = createServer(test.app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({ close: () => new Promise((resolve) => server.close(resolve)) });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}
async function clew(url: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  try {
    const { stdout, stderr } = await run(
      process.execPath,
      ['control-plane/src/cli/main.ts', ...args, '--url', url, '--token', ADMIN_TOKEN],
      {
        cwd: ROOT,
      },
    );
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

describe('erasing a person', () => {
  it('takes the id that gateways see, by command, and leaves everybody else', async () => {
    const test = await start();
    await post(test, of(ALICE, 'Where do herons sleep?'), of(ALICE, 'And storks?'), of(BOB, 'Where do owls sleep?'));
    const url = await listen(test);
    const erased = await clew(url, 'erase', '--user', 'alice@example.com');
    expect(erased.code).toBe(0);
    const receipt = JSON.parse(erased.out) as {
      user: string;
      removed: Record<string, number>;
      residual: number;
      scanned: string[];
      beyondRecall: object[];
    };
    expect(receipt).toMatchObject({ user: ALICE, residual: 0, removed: { requests: 2, texts: 2 } });
    expect(receipt.scanned).toEqual(expect.arrayContaining(['journal', 'requests', 'vectors', 'vault', 'feedback', 'tokens']));
    expect(receipt.beyondRecall.length).toBeGreaterThan(0);
    expect(await threads(test, ALICE)).toEqual([]);
    expect(await threads(test, BOB)).toHaveLength(1);
    // Again, and somebody who was never there.
    expect(JSON.parse((await clew(url, 'erase', '--user', ALICE)).out)).toMatchObject({ removed: { requests: 0 } });
    expect((await clew(url, 'erase', '--user', 'nobody')).err).toMatch(/Nothing was stored/);
  });

  it('names receivers that spans were sent to', async () => {
    const test = await start({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' } });
    const receipt = (await request(test.app).delete(`/v1/users/${ALICE}`).set(bearer())).body as { beyondRecall: { place: string }[] };
    expect(receipt.beyondRecall.map(({ place }) => place)).toContainEqual(expect.stringContaining('127.0.0.1:9'));
  });

  it('names exports that may hold the person, of all that were made', async () => {
    const test = await start();
    await post(test, of(ALICE, 'Where do herons sleep?'), of(BOB, 'Where do owls sleep?'));
    const [hers, his] = [await threads(test, ALICE), await threads(test, BOB)].map(([first]) => first?.id ?? '');
    const take = async (path: string): Promise<void> => {
      expect((await request(test.app).get(path).set(bearer())).status).toBe(200);
    };
    await take(`/v1/audit/threads/${his}`);
    await take(`/v1/graph?thread=${his}&texts=yes`);
    await take(`/v1/graph?user=${BOB}`);
    const nothing = (await request(test.app).delete('/v1/users/p_nobody').set(bearer())).body as { beyondRecall: { place: string }[] };
    const exported = ({ beyondRecall }: { beyondRecall: { place: string }[] }) =>
      beyondRecall.filter(({ place }) => /^(?:dossiers|graph files)/.test(place));
    expect(exported(nothing)).toEqual([]);
    await take(`/v1/audit/threads/${hers}`);
    await take(`/v1/graph?thread=${hers}&texts=yes`);
    await take('/v1/graph?format=nodes');
    const entries = (await request(test.app).get('/v1/audit?kind=export').set(bearer())).body as {
      items: { id: string; details: object }[];
    };
    expect(entries.items.map(({ details }) => details)).toEqual([
      { what: 'graph', format: 'nodes', texts: false, from: null, to: null },
      expect.objectContaining({ what: 'graph', texts: true, thread: hers, subjects: [expect.stringMatching(/^[0-9a-f]{64}$/)] }),
      expect.objectContaining({ what: 'thread_audit', thread: hers }),
      expect.objectContaining({ what: 'graph', texts: false }),
      expect.objectContaining({ what: 'graph', thread: his }),
      expect.objectContaining({ what: 'thread_audit', thread: his }),
    ]);
    const [all, graphOfHers, dossierOfHers] = entries.items.map(({ id }) => id);
    // Told also by a second call, when nothing of the person is left to look at.
    for (let again = 0; again < 2; again += 1) {
      const receipt = (await request(test.app).delete(`/v1/users/${ALICE}`).set(bearer())).body as {
        beyondRecall: { place: string; holds: string }[];
      };
      expect(exported(receipt)).toEqual([
        { place: 'dossiers of threads for auditors: 1', holds: expect.stringContaining(`entries ${dossierOfHers} of the audit log`) },
        {
          place: 'graph files: 2',
          holds: expect.stringContaining(`redacted texts in 1. Who took them say entries ${all}, ${graphOfHers} of`),
        },
      ]);
    }
  });

  it('reaches samples that wait and samples that were buried', async () => {
    const test = await start({ paused: true });
    const many = Array.from({ length: 450 }, (_, index) => of(index % 3 === 0 ? ALICE : BOB, `Question ${index}`));
    const accepted = await request(test.app).post('/v1/samples').set(bearer()).set(NDJSON).send(ndjson(many));
    expect(accepted.status).toBe(202);
    const file = new DatabaseSync(path.join(test.folder, 'clew.db'));
    file.exec("UPDATE journal SET buried_at_ms = 1, buried_reason = 'test' WHERE seq % 2 = 0");
    file.close();
    const receipt = (await request(test.app).delete(`/v1/users/${ALICE}`).set(bearer())).body as { removed: Record<string, number> };
    expect(receipt.removed['waitingSamples']).toBe(150);
    const left = new DatabaseSync(path.join(test.folder, 'clew.db'), { readOnly: true });
    expect(left.prepare('SELECT count(*) AS n FROM journal').get()).toEqual({ n: 300 });
    left.close();
  });

  it('is done again on a data folder that is put back from a backup, for the erased alone', async () => {
    const folder = newFolder();
    const backup = newFolder();
    const first = await startPlane({ folder, env: { CLEW_HASH_KEY: HASH_KEY } });
    await post(first, of(ALICE, 'Where do herons sleep?'), of(BOB, 'Where do owls sleep?'));
    await first.close({ keepFolder: true });
    cpSync(folder, backup, { recursive: true });
    const second = await startPlane({ folder, env: { CLEW_HASH_KEY: HASH_KEY } });
    expect((await request(second.app).delete(`/v1/users/${ALICE}`).set(bearer())).status).toBe(200);
    await second.close({ keepFolder: true });
    rmSync(folder, { recursive: true });
    cpSync(backup, folder, { recursive: true });
    const third = await start({ folder });
    expect(await threads(third, ALICE)).toEqual([]);
    expect(await threads(third, BOB)).toHaveLength(1);
    expect((await audit(third)).map(({ kind }) => kind)).toContain('erasure_replayed');
    // What the person asked before the erasure does not come back either, however late it arrives.
    await post(third, of(ALICE, 'Late question', { startedAt: new Date(Date.now() - 3_600_000).toISOString() }));
    expect(await threads(third, ALICE)).toEqual([]);
  });

  it('leaves no text of the person in any file', async () => {
    const folder = newFolder();
    const test = await startPlane({ folder, env: { CLEW_HASH_KEY: HASH_KEY } });
    await post(test, of(ALICE, 'canarycapybara and more'), of(BOB, 'ordinaryotter'));
    await request(test.app).delete(`/v1/users/${ALICE}`).set(bearer());
    await test.close({ keepFolder: true });
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const all = Buffer.concat(files.map((entry) => readFileSync(path.join(entry.parentPath, entry.name))));
    expect(all.includes('ordinaryotter')).toBe(true);
    expect(all.includes('canarycapybara')).toBe(false);
    expect(all.includes(ALICE)).toBe(false);
    expect(readFileSync(`${folder}.erasures`, 'utf8')).not.toContain(ALICE);
  });
});

describe('the audit log', () => {
  it('tells who did what, without what anybody wrote', async () => {
    const test = await start();
    await post(test, of(ALICE, 'Where do herons sleep?'));
    const made = await request(test.app).post('/v1/tokens').set(bearer()).send({ role: 'auditor', name: 'a person' });
    const { id, token } = made.body as { id: string; token: string };
    await request(test.app).get('/v1/audit').set(bearer(token));
    await request(test.app).delete(`/v1/tokens/${id}`).set(bearer());
    await request(test.app).delete('/v1/users/alice@example.com').set(bearer());
    const entries = await audit(test);
    const kinds = entries.map(({ kind }) => kind);
    for (const kind of ['policy_changed', 'login', 'token_created', 'token_revoked', 'erasure']) expect(kinds).toContain(kind);
    expect(entries.find(({ kind }) => kind === 'token_created')).toMatchObject({
      actor: 'configured',
      details: { token: id, role: 'auditor' },
    });
    expect(entries.filter(({ kind, actor }) => kind === 'login' && actor === id)).toHaveLength(1);
    expect(entries.find(({ kind }) => kind === 'erasure')?.details).toMatchObject({ state: 'done', requests: 1 });
    const text = JSON.stringify(entries);
    for (const word of ['heron', 'alice', ALICE, 'a person', token]) expect(text).not.toContain(word);
    expect(await audit(test, '?kind=token_revoked')).toHaveLength(1);
  });

  it('verifies by command until something is changed behind its back', async () => {
    const folder = newFolder();
    const first = await startPlane({ folder, env: { CLEW_HASH_KEY: HASH_KEY } });
    for (let turn = 0; turn < 4; turn += 1) await request(first.app).delete(`/v1/users/p_${turn}`).set(bearer());
    const server = createServer(first.app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    const kept = path.join(folder, 'kept-head');
    const good = await clew(url, 'audit', 'verify', '--save', kept);
    expect(good.code).toBe(0);
    expect(JSON.parse(good.out)).toMatchObject({ ok: true, tenant: 'default', environment: 'default' });
    await new Promise((resolve) => server.close(resolve));
    await first.close({ keepFolder: true });
    const file = new DatabaseSync(path.join(folder, 'clew.db'));
    file.exec('DROP TRIGGER audit_stays; DELETE FROM audit WHERE seq >= 5');
    file.close();
    const second = await start({ folder });
    const again = await listen(second);
    const bad = await clew(again, 'audit', 'verify', '--head', kept);
    expect(bad.code).toBe(1);
    expect(bad.err).toMatch(/removed|changed|signed/);
  });

  it('gives a thread to an auditor in an envelope that openssl checks, without a word of it', async () => {
    const test = await start();
    await post(test, of(ALICE, 'Where do herons sleep?', { runId: 'ab'.repeat(16) }));
    const [thread] = (await threads(test, ALICE)) as { id: string }[];
    const folder = newFolder();
    const url = await listen(test);
    const bundle = path.join(folder, 'thread.json');
    expect((await clew(url, 'audit', 'export', '--thread', thread!.id, '--out', bundle)).code).toBe(0);
    expect((await clew(url, 'audit', 'export', '--thread', 'th_none')).code).toBe(2);
    // As docs/PRIVACY.md says.
    const page = readFileSync(path.join(ROOT, 'docs/PRIVACY.md'), 'utf8');
    const commands = /<!-- not run: test\/integration\/privacy.test.ts .*-->\n```sh\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const check = () =>
      run('sh', ['-euc', commands], { cwd: folder }).then(
        ({ stdout }) => stdout,
        (error: unknown) => (error as { stdout: string }).stdout,
      );
    expect(await check()).toContain('Signature Verified Successfully');
    const payload = JSON.parse(readFileSync(path.join(folder, 'payload.json'), 'utf8')) as {
      thread: string;
      requests: object[];
      runs: { bundle: object | null }[];
      audit: { entries: string[] };
    };
    expect(payload).toMatchObject({ thread: thread!.id });
    expect(payload.requests).toHaveLength(1);
    expect(payload.runs[0]?.bundle).not.toBeNull();
    expect(payload.audit.entries.some((entry) => entry.includes('thread_audit'))).toBe(true);
    expect(JSON.stringify(payload)).not.toContain('heron');
    const own = await clew(url, 'audit', 'verify', bundle, '--key', path.join(folder, 'key.pem'), '--thread', thread!.id);
    expect([own.code, JSON.parse(own.out)]).toMatchObject([0, { verified: true, thread: thread!.id, requests: 1 }]);
    const foreign = await clew(url, 'audit', 'verify', bundle, '--tenant', 'somebody-else');
    expect([foreign.code, JSON.parse(foreign.out)]).toMatchObject([1, { verified: false, code: 'other_place' }]);
    const broken = JSON.parse(readFileSync(bundle, 'utf8')) as { envelope: { payload: string } };
    broken.envelope.payload = Buffer.from(Buffer.from(broken.envelope.payload, 'base64').toString().replace('"v":1', '"v":2')).toString(
      'base64',
    );
    writeFileSync(bundle, JSON.stringify(broken));
    expect(await check()).not.toContain('Signature Verified Successfully');
  });
});

describe('keys that are lost', () => {
  it.each(['pseudonyms.key', 'log.key', 'audit.key'])('keep the server from starting beside a store that needs %s', async (name) => {
    const folder = newFolder();
    const first = await startPlane({ folder });
    await post(first, of(ALICE, 'Where do herons sleep?', { runId: 'ab'.repeat(16) }));
    await first.close({ keepFolder: true });
    const key = path.join(folder, 'keys', name);
    const bytes = readFileSync(key);
    unlinkSync(key);
    await expect(startPlane({ folder })).rejects.toMatchObject({ code: 'key_lost', message: expect.stringContaining(name) as string });
    expect(readdirSync(path.join(folder, 'keys'))).not.toContain(name);
    writeFileSync(key, Buffer.alloc(32, 1));
    await expect(startPlane({ folder })).rejects.toMatchObject({ code: 'key_lost' });
    writeFileSync(key, bytes);
    await (await startPlane({ folder })).close({ keepFolder: true });
  });
});
