// What a control plane can do to a batch, and what becomes of the rest.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parseGatewayHealth } from '#contract';
import { Drops } from '../../../../plugin/src/drops.ts';
import { createHealth } from '../../../../plugin/src/health.ts';
import { BoundedQueue, processSealer, Reporter, Shipper, Spool, spoolSealer } from '../../../../plugin/src/ship/index.ts';
import { Pause, pauseMs } from '../../../../plugin/src/ship/pause.ts';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'clew-faults-'));
afterAll(() => {
  fs.rmSync(scratch, { recursive: true });
});

interface Call {
  readonly lines: readonly string[];
  readonly headers: Headers;
  readonly at: number;
}
type Answer = { status: number; headers?: Record<string, string>; body?: unknown } | 'unreachable';

/** A shipper with a clock of its own and a control plane that answers as the test says. */
function bench(options: {
  answer: (lines: readonly string[], now: number) => Answer;
  queueBytes?: number;
  batchSize?: number;
  spool?: string;
}) {
  let now = 1_000_000;
  const drops = new Drops();
  const health = createHealth();
  const taken: string[] = [];
  const calls: Call[] = [];
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
          .filter((line) => line !== '' && line !== '[]');
        calls.push({ lines, headers: new Headers(init?.headers), at: now });
        const answer = options.answer(lines, now);
        if (answer === 'unreachable') return Promise.reject(new TypeError('fetch failed'));
        if (answer.status === 202) taken.push(...lines);
        return Promise.resolve(new Response(JSON.stringify(answer.body ?? {}), { status: answer.status, headers: answer.headers ?? {} }));
      },
    },
    queue: new BoundedQueue(options.queueBytes ?? 1_000_000),
    sealer: processSealer(),
    spool:
      options.spool === undefined
        ? undefined
        : new Spool({ directory: options.spool, maxBytes: 1_000_000, sealer: spoolSealer('k'.repeat(16)) }),
    batchSize: options.batchSize ?? 10,
    flushMs: 3_600_000,
    drops,
    health,
    reporter: new Reporter(drops, health),
    warn: () => undefined,
    now: () => now,
    random: () => 1,
  });
  return {
    shipper,
    drops,
    health,
    taken,
    calls,
    advance: async (ms: number) => {
      now += ms;
      await shipper.flush();
    },
  };
}

const line = (n: number) => JSON.stringify({ id: `s${n}` });
const holds = (lines: readonly string[], ids: ReadonlySet<number>) => lines.some((one) => ids.has(Number(/\d+/.exec(one)?.[0])));
const sorted = (lines: readonly string[]) => [...lines].sort();

describe('a batch that always fails', () => {
  it.each([500, 503, 'unreachable'] as const)('(%s) is set aside, and newer traffic flows', async (fault) => {
    const { shipper, taken, advance, drops } = bench({
      answer: (lines) => (!holds(lines, new Set([3])) ? { status: 202 } : fault === 'unreachable' ? fault : { status: fault }),
      batchSize: 5,
    });
    for (let n = 0; n < 15; n += 1) shipper.offer(line(n));
    for (let tries = 0; tries < 4; tries += 1) await advance(3_000);
    expect(taken.length).toBeGreaterThanOrEqual(10);
    for (let n = 15; n < 60; n += 1) {
      shipper.offer(line(n));
      await advance(20_000);
      expect(taken).toContain(line(n));
    }
    expect(sorted(taken)).toEqual(sorted(Array.from({ length: 60 }, (_, n) => line(n)).filter((one) => one !== line(3))));
    expect(drops.all()).toEqual({ undeliverable: 1 });
    expect(shipper.waiting).toBe(0);
  });

  it('costs nothing when the control plane was away for all', async () => {
    let isAway = true;
    const { shipper, taken, calls, advance, drops } = bench({ answer: () => (isAway ? { status: 500 } : { status: 202 }), batchSize: 5 });
    for (let n = 0; n < 30; n += 1) shipper.offer(line(n));
    for (let hour = 0; hour < 120; hour += 1) await advance(60_000);
    // One call a minute here: pauses hold for all batches together.
    expect(calls.length).toBeLessThanOrEqual(121);
    isAway = false;
    for (let minute = 0; minute < 10; minute += 1) await advance(60_000);
    expect(sorted(taken)).toEqual(sorted(Array.from({ length: 30 }, (_, n) => line(n))));
    expect(drops.all()).toEqual({});
  });

  it('leaves for newer samples when there is no room for both, oldest first', async () => {
    let isAway = true;
    const item = processSealer().seal(Buffer.from(line(100))).length;
    const { shipper, taken, advance, drops, health } = bench({
      answer: () => (isAway ? { status: 500 } : { status: 202 }),
      batchSize: 5,
      queueBytes: item * 10,
    });
    for (let n = 100; n < 105; n += 1) shipper.offer(line(n));
    for (let tries = 0; tries < 3; tries += 1) await advance(60_000);
    expect(health.all()).toMatchObject({ aside: 5 });
    for (let n = 105; n < 115; n += 1) expect(shipper.offer(line(n))).toBe(true);
    expect(drops.all()).toEqual({ aside_full: 5 });
    expect(shipper.offer(line(115))).toBe(false);
    isAway = false;
    for (let minute = 0; minute < 5; minute += 1) await advance(60_000);
    expect(taken).toEqual(Array.from({ length: 10 }, (_, n) => line(105 + n)));
    expect(health.get('waiting')).toBe(0);
    expect(health.get('waiting_bytes')).toBe(0);
  });

  it('on disk is passed by, split and given up in the end', async () => {
    const spool = path.join(scratch, 'poisoned');
    let isAway = true;
    const { shipper, taken, advance, drops } = bench({
      answer: (lines) => (isAway || holds(lines, new Set([3])) ? { status: 500 } : { status: 202 }),
      spool,
      batchSize: 5,
    });
    for (let n = 0; n < 15; n += 1) shipper.offer(line(n));
    await advance(0);
    expect(fs.readdirSync(spool)).toHaveLength(3);
    isAway = false;
    for (let n = 15; n < 60; n += 1) {
      shipper.offer(line(n));
      await advance(40_000);
    }
    expect(sorted(taken)).toEqual(sorted(Array.from({ length: 60 }, (_, n) => line(n)).filter((one) => one !== line(3))));
    expect(drops.all()).toEqual({ undeliverable: 1 });
    expect(fs.readdirSync(spool)).toEqual([]);
  });
});

describe('samples that cannot be taken', () => {
  it('are found in a batch that is refused for them, and the others arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 39 }), { maxLength: 2 }),
        fc.constantFrom(400, 413, 422),
        async (poison, status) => {
          const bad = new Set(poison);
          const { shipper, taken, advance, drops } = bench({
            answer: (lines) => ({ status: holds(lines, bad) ? status : 202 }),
            batchSize: 40,
          });
          for (let n = 0; n < 40; n += 1) shipper.offer(line(n));
          await advance(0);
          expect(sorted(taken)).toEqual(
            sorted(
              Array.from({ length: 40 }, (_, n) => n)
                .filter((n) => !bad.has(n))
                .map(line),
            ),
          );
          const reason = status === 413 ? 'too_large' : 'refused';
          expect(drops.all()).toEqual(bad.size === 0 ? {} : { [reason]: bad.size });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('cost a bounded number of calls when everything is refused', async () => {
    const { shipper, calls, advance, drops } = bench({ answer: () => ({ status: 400 }), batchSize: 200 });
    for (let n = 0; n < 200; n += 1) shipper.offer(line(n));
    await advance(0);
    expect(calls.length).toBeLessThan(64);
    expect(drops.all()).toEqual({ refused: 200 });
  });

  it('leave the others of a batch that was taken in part', async () => {
    const { shipper, advance, drops, health } = bench({
      answer: () => ({ status: 202, body: { accepted: 8, rejected: [{ index: 1 }, { index: 4 }] } }),
    });
    for (let n = 0; n < 10; n += 1) shipper.offer(line(n));
    await advance(0);
    expect(drops.all()).toEqual({ rejected: 2 });
    expect(health.all()).toMatchObject({ delivered: 8 });
  });
});

describe('whatever the control plane does', () => {
  const answers = fc.constantFrom<Answer>(
    { status: 202 },
    { status: 202 },
    { status: 500 },
    { status: 503, headers: { 'retry-after': '5' } },
    { status: 429, headers: { 'retry-after': '1' } },
    'unreachable',
  );

  it('each sample is taken, counted or still held, and none is lost or held beyond the bound', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(answers, { maxLength: 60 }), fc.boolean(), async (script, withSpool) => {
        const spool = withSpool ? path.join(scratch, `any-${Math.random().toString(36).slice(2)}`) : undefined;
        let at = 0;
        const { shipper, taken, advance, drops, health } = bench({
          answer: () => script[at++] ?? { status: 202 },
          batchSize: 4,
          queueBytes: 2_000,
          ...(spool === undefined ? {} : { spool }),
        });
        let offered = 0;
        for (let step = 0; step < 30; step += 1) {
          for (let n = 0; n < 3; n += 1) shipper.offer(line(offered++));
          await advance(4_000);
        }
        for (let step = 0; step < 80; step += 1) await advance(700_000 / 80 + 30_000);
        const counted = Object.values(drops.all()).reduce((sum, count) => sum + count, 0);
        expect(new Set(taken).size + counted).toBe(offered);
        expect(shipper.waiting).toBe(0);
        expect(health.all()).not.toHaveProperty('waiting');
        expect(health.all()).not.toHaveProperty('aside');
      }),
      { numRuns: 15 },
    );
  });

  it('pauses grow, are never in step and end', () => {
    fc.assert(
      fc.property(fc.nat({ max: 100 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const ms = pauseMs(failures, random);
        expect(ms).toBeGreaterThanOrEqual(250);
        expect(ms).toBeLessThanOrEqual(30_000);
        expect(pauseMs(failures + 1, random)).toBeGreaterThanOrEqual(ms);
      }),
    );
    expect(pauseMs(3, 0)).not.toBe(pauseMs(3, 1));
    const pause = new Pause(() => 0);
    pause.fail(0, 999_999_999_000);
    expect(pause.until).toBe(600_000);
  });
});

describe('what the gateway tells of itself', () => {
  const reports = (calls: readonly Call[]) =>
    calls.map(({ headers }) => parseGatewayHealth(headers.get('x-clew-gateway-health') ?? undefined)!);

  it('goes with each batch, once, and again where it did not arrive', async () => {
    let isAway = true;
    const { shipper, calls, advance, drops, health } = bench({ answer: () => ({ status: isAway ? 500 : 202 }) });
    health.add('observed', 7);
    drops.count('not_llm_path', 3);
    shipper.offer(line(1));
    await advance(0);
    isAway = false;
    drops.count('not_llm_path', 2);
    await advance(60_000);
    shipper.offer(line(2));
    await advance(0);
    const [lost, second, third] = reports(calls);
    expect(lost).toMatchObject({ counts: { observed: 7 }, dropped: { not_llm_path: 3 }, now: { waiting: 1 } });
    expect(second).toMatchObject({ counts: { observed: 7, failures: 1 }, dropped: { not_llm_path: 5 } });
    expect(third).toMatchObject({ counts: { delivered: 1 }, dropped: {} });
  });

  it('goes without a sample at the end, where there is news', async () => {
    const { shipper, calls, drops } = bench({ answer: () => ({ status: 202 }) });
    drops.count('queue_full', 4);
    await shipper.close();
    await shipper.close();
    expect(calls.map(({ lines }) => lines)).toEqual([[]]);
    expect(reports(calls)[0]).toMatchObject({ dropped: { queue_full: 4 } });
  });

  it('is told nothing twice by a thread that is started again', () => {
    const drops = new Drops();
    const health = createHealth();
    const first = new Reporter(drops, health);
    drops.count('budget', 2);
    expect(parseGatewayHealth(first.take()?.header)?.dropped).toEqual({ budget: 2 });
    drops.count('budget');
    expect(parseGatewayHealth(new Reporter(drops, health, first.share).take()?.header)?.dropped).toEqual({ budget: 1 });
  });

  it('is read by the other side only in its own shape', () => {
    expect(parseGatewayHealth(undefined)).toBeUndefined();
    expect(parseGatewayHealth('nonsense')).toBeUndefined();
    expect(parseGatewayHealth('{"v":2}')).toBeUndefined();
    expect(parseGatewayHealth('x'.repeat(9000))).toBeUndefined();
    expect(parseGatewayHealth('{"v":1,"instance":"<b>","counts":{"ok_name":3,"Bad Name":4,"neg":-1,"text":"5"},"dropped":[1]}')).toEqual({
      v: 1,
      instance: 'unknown',
      counts: { ok_name: 3 },
      dropped: {},
      now: {},
    });
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseGatewayHealth(text);
      }),
    );
  });
});
