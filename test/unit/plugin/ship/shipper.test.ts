import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Drops } from '../../../../plugin/src/drops.ts';
import { createHealth } from '../../../../plugin/src/health.ts';
import { BoundedQueue, processSealer, Shipper, Spool, spoolSealer } from '../../../../plugin/src/ship/index.ts';
import { retryAfter } from '../../../../plugin/src/ship/send.ts';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'clew-ship-'));
afterAll(() => {
  fs.rmSync(scratch, { recursive: true });
});

type Answer = { status: number; headers?: Record<string, string>; body?: unknown } | Error | 'hang';

function setUp(
  options: {
    answer?: (lines: string[], call: number) => Answer;
    queueBytes?: number;
    batchSize?: number;
    spool?: string;
    now?: () => number;
  } = {},
) {
  const drops = new Drops();
  const taken: string[] = [];
  const calls: string[][] = [];
  const warnings: string[] = [];
  const shipper = new Shipper({
    target: {
      url: 'http://plane',
      token: 't',
      timeoutMs: 60_000,
      fetch: (_url, init) => {
        const lines = zlib
          .gunzipSync(init?.body as Uint8Array)
          .toString()
          .split('\n')
          .filter(Boolean);
        calls.push(lines);
        const answer = options.answer?.(lines, calls.length) ?? { status: 202, body: { accepted: lines.length, rejected: [] } };
        if (answer instanceof Error) return Promise.reject(answer);
        if (answer === 'hang') {
          return new Promise((_resolve, reject) => {
            init?.signal?.addEventListener('abort', () => {
              reject(new Error('aborted'));
            });
          });
        }
        if (answer.status === 202) taken.push(...lines);
        return Promise.resolve(new Response(JSON.stringify(answer.body ?? {}), { status: answer.status, headers: answer.headers ?? {} }));
      },
    },
    queue: new BoundedQueue(options.queueBytes ?? 100_000),
    sealer: processSealer(),
    spool:
      options.spool === undefined
        ? undefined
        : new Spool({ directory: options.spool, maxBytes: 100_000, sealer: spoolSealer('k'.repeat(16)) }),
    batchSize: options.batchSize ?? 10,
    flushMs: 60_000,
    drops,
    health: createHealth(),
    warn: (text) => warnings.push(text),
    random: () => 0,
    ...(options.now ? { now: options.now } : {}),
  });
  return { shipper, drops, taken, calls, warnings };
}
const line = (n: number) => JSON.stringify({ id: `s${n}` });
const lines = (count: number) => Array.from({ length: count }, (_, n) => line(n));

describe('the queue', () => {
  it('never holds more than its bytes and gives back in order what it took', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 80 }), fc.integer({ min: 1, max: 9 }), (sizes, step) => {
        const queue = new BoundedQueue(200);
        const taken: Buffer[] = [];
        const out: Buffer[] = [];
        sizes.forEach((size, index) => {
          const item = Buffer.alloc(size, index);
          if (queue.push(item)) taken.push(item);
          expect(queue.bytes).toBeLessThanOrEqual(200);
          if (index % step === 0) {
            const batch = queue.peek(3, 60);
            out.push(...batch);
            queue.drop(batch.length);
          }
        });
        for (let batch = queue.peek(5, 90); batch.length > 0; batch = queue.peek(5, 90)) {
          out.push(...batch);
          queue.drop(batch.length);
        }
        expect(Buffer.concat(out).equals(Buffer.concat(taken))).toBe(true);
        expect(out).toHaveLength(taken.length);
        expect(queue.bytes).toBe(0);
      }),
    );
  });
});

describe('sealing', () => {
  it('gives back what it took, and refuses what was changed or is of another key', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (bytes, at) => {
        const sealer = processSealer();
        const sealed = sealer.seal(bytes);
        expect(sealer.open(sealed).equals(bytes)).toBe(true);
        const changed = Buffer.from(sealed);
        changed[at % changed.length]! ^= 1;
        expect(() => sealer.open(changed)).toThrow();
        expect(() => processSealer().open(sealed)).toThrow();
      }),
      { numRuns: 50 },
    );
    expect(
      spoolSealer('secret')
        .open(spoolSealer('secret').seal(Buffer.from('x')))
        .toString(),
    ).toBe('x');
  });
});

describe('the shipper', () => {
  it('sends everything once, in order, in batches', async () => {
    const { shipper, taken, calls, drops } = setUp();
    for (const one of lines(25)) expect(shipper.offer(one)).toBe(true);
    await shipper.flush();
    expect(taken).toEqual(lines(25));
    expect(calls.map((call) => call.length)).toEqual([10, 10, 5]);
    expect({ accepted: shipper.accepted, waiting: shipper.waiting, drops: drops.all() }).toEqual({ accepted: 25, waiting: 0, drops: {} });
  });

  it('tries again after failures, no sooner than it was asked to', async () => {
    let now = 1_000_000;
    const answers: Answer[] = [new Error('down'), { status: 503, headers: { 'retry-after': '7' } }, { status: 429 }];
    const { shipper, taken, calls, warnings } = setUp({ answer: (_lines, call) => answers[call - 1] ?? { status: 202 }, now: () => now });
    shipper.offer(line(1));
    await shipper.flush();
    await shipper.flush();
    expect(calls).toHaveLength(1);
    now += 500;
    await shipper.flush();
    expect(calls).toHaveLength(2);
    now += 6_000;
    await shipper.flush();
    expect(calls).toHaveLength(2);
    now += 1_000;
    await shipper.flush();
    now += 30_000;
    await shipper.flush();
    expect(calls).toHaveLength(4);
    expect(taken).toEqual([line(1)]);
    expect(warnings).toHaveLength(1);
    await shipper.close();
  });

  it('halves a batch that is too large until only the cause is lost', async () => {
    const { shipper, taken, drops } = setUp({ answer: (batch) => ({ status: batch.includes(line(3)) ? 413 : 202 }) });
    for (const one of lines(8)) shipper.offer(one);
    await shipper.flush();
    expect(taken.sort()).toEqual(lines(8).filter((one) => one !== line(3)));
    expect(drops.all()).toEqual({ too_large: 1 });
  });

  it('counts what was refused and what was rejected singly', async () => {
    const { shipper, drops } = setUp({
      answer: (_batch, call) => (call === 1 ? { status: 401 } : { status: 202, body: { accepted: 1, rejected: [{ index: 0 }] } }),
      batchSize: 2,
    });
    for (const one of lines(4)) shipper.offer(one);
    await shipper.flush();
    expect(drops.all()).toEqual({ refused: 2, rejected: 1 });
    expect(shipper.accepted).toBe(1);
  });

  it('drops and counts when the queue is full, and never throws or waits', async () => {
    const { shipper, drops } = setUp({ answer: () => new Error('down'), queueBytes: 400 });
    const begin = performance.now();
    const kept = lines(1000).filter((one) => shipper.offer(one)).length;
    expect(performance.now() - begin).toBeLessThan(500);
    expect(kept).toBeGreaterThan(5);
    expect(drops.get('queue_full')).toBe(1000 - kept);
    await shipper.close();
    expect(drops.get('exit_unsent')).toBe(kept);
  });

  it('keeps samples on disk, sealed, and delivers them in a later life', async () => {
    const spool = path.join(scratch, 'spool');
    const first = setUp({ answer: () => new Error('down'), spool });
    for (const one of lines(25)) first.shipper.offer(one);
    await first.shipper.close();
    expect(first.drops.all()).toEqual({});
    const files = fs.readdirSync(spool);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const bytes = fs.readFileSync(path.join(spool, file));
      expect(bytes.includes('"id"')).toBe(false);
      expect(fs.statSync(path.join(spool, file)).mode & 0o777).toBe(0o600);
    }
    fs.writeFileSync(path.join(spool, `${'0'.repeat(15)}-damaged.clew`), 'not sealed');
    const second = setUp({ spool });
    await second.shipper.flush();
    expect(second.taken.sort()).toEqual(lines(25).sort());
    expect(second.drops.all()).toEqual({ spool_unreadable: 1 });
    expect(fs.readdirSync(spool)).toEqual([]);
  });

  it('moves batches to disk while it waits, so that the queue stays short', async () => {
    const spool = path.join(scratch, 'waiting');
    const { shipper, calls } = setUp({ answer: () => ({ status: 503, headers: { 'retry-after': '60' } }), spool });
    for (const one of lines(25)) shipper.offer(one);
    await shipper.flush();
    expect(shipper.waiting).toBe(0);
    expect(calls).toHaveLength(1);
    expect(fs.readdirSync(spool)).toHaveLength(3);
  });
});

describe('the end', () => {
  it('does not wait for a control plane that hangs, and leaves everything on disk', async () => {
    const spool = path.join(scratch, 'hanging');
    const { shipper, drops } = setUp({ answer: () => 'hang', spool });
    for (const one of lines(25)) shipper.offer(one);
    const begin = performance.now();
    await shipper.close();
    expect(performance.now() - begin).toBeLessThan(2000);
    expect(drops.all()).toEqual({});
    const later = setUp({ spool });
    await later.shipper.flush();
    expect(later.taken.sort()).toEqual(lines(25).sort());
  });
});

describe('Retry-After', () => {
  it('is seconds or a date', () => {
    expect(retryAfter('3')).toBe(3000);
    expect(retryAfter('Thu, 01 Jan 1970 00:00:10 GMT', 4000)).toBe(6000);
    expect(retryAfter('Thu, 01 Jan 1970 00:00:10 GMT', 40_000)).toBe(0);
    expect(retryAfter('soon')).toBeUndefined();
    expect(retryAfter(null)).toBeUndefined();
  });
});
