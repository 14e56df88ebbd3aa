import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBody, readCompanionOutcome, readCompanionRequest, WorkQueue, type Job } from '../../../../plugin/src/observe/index.ts';
import { PendingRuns, type PendingRun } from '../../../../plugin/src/pending.ts';

describe('bodies', () => {
  it('come back from any encoding that was put on', async () => {
    const encoders = {
      gzip: zlib.gzipSync,
      'x-gzip': zlib.gzipSync,
      deflate: zlib.deflateSync,
      br: zlib.brotliCompressSync,
      identity: (bytes: Buffer) => bytes,
    };
    const names = fc.array(fc.constantFrom(...(Object.keys(encoders) as (keyof typeof encoders)[])), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), names, async (text, steps) => {
        const bytes = steps.reduce<Buffer>((held, step) => encoders[step](held), Buffer.from(text));
        expect(await decodeBody(bytes, steps.join(', '), 10_000)).toBe(text);
      }),
    );
    expect(await decodeBody(zlib.deflateRawSync('raw'), 'deflate', 100)).toBe('raw');
  });

  it('come as far as they came when the client broke off', async () => {
    const text = Array.from({ length: 3000 }, (_, n) => `line ${n}`).join('\n');
    for (const [name, bytes] of [
      ['gzip', zlib.gzipSync(text)],
      ['br', zlib.brotliCompressSync(text)],
    ] as const) {
      const decoded = await decodeBody(bytes.subarray(0, Math.floor(bytes.length / 2)), name, 1_000_000);
      expect(text.startsWith(decoded!.replace(/\uFFFD+$/, ''))).toBe(true);
      expect(decoded!.length).toBeGreaterThan(500);
    }
  });

  it('are undefined when they are no such encoding or grow beyond the limit', async () => {
    expect(await decodeBody(Buffer.from('plain'), 'gzip', 100)).toBeUndefined();
    expect(await decodeBody(Buffer.from('plain'), 'zstd-of-the-future', 100)).toBeUndefined();
    expect(await decodeBody(zlib.gzipSync(Buffer.alloc(5000)), 'gzip', 1000)).toBeUndefined();
    expect(await decodeBody(Buffer.from('x'), 'gzip, gzip, gzip, gzip', 1000)).toBeUndefined();
    expect(await decodeBody(undefined, undefined, 1)).toBeUndefined();
    expect(await decodeBody('text', 'gzip', 1)).toBe('text');
    expect(await decodeBody(Buffer.from([0xe9]), undefined, 10)).toBe('\uFFFD');
  });
});

describe('the companion tables', () => {
  it('are taken only in the version that is known', () => {
    for (const value of [undefined, null, 1, 'x', [], {}, { v: 2 }]) {
      expect(readCompanionRequest(value)).toBeUndefined();
      expect(readCompanionOutcome(value)).toBeUndefined();
    }
  });

  it('may hold empty lists for empty tables, bytes for text, lists for headers', () => {
    expect(readCompanionRequest({ v: 1, headers: [], body: Buffer.alloc(0) })).toMatchObject({ headers: {}, body: undefined, method: '' });
    expect(readCompanionRequest({ v: 1, headers: { 'X-A': ['1', '2'], b: Buffer.from([0xe9]) } })?.headers).toEqual({
      'x-a': '1, 2',
      b: '\uFFFD',
    });
    expect(readCompanionOutcome({ v: 1, response_headers: [], tries: {}, route: [], ai: [] })).toMatchObject({
      response_headers: {},
      tries: [],
    });
    expect(readCompanionOutcome({ v: 1, tries: [{ code: 1, status: 502 }, 7], route: { name: 'r', id: 4 } })).toMatchObject({
      tries: [{ status: 502 }],
      route: { name: 'r' },
    });
  });
});

describe('work after the answer', () => {
  it('takes one step in each turn of the event loop, jobs in order, others in between', async () => {
    const seen: string[] = [];
    const queue = new WorkQueue(10, () => seen.push('error'));
    const job = (name: string): Job =>
      function* () {
        seen.push(`${name}1`);
        yield;
        seen.push(`${name}2`);
      };
    queue.push(job('a'));
    queue.push(function* () {
      yield;
      throw new Error('no');
    });
    queue.push(job('b'));
    let turns = 0;
    const others = setInterval(() => undefined, 1);
    const count = () => {
      turns += 1;
      if (seen.length < 5) setImmediate(count);
    };
    setImmediate(count);
    await queue.idle();
    clearInterval(others);
    expect(seen).toEqual(['a1', 'a2', 'error', 'b1', 'b2']);
    expect(turns).toBeGreaterThanOrEqual(5);
    await queue.idle();
  });

  it('refuses more than it may hold', () => {
    const queue = new WorkQueue(2, () => undefined);
    expect([1, 2, 3].map(() => queue.push(function* () {}))).toEqual([true, true, false]);
  });
});

describe('runs between access and log', () => {
  const run = (runId: string, at: number, bytes = 0) => ({ runId, at, request: { body: 'x'.repeat(bytes) } }) as unknown as PendingRun;

  it('are found once', () => {
    const runs = new PendingRuns(100_000, 1000);
    expect(runs.put(run('a', 1))).toBe(true);
    expect(runs.take('a')?.runId).toBe('a');
    expect(runs.take('a')).toBeUndefined();
  });

  it('are bounded in bytes and in time, and free their room', () => {
    const runs = new PendingRuns(20_000, 1000);
    expect([runs.put(run('a', 0, 10_000)), runs.put(run('b', 500, 10_000))]).toEqual([true, false]);
    expect(runs.put(run('c', 500))).toBe(true);
    expect(runs.expire(1000)).toBe(1);
    expect(runs.size).toBe(1);
    expect(runs.put(run('b', 500, 10_000))).toBe(true);
  });
});
