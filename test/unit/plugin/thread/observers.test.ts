import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../../plugin/src/config.ts';
import { Life } from '../../../../plugin/src/life.ts';
import type { CapturedOutcome } from '../../../../plugin/src/observe/index.ts';
import type { PendingRun } from '../../../../plugin/src/pending.ts';
import { movable, ownMemory } from '../../../../plugin/src/thread/messages.ts';
import { Observers } from '../../../../plugin/src/thread/index.ts';
import type { RemoteObserver } from '../../../../plugin/src/thread/remote-observer.ts';

const file = path.join(import.meta.dirname, '../../../fixtures/thread/obedient.cjs');
const { config } = readConfig({ token: 't', hash_key: 'sixteen characters' });

function start(stuckAfterMs = 30_000) {
  const lines: string[] = [];
  const say = (text: string) => void lines.push(text);
  const observers = new Observers({ file, logLevel: 'info', log: { error: say, warn: say, info: say }, stuckAfterMs });
  return { observers, observer: observers.for(config), lines };
}

const runOf = (pathOf: string, body: string | Uint8Array = 'x'): PendingRun => ({
  runId: 'a'.repeat(32),
  correlationId: 'c',
  at: 0,
  request: { method: 'POST', path: pathOf, headers: {}, body, bodyTruncated: false, startedMs: 0 },
  trace: {
    traceId: '',
    spanId: '',
    parentSpanId: undefined,
    sampled: true,
    source: 'none',
    baggage: [],
    setHeaders: {},
    clearHeaders: [],
  } as never,
});
const outcome: CapturedOutcome = {
  status: 200,
  response_headers: {},
  body_bytes: 0,
  body_truncated: false,
  started_ms: 0,
  ended_ms: 0,
  aborted: false,
  tries: [],
};
const send = (observer: RemoteObserver, pathOf: string, body?: string | Uint8Array) => {
  observer.take(config, runOf(pathOf, body), outcome);
};

async function eventually(holds: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!holds()) {
    expect(Date.now()).toBeLessThan(end);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('the hand-over', () => {
  it('is bounded in number, and what has no room is counted and leaves a gap', async () => {
    const { observers, observer } = start();
    for (let n = 0; n < 2100; n += 1) send(observer, '/keep');
    expect(observer.inHand).toBe(2000);
    expect(observer.drops.all()).toEqual({ work_full: 100 });
    expect(observer.life.nextNumber()).toBe(100);
    await observers.thread.close();
  });

  it('is bounded in bytes', async () => {
    const { observers, observer } = start();
    for (let n = 0; n < 30; n += 1) send(observer, '/keep', new Uint8Array(4_000_000));
    expect(observer.inHand).toBe(25);
    expect(observer.drops.all()).toEqual({ work_full: 5 });
    await observers.thread.close();
  });

  it('has room again for what the thread is done with', async () => {
    const { observers, observer } = start();
    for (let round = 0; round < 3; round += 1) {
      for (let n = 0; n < 1500; n += 1) send(observer, '/do');
      await eventually(() => observer.inHand === 0);
    }
    expect(observer.drops.all()).toEqual({});
    await observers.thread.close();
  });

  it('moves long bodies instead of copying them, and never more memory than theirs', async () => {
    const { observers, observer } = start();
    const frame = new Uint8Array(1_000_000);
    const body = frame.subarray(200, 999_000);
    send(observer, '/tell', body);
    expect(frame.length).toBe(0);
    await eventually(() => observer.policy?.text === '998800');
    expect(observer.policy?.etag).toBe('[object Uint8Array]');
    const small = new Uint8Array(new ArrayBuffer(500_000), 0, 40_000);
    expect(ownMemory(small)).toEqual(small);
    expect((ownMemory(small) as Uint8Array).buffer.byteLength).toBe(40_000);
    expect(movable([small, 'text', undefined, new Uint8Array(1000)])).toEqual([]);
    await observers.thread.close();
  });
});

describe('a thread that ends', () => {
  it('is started again with what it knew, and costs what it held, no more', async () => {
    const { observers, observer, lines } = start();
    await eventually(() => observer.policy?.etag === '"e1"');
    for (let n = 0; n < 5; n += 1) send(observer, '/do');
    await eventually(() => observer.inHand === 0);
    send(observer, '/keep');
    send(observer, '/keep');
    send(observer, '/crash');
    await eventually(() => observer.drops.get('worker_lost') === 3);
    send(observer, '/do');
    expect(observer.drops.get('worker_down')).toBe(1);
    await eventually(() => observer.policy?.etag === '"e1" again');
    expect(observer.health.get('worker_restarts')).toBe(1);
    for (let n = 0; n < 5; n += 1) send(observer, '/do');
    await eventually(() => observer.inHand === 0);
    expect(observer.drops.all()).toEqual({ worker_lost: 3, worker_down: 1 });
    expect(observer.life.nextNumber()).toBe(4);
    expect(lines.join('\n')).toMatch(/failed: Error/);
    expect(lines.join('\n')).not.toContain('secret words');
    await observers.thread.close();
  });

  it('is ended when it hangs', async () => {
    const { observers, observer } = start(400);
    send(observer, '/hang');
    await eventually(() => observer.health.get('worker_restarts') === 1);
    expect(observer.drops.get('worker_lost')).toBe(1);
    send(observer, '/do');
    await eventually(() => observer.inHand === 0);
    await observers.thread.close();
  });

  it('loses no sample unseen, whatever is sent in between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('/do', '/do', '/keep', '/crash'), { maxLength: 30 }), async (paths) => {
        const { observers, observer } = start();
        for (const one of paths) {
          send(observer, one);
          if (one === '/crash') await eventually(() => observer.health.get('worker_restarts') > 0 || observer.drops.get('worker_lost') > 0);
        }
        const isCrashed = paths.includes('/crash');
        await eventually(() => !isCrashed || observer.health.get('worker_restarts') > 0);
        const counted = () =>
          observer.life.doneRuns + observer.inHand + observer.drops.get('worker_lost') + observer.drops.get('worker_down');
        await eventually(() => counted() === paths.length);
        await observers.thread.close();
      }),
      { numRuns: 8 },
    );
  });
});

describe('the end', () => {
  it('waits for the thread, and not for one that is gone', async () => {
    const { observers, observer } = start();
    send(observer, '/crash');
    await observers.thread.close();
    await observers.thread.close();
    expect(observer.life.doneRuns).toBe(0);
  });
});

describe('a life', () => {
  it('gives each number once, whoever asks', () => {
    const life = new Life();
    const other = new Life(life.share);
    expect([life.nextNumber(), other.nextNumber(), life.nextNumber()]).toEqual([0, 1, 2]);
    other.skipNumbers(5);
    expect(life.nextNumber()).toBe(8);
    expect(other.epoch).toBe(life.epoch);
    other.isPolicyOff = true;
    expect(life.isPolicyOff).toBe(true);
  });
});
