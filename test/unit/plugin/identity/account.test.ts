// What a gateway keeps account of: numbers that were lost, its key, and its statements.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  announceKey,
  isProven,
  MAX_LOST_RANGES,
  openEnvelope,
  publicKeyPem,
  readEpoch,
  signEpoch,
  signingKey,
  type EpochPredicate,
} from '#contract';
import { Ledger, LostRanges, openGatewayKey } from '../../../../plugin/src/identity/index.ts';
import { KeyAnnouncer } from '../../../../plugin/src/identity/announce.ts';
import { Life } from '../../../../plugin/src/life.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'clew-key-'));
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});
const quiet = (text: string): never => expect.fail(text);
const memory = { seed: new Uint8Array(32).fill(7), fromMs: 1_000_000_000 };

describe('ranges of lost numbers', () => {
  const range = fc
    .tuple(fc.nat(3_000), fc.nat(5), fc.constantFrom('queue_full', 'work_full', 'worker_lost'))
    .map(([from, length, reason]) => ({ from, to: from + length, reason }));

  it('hold every number that was added, in order, apart from each other and bounded', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 600 }), (added) => {
        const { all } = new LostRanges(added);
        expect(all.length).toBeLessThanOrEqual(MAX_LOST_RANGES);
        for (const [index, { from, to }] of all.entries()) {
          expect(to).toBeGreaterThanOrEqual(from);
          if (index > 0) expect(from).toBeGreaterThan(all[index - 1]!.to);
        }
        for (const { from, to } of added) expect(all.some((one) => one.from <= from && one.to >= to)).toBe(true);
        // As long as nothing had to be joined, no number was added that nobody added.
        const numbers = new Set(added.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, at) => from + at)));
        const held = all.reduce((sum, { from, to }) => sum + to - from + 1, 0);
        if (all.length < MAX_LOST_RANGES) expect(held).toBe(numbers.size);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the signing key', () => {
  it('is made once, for this user only, and is the same for whoever starts later', () => {
    const file = path.join(folder, 'deep', 'gateway.key');
    const keys = Array.from({ length: 3 }, () => openGatewayKey({ signingKey: undefined, signingKeyFile: file }, memory, quiet));
    expect(new Set(keys.map(({ key }) => key.keyId)).size).toBe(1);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(fs.readdirSync(path.dirname(file))).toEqual(['gateway.key']);
    // Moved away: a rotation.
    fs.renameSync(file, `${file}.old`);
    expect(openGatewayKey({ signingKey: undefined, signingKeyFile: file }, memory, quiet).key.keyId).not.toBe(keys[0]!.key.keyId);
  });

  it('can be given as PEM, hex or base64, and one that is none is said and not used', () => {
    const seed = Buffer.alloc(32, 3);
    const { keyId, privateKey } = signingKey(seed);
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    for (const given of [pem, seed.toString('hex'), seed.toString('base64'), ` ${seed.toString('base64url')}\n`])
      expect(openGatewayKey({ signingKey: given, signingKeyFile: undefined }, memory, quiet).key.keyId).toBe(keyId);
    const said: string[] = [];
    const other = openGatewayKey({ signingKey: 'hunter2-hunter2', signingKeyFile: undefined }, memory, (text) => said.push(text));
    expect(other.key.keyId).toBe(signingKey(memory.seed).keyId);
    expect(said).toHaveLength(1);
    expect(said[0]).not.toContain('hunter2');
  });

  it('is one of the process where the file cannot be used, and a readable one is said', () => {
    const damaged = path.join(folder, 'damaged.key');
    fs.writeFileSync(damaged, 'no key', { mode: 0o600 });
    const said: string[] = [];
    const warn = (text: string) => said.push(text);
    expect(openGatewayKey({ signingKey: undefined, signingKeyFile: damaged }, memory, warn).key.keyId).toBe(signingKey(memory.seed).keyId);
    const below = path.join(damaged, 'gateway.key');
    expect(openGatewayKey({ signingKey: undefined, signingKeyFile: below }, memory, warn).key.keyId).toBe(signingKey(memory.seed).keyId);
    const open = path.join(folder, 'open.key');
    openGatewayKey({ signingKey: undefined, signingKeyFile: open }, memory, quiet);
    fs.chmodSync(open, 0o644);
    openGatewayKey({ signingKey: undefined, signingKeyFile: open }, memory, warn);
    expect(said).toHaveLength(3);
    expect(said[2]).toContain('chmod 600');
  });
});

describe('an announcement', () => {
  const key = signingKey(new Uint8Array(32).fill(6));

  it('holds for the key, the name and the time that it names, and for nothing else', () => {
    const good = announceKey(key, 'gw', '2026-01-01T00:00:00.000Z');
    expect(isProven(good)).toBe(true);
    const other = publicKeyPem(signingKey(new Uint8Array(32).fill(8)).publicKey);
    const changes = [
      { name: 'gx' },
      { from: '2026-01-02T00:00:00.000Z' },
      { publicKey: other },
      { proof: '' },
      { proof: 'AAAA' },
      { name: '\ud800' },
    ];
    for (const change of changes) expect(isProven({ ...good, ...change }), JSON.stringify(change)).toBe(false);
  });

  it('is made until it is taken, and again after a while where it is refused', async () => {
    const answers: (Response | Error)[] = [
      new Error('away'),
      new Response('{}', { status: 503 }),
      new Response('{}', { status: 403 }),
      new Response('{"revokedAt":"2026-01-01T00:00:00.000Z"}', { status: 201 }),
    ];
    const said: string[] = [];
    let now = 0;
    let asked = 0;
    const announcer = new KeyAnnouncer({
      url: 'http://plane',
      token: 't',
      timeoutMs: 10,
      key: { key, fromMs: 0 },
      name: 'gw',
      warn: (text) => said.push(text),
      now: () => now,
      fetch: () => {
        asked += 1;
        const answer = answers.shift()!;
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    });
    for (let n = 0; n < 5; n += 1) await announcer.announce();
    expect(asked).toBe(3);
    now += 11 * 60_000;
    for (let n = 0; n < 3; n += 1) await announcer.announce();
    expect(asked).toBe(4);
    expect(said).toEqual([expect.stringContaining('HTTP 403'), expect.stringContaining('is revoked')]);
  });
});

describe('a statement about all runs', () => {
  const key = signingKey(new Uint8Array(32).fill(9));
  const predicate: EpochPredicate = {
    version: 1,
    tenant: 'acme',
    environment: 'live',
    gateway: { kind: 'kong', instance: 'gw-1', epoch: '00112233445566aa' },
    startedAt: '2026-01-01T00:00:00.000Z',
    statedAt: '2026-01-01T01:00:00.000Z',
    runs: 20,
    lost: [
      { from: 3, to: 4, reason: 'queue_full' },
      { from: 9, to: 9, reason: 'several' },
    ],
    state: 'closed',
  };
  const payloadOf = (said: unknown) => Buffer.from(signEpoch(said as EpochPredicate, key).payload, 'base64');

  it('says what the ledger knows', () => {
    const life = new Life();
    const told: unknown[] = [];
    const ledger = new Ledger({
      life,
      place: { tenant: 'acme', environment: 'live', kind: 'kong', instance: 'gw-1' },
      key,
      lost: [{ from: 0, to: 0, reason: 'worker_lost' }],
      told: (range) => told.push(range),
    });
    for (let n = 0; n < 6; n += 1) life.nextNumber();
    for (let n = 0; n < 2; n += 1) life.letPass();
    ledger.lose(3, 4, 'queue_full');
    ledger.lose(2, 1, 'queue_full');
    // Numbers that were not given out yet cannot be lost.
    ledger.note({ from: 40, to: 41, reason: 'work_full' });
    const envelope = ledger.statement(Date.parse('2026-01-01T00:00:00Z'), 'open');
    const payload = openEnvelope(envelope, key.publicKey);
    expect(payload && readEpoch(payload)).toMatchObject({
      runs: 6,
      passed: 2,
      state: 'open',
      gateway: { kind: 'kong', instance: 'gw-1', epoch: life.epoch },
      lost: [
        { from: 0, to: 0, reason: 'worker_lost' },
        { from: 3, to: 4, reason: 'queue_full' },
      ],
    });
    expect(told).toEqual([{ from: 3, to: 4, reason: 'queue_full' }]);
  });

  it('is read as it was written, and not where it contradicts itself', () => {
    expect(readEpoch(payloadOf(predicate))).toEqual(predicate);
    const bad: unknown[] = [
      { version: 2 },
      { runs: -1 },
      { runs: 1.5 },
      { passed: -1 },
      { passed: 'many' },
      { runs: 9 },
      { state: 'ajar' },
      { lost: [{ from: 4, to: 3, reason: 'x' }] },
      { lost: [...predicate.lost].reverse() },
      { lost: [{ from: 1, to: 2, reason: 'Said by <user>' }] },
      { gateway: { kind: 'kong', epoch: 'short' } },
      { gateway: { kind: 'carrier pigeon', epoch: '00112233445566aa' } },
      { statedAt: 'soon' },
      { lost: Array.from({ length: MAX_LOST_RANGES + 1 }, (_, n) => ({ from: n * 2, to: n * 2, reason: 'x' })), runs: 10_000 },
    ];
    for (const change of bad) expect(readEpoch(payloadOf({ ...predicate, ...(change as object) })), JSON.stringify(change)).toBeUndefined();
  });

  it('is nothing else than its canonical bytes', () => {
    const text = payloadOf(predicate).toString('utf8');
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 0x20, max: 0x7e }), (at, unit) => {
        const changed = text.slice(0, at) + String.fromCharCode(unit) + text.slice(at + 1);
        const read = readEpoch(Buffer.from(changed));
        expect(read === undefined || changed === text).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    expect(readEpoch(Buffer.from(` ${text}`))).toBeUndefined();
    expect(readEpoch(Buffer.from([0xff, 0xfe]))).toBeUndefined();
  });
});
