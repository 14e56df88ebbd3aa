import { describe, expect, it } from 'vitest';
import { createAnnouncer, type EventOutbox } from '../../../../control-plane/src/ingest/index.ts';
import { silentLogger, type DomainEvent, type EventHandler } from '../../../../control-plane/src/kernel/index.ts';

const event = (requestId: string): DomainEvent => ({
  type: 'TurnStored',
  scope: { tenant: 'a', environment: 'b' },
  requestId,
  threadId: 't',
});

const clock = { nowMs: () => Date.now() };

function outboxOf(count: number, last?: DomainEvent): EventOutbox & { readonly left: () => number } {
  let rows = Array.from({ length: count }, (_, seq) => ({ seq, event: event(`r${seq}`), attempts: 0, dueAtMs: 0 }));
  if (last) rows.push({ seq: count, event: last, attempts: 0, dueAtMs: 0 });
  return {
    left: () => rows.length,
    take: (limit) => Promise.resolve(rows.filter(({ dueAtMs }) => dueAtMs <= Date.now()).slice(0, limit)),
    defer: (seqs) => {
      // Due at once, so that a test need not wait as long as the pauses grow.
      rows = rows.map((row) => (seqs.includes(row.seq) ? { ...row, attempts: row.attempts + 1, dueAtMs: Date.now() + 5 } : row));
      return Promise.resolve();
    },
    ack: (seqs) => {
      rows = rows.filter(({ seq }) => !seqs.includes(seq));
      return Promise.resolve();
    },
  };
}

function collector(name: string, failures = 0): EventHandler & { readonly seen: string[] } {
  const seen: string[] = [];
  let left = failures;
  return {
    name,
    seen,
    handle: (events) => {
      if (left > 0) {
        left -= 1;
        return Promise.reject(new Error('not now'));
      }
      seen.push(...events.map((one) => (one.type === 'TurnStored' ? one.requestId : one.type)));
      return Promise.resolve();
    },
  };
}

describe('the announcer', () => {
  it('hands every event to every handler, in order, and only then forgets it', async () => {
    const outbox = outboxOf(450);
    const [a, b] = [collector('a'), collector('b', 2)];
    const dropped: string[] = [];
    const announcer = createAnnouncer({
      outbox,
      handlers: [a, b],
      logger: silentLogger,
      meter: { dropped: (reason) => void dropped.push(reason) },
      clock,
      pausesMs: [1, 1],
    });
    announcer.start();
    await expect.poll(() => outbox.left()).toBe(0);
    await announcer.drain();
    const all = Array.from({ length: 450 }, (_, index) => `r${index}`);
    expect(a.seen).toEqual(all);
    expect(b.seen).toEqual(all);
    expect(dropped).toEqual([]);
  });

  it('counts what a handler never takes, and goes on for the others', async () => {
    const outbox = outboxOf(3);
    const [good, bad] = [collector('good'), collector('bad', Infinity)];
    const dropped: [string, number][] = [];
    const announcer = createAnnouncer({
      outbox,
      handlers: [bad, good],
      logger: silentLogger,
      meter: { dropped: (reason, count) => void dropped.push([reason, count]) },
      clock,
      pausesMs: [1],
    });
    announcer.start();
    await expect.poll(() => outbox.left()).toBe(0);
    await announcer.drain();
    expect(good.seen).toEqual(['r0', 'r1', 'r2']);
    expect(dropped).toEqual([['event_bad', 3]]);
  });

  it('hands an erasure to who must know of it until it is taken, and holds up nothing else', async () => {
    const erased: DomainEvent = { type: 'SubjectErased', scope: { tenant: 'a', environment: 'b' }, principal: 'p', untilMs: 1 };
    const outbox = outboxOf(2, erased);
    const good = collector('good');
    const essential = { ...collector('erasure', 9), mustNotBeLost: true };
    const dropped: string[] = [];
    const announcer = createAnnouncer({
      outbox,
      handlers: [essential, good],
      logger: silentLogger,
      meter: { dropped: (reason) => void dropped.push(reason) },
      clock,
      pausesMs: [1],
    });
    announcer.start();
    await expect.poll(() => outbox.left()).toBe(1);
    const ring = setInterval(() => announcer.notify(), 2);
    try {
      await expect.poll(() => outbox.left()).toBe(0);
    } finally {
      clearInterval(ring);
    }
    expect(essential.seen).toEqual(['SubjectErased']);
    expect(dropped).toEqual(['event_erasure']);
    await announcer.drain();
  });

  it('keeps an erasure that is not taken over the end of the process', async () => {
    const erased: DomainEvent = { type: 'SubjectErased', scope: { tenant: 'a', environment: 'b' }, principal: 'p', untilMs: 1 };
    const outbox = outboxOf(0, erased);
    const announcer = createAnnouncer({
      outbox,
      handlers: [{ ...collector('erasure', Infinity), mustNotBeLost: true }],
      logger: silentLogger,
      meter: { dropped: () => undefined },
      clock,
      pausesMs: [1],
    });
    announcer.start();
    await announcer.drain();
    expect(outbox.left()).toBe(1);
  });
});
