// What alerts may say of themselves, when they are looked at again, and how what was found is posted.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOutboundRules } from '../../../../control-plane/src/access/index.ts';
import { openSqlite, type SqliteStore } from '../../../../control-plane/src/adapters/sqlite/index.ts';
import {
  durationMs,
  nextOf,
  NO_SETTINGS,
  readGeneric,
  readWebhook,
  sendDue,
  targetOf,
  type Alert,
  type Explanation,
  type SenderParts,
} from '../../../../control-plane/src/alerts/index.ts';
import { createOutboundPost } from '../../../../control-plane/src/http/index.ts';
import { ClewError, silentLogger } from '../../../../control-plane/src/kernel/index.ts';

const same = (text: string): string => text;
const SCOPE = { tenant: 't', environment: 'e' };
const START = Date.parse('2026-05-01T10:00:00Z');

describe('what a rule says of its alerts', () => {
  it.each([
    ['30m', 1_800_000],
    ['1h30m', 5_400_000],
    ['90s', 90_000],
    ['2d', 172_800_000],
  ])('%s is a duration', (text, ms) => expect(durationMs(text)).toBe(ms));
  it.each(['', '0m', '5', 'm', '1y', '-5m', '5m ', '60d', '1h 30m'])('%j is none', (text) => expect(durationMs(text)).toBeUndefined());

  it('is read from labels and annotations, labels first; what cannot be read is passed over', () => {
    const [alert] = readWebhook(
      {
        alerts: [
          {
            startsAt: new Date(START).toISOString(),
            labels: { alertname: 'A', clew_window: '15m' },
            annotations: { clew_window: '2h', clew_baseline: '6h', clew_metric: 'latency' },
          },
        ],
      },
      START,
      same,
    );
    const fromMs = START - 900_000;
    expect(alert?.settings).toEqual({
      metric: 'latency',
      fromMs,
      toMs: null,
      baseline: { fromMs: fromMs - 21_600_000, toMs: fromMs },
    });
    const odd = { startsAt: new Date(START).toISOString(), labels: { clew_window: 'soon', clew_baseline: '', clew_metric: 'mood' } };
    expect(readWebhook({ alerts: [odd] }, START, same)[0]?.settings).toEqual(NO_SETTINGS);
  });

  it('of the general form is refused with its place, and nothing else is ever thrown', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.array(fc.record({ name: fc.string(), startsAt: fc.string(), labels: fc.object() }))),
        (body) => {
          try {
            readGeneric(body, START, same);
          } catch (error) {
            expect(error).toBeInstanceOf(ClewError);
            expect((error as ClewError).code).toBe('invalid_body');
          }
        },
      ),
    );
  });
});

const alert = (given: Partial<Alert> = {}): Alert => ({
  id: 'al_1',
  status: 'firing',
  name: 'A',
  labels: {},
  startsAtMs: START,
  endsAtMs: null,
  receivedAtMs: START,
  heardAtMs: START,
  settings: NO_SETTINGS,
  ...given,
});

describe('when an alert is looked at again', () => {
  it('soon while it is young, later when it is older, never when nobody speaks of it any more', () => {
    expect(nextOf(alert(), START + 1_000)).toBe(START + 61_000);
    expect(nextOf(alert(), START + 3_600_000)).toBe(START + 3_900_000);
    expect(nextOf(alert(), START + 86_400_001)).toBeNull();
  });
  it('once more when all that it is about has arrived', () => {
    const over = alert({ status: 'resolved', endsAtMs: START + 5_000, heardAtMs: START + 9_000 });
    expect(nextOf(over, START + 10_000)).toBe(START + 69_000);
    expect(nextOf(over, START + 69_000)).toBeNull();
  });
});

describe('posting', () => {
  let folder = '';
  let store: SqliteStore;
  let server: Server | undefined;
  let nowMs = START;
  const clock = { nowMs: () => nowMs };
  const SECRETS = [Buffer.alloc(32, 1)];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'clew-posts-'));
    nowMs = START;
    store = openSqlite({ folder, clock });
  });
  afterEach(async () => {
    await store.close();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  async function listen(handler: RequestListener): Promise<string> {
    server = createServer(handler).listen(0, '127.0.0.1');
    await new Promise((resolve) => server?.once('listening', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const explanation = { status: 'firing', findings: [] } as unknown as Explanation;
  /** Queues posts and answers with what sends them. */
  async function prepare(url: string, options: { readonly allow?: string; readonly count?: number; readonly timeoutMs?: number } = {}) {
    const webhook = { url, tenant: null, environment: null };
    await store.alerts.save(SCOPE, [alert()]);
    const posts = Array.from({ length: options.count ?? 1 }, (_, at) => ({
      target: targetOf(webhook),
      host: 'hook',
      key: `k${at}`,
      body: `{"n":${at}}`,
    }));
    // Told twice, waits once.
    for (let again = 0; again < 2; again += 1)
      await store.alerts.explained(SCOPE, alert(), { explanation, threads: [], nextMs: null, posts });
    const counts = new Map<string, number>();
    const parts: SenderParts = {
      queue: store.alertPosts,
      webhooks: [webhook],
      secrets: SECRETS,
      send: createOutboundPost({
        rules: createOutboundRules([options.allow ?? `${url} private`]),
        ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      }),
      meter: { alertPosts: (outcome, count) => counts.set(outcome, (counts.get(outcome) ?? 0) + count) },
      clock,
      logger: silentLogger,
      pausesMs: [1_000, 1_000],
    };
    const states = async () =>
      (await store.alertPosts.of(SCOPE, 'al_1')).map(({ state, reason, attempts }) => ({ state, reason, attempts }));
    return { parts, counts, states };
  }

  it('tries again under the same id with a fresh signature, and tells once', async () => {
    const seen: Record<string, string>[] = [];
    let status = 503;
    const url = await listen((incoming, outgoing) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
      incoming.on('end', () => {
        seen.push({ ...(incoming.headers as Record<string, string>), body });
        outgoing.writeHead(status).end();
      });
    });
    const { parts, counts, states } = await prepare(url);
    await sendDue(parts);
    await sendDue(parts);
    expect(seen).toHaveLength(1);
    expect(await states()).toEqual([{ state: 'waiting', reason: 'failing', attempts: 1 }]);
    status = 200;
    nowMs += 1_000;
    await sendDue(parts);
    await sendDue(parts);
    expect(seen).toHaveLength(2);
    expect(seen[0]?.['webhook-id']).toBe(seen[1]?.['webhook-id']);
    expect(seen[0]?.['webhook-signature']).not.toBe(seen[1]?.['webhook-signature']);
    expect(await states()).toEqual([{ state: 'delivered', reason: null, attempts: 1 }]);
    expect([...counts]).toEqual([['delivered', 1]]);
  });

  it('gives up after its pauses', async () => {
    const url = await listen((_incoming, outgoing) => void outgoing.writeHead(500).end());
    const { parts, counts, states } = await prepare(url);
    for (let round = 0; round < 5; round += 1) {
      await sendDue(parts);
      nowMs += 1_000;
    }
    expect(await states()).toEqual([{ state: 'dropped', reason: 'failing', attempts: 2 }]);
    expect([...counts]).toEqual([['failing', 1]]);
  });

  it('follows no redirect, and takes a refusal for final', async () => {
    let asked = 0;
    const url = await listen((incoming, outgoing) => {
      asked += 1;
      if (incoming.url === '/') outgoing.writeHead(307, { location: '/elsewhere' }).end();
      else outgoing.writeHead(400).end();
    });
    const moved = await prepare(url);
    await sendDue(moved.parts);
    expect(asked).toBe(1);
    expect([...moved.counts]).toEqual([['redirected', 1]]);
  });

  it('sends nothing to what is not on the list, nor to a private address that is not meant', async () => {
    let asked = 0;
    const url = await listen((_incoming, outgoing) => {
      asked += 1;
      outgoing.writeHead(200).end();
    });
    for (const allow of ['hooks.example.com', url]) {
      const { parts, counts } = await prepare(`${url}/${allow.length}`, { allow });
      await sendDue(parts);
      expect([...counts]).toEqual([['forbidden', 1]]);
    }
    expect(asked).toBe(0);
  });

  it('waits for no answer longer than it may', async () => {
    const url = await listen(() => undefined);
    const { parts, states } = await prepare(url, { timeoutMs: 50 });
    await sendDue(parts);
    expect(await states()).toEqual([{ state: 'waiting', reason: 'unreachable', attempts: 1 }]);
    server?.closeAllConnections();
  });

  it('drops what no setting knows any more, and the oldest of too many', async () => {
    const { parts, counts, states } = await prepare('http://127.0.0.1:9', { count: 1_003 });
    await sendDue({ ...parts, webhooks: [] });
    expect([...counts]).toEqual([
      ['full', 3],
      ['not_configured', 8],
    ]);
    expect(new Set((await states()).map(({ state }) => state))).toEqual(new Set(['waiting', 'dropped']));
  });
});
