// What the purge of a large store costs those who send meanwhile, and how long the erasure of one of 10,000 people takes there. The
// purge runs and rests in turns of some seconds, so that whatever else the machine does slows both alike.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSqlite } from '../../control-plane/src/adapters/sqlite/index.ts';
import { SqliteRetention } from '../../control-plane/src/adapters/sqlite/retention.ts';
import { silentLogger, systemClock } from '../../control-plane/src/kernel/index.ts';
import { purge } from '../../control-plane/src/retention/index.ts';
import { ADMIN_TOKEN, startPlane } from '../support/control-plane.ts';
import { DAY_MS, seedCopies } from '../support/seed-copies.ts';
import { metric, percentile, tableOf, type Metric } from './metric.ts';

const TURN_MS = 4_000;
/** What is sent right after a change still meets what came before it. */
const EDGE_MS = 250;
const POSTS_A_SECOND = 25;
/** All that is seeded is older. */
const KEPT_DAYS = 10;
const WARM_MS = 3_000;
const BYTES_A_REQUEST = 12_000;

interface Answer {
  readonly sentMs: number;
  readonly tookMs: number;
}
interface Turn {
  readonly isPurging: boolean;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly purged: number;
  readonly cpuMs: number;
}

export async function purgeMetrics({ quick }: { readonly quick: boolean }): Promise<Metric[]> {
  const requests = Number(process.env['CLEW_PURGE_REQUESTS'] ?? (quick ? 6_000 : 1_000_000));
  const turns = Number(process.env['CLEW_PURGE_TURNS'] ?? (quick ? 2 : 40));
  const disk = statfsSync(tmpdir());
  if (disk.bavail * disk.bsize < requests * BYTES_A_REQUEST)
    return [metric('purge', 'times', 'lower', [], `${tmpdir()} has less than ${(requests * BYTES_A_REQUEST) / 1e9} GB free`)];
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-bench-purge-'));
  try {
    const { people } = await seedCopies(folder, { requests, endMs: Date.now() - 20 * DAY_MS, spanDays: 30 });
    const bytes = statSync(path.join(folder, 'clew.db')).size;
    say(`${requests} requests of ${people.length} people, ${Math.round(bytes / 1e6)} MB`);
    const beside = await besidePosts(folder, people, turns);
    return [...beside, ...(await theRest(folder))];
  } finally {
    for (const one of [folder, `${folder}.erasures`]) rmSync(one, { recursive: true, force: true });
  }
}

const say = (text: string): boolean => process.stderr.write(`  ${text}\n`);

type Room = (this: SqliteRetention) => Promise<void>;
type Remove = (this: SqliteRetention, ...args: Parameters<SqliteRetention['purgeRequests']>) => Promise<number>;
const ownOf = (name: 'room' | 'purgeRequests'): unknown => Object.getOwnPropertyDescriptor(SqliteRetention.prototype, name)?.value;

/** Stops purges of this process before their next batch while it is shut, and counts the requests that they remove. */
class Gate {
  purged = 0;
  private open: () => void = () => undefined;
  private readonly room = ownOf('room') as Room;
  private readonly remove = ownOf('purgeRequests') as Remove;

  constructor() {
    const { room, remove } = this;
    let gate = Promise.resolve();
    const count = (removed: number): void => void (this.purged += removed);
    let isShut = false;
    this.shut = () => {
      if (isShut) return;
      isShut = true;
      gate = new Promise((resolve) => {
        this.open = () => {
          isShut = false;
          resolve();
        };
      });
    };
    SqliteRetention.prototype.room = async function (): Promise<void> {
      await gate;
      await room.call(this);
    };
    SqliteRetention.prototype.purgeRequests = async function (...args): Promise<number> {
      const removed = await remove.apply(this, args);
      count(removed);
      return removed;
    };
  }

  readonly shut: () => void;

  letThrough(): void {
    this.open();
  }

  takeAway(): void {
    this.open();
    SqliteRetention.prototype.room = this.room;
    SqliteRetention.prototype.purgeRequests = this.remove;
  }
}

async function besidePosts(folder: string, people: readonly string[], wanted: number): Promise<Metric[]> {
  const gate = new Gate();
  gate.shut();
  const policy = path.join(folder, 'policy.yaml');
  writeFileSync(policy, `version: 1\nretention: { textDays: ${KEPT_DAYS}, embeddingDays: ${KEPT_DAYS}, metadataDays: ${KEPT_DAYS} }\n`);
  const plane = await startPlane({ folder, env: { CLEW_POLICY: policy } });
  const server = createServer(plane.app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const posts = new Posts(`${url}/v1/samples`);
  try {
    await sleep(WARM_MS);
    const turns = await inTurns(gate, wanted);
    const erased = await erasures(url, people.slice(0, 3));
    await posts.end();
    const metrics = metricsOf({ turns, erased, posts });
    // What comes next takes long.
    say(tableOf(metrics));
    return metrics;
  } finally {
    await posts.end();
    gate.takeAway();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await plane.close({ keepFolder: true });
  }
}

async function inTurns(gate: Gate, wanted: number): Promise<readonly Turn[]> {
  const turns: Turn[] = [];
  for (let at = 0; at < wanted; at += 1) {
    const isPurging = at % 2 === 0;
    if (isPurging) gate.letThrough();
    const [fromMs, before, spent] = [Date.now(), gate.purged, process.cpuUsage()];
    await sleep(TURN_MS);
    const { user, system } = process.cpuUsage(spent);
    turns.push({ isPurging, fromMs, untilMs: Date.now(), purged: gate.purged - before, cpuMs: (user + system) / 1_000 });
    if (isPurging) gate.shut();
  }
  return turns;
}

/** Through the API, one after the other, while others post; milliseconds of each. */
async function erasures(url: string, people: readonly string[]): Promise<readonly number[]> {
  const times: number[] = [];
  for (const person of people) {
    const started = performance.now();
    const answer = await fetch(`${url}/v1/users/${person}`, { method: 'DELETE', headers: { Authorization: `Bearer ${ADMIN_TOKEN}` } });
    const { residual, removed } = (await answer.json()) as { residual?: number; removed?: { requests?: number } };
    if (!answer.ok || residual !== 0 || !((removed?.requests ?? 0) > 0)) throw new Error(`An erasure left something: ${answer.status}`);
    times.push(performance.now() - started);
  }
  return times;
}

/** Somebody who posts, in a process of its own. */
class Posts {
  readonly answers: Answer[] = [];
  failed = 0;
  private readonly child;
  private readonly ended: Promise<unknown>;

  constructor(url: string) {
    const script = path.join(import.meta.dirname, 'posts.ts');
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, url, ADMIN_TOKEN, String(POSTS_A_SECOND)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.child = child;
    this.ended = once(child, 'close');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [sentMs, tookMs, status] = line.split(' ').map(Number);
      if (status === 202) this.answers.push({ sentMs: sentMs ?? 0, tookMs: tookMs ?? 0 });
      else this.failed += 1;
    });
  }

  async end(): Promise<void> {
    this.child.stdin.end();
    await this.ended;
  }
}

interface Measured {
  readonly turns: readonly Turn[];
  readonly erased: readonly number[];
  readonly posts: Posts;
}

function metricsOf({ turns, erased, posts }: Measured): Metric[] {
  const of = (isPurging: boolean): readonly Turn[] => turns.filter((turn) => turn.isPurging === isPurging);
  const sum = (list: readonly Turn[], what: 'purged' | 'cpuMs'): number => list.reduce((all, turn) => all + turn[what], 0);
  const times = (isPurging: boolean): readonly number[] =>
    of(isPurging).flatMap(({ fromMs, untilMs }) =>
      posts.answers.filter(({ sentMs }) => sentMs >= fromMs + EDGE_MS && sentMs < untilMs).map(({ tookMs }) => tookMs),
    );
  const [during, without] = [times(true), times(false)];
  const purged = sum(of(true), 'purged');
  const perTurn = of(true).map((turn) => (turn.purged * 1_000) / (turn.untilMs - turn.fromMs));
  const note = `${during.length} posts beside the purge, ${without.length} without, ${POSTS_A_SECOND} a second, ${posts.failed} failed`;
  return [
    metric('ingest p99 beside the purge', 'times', 'lower', [percentile(during, 0.99) / percentile(without, 0.99)], note),
    metric('ingest p50 beside the purge', 'times', 'lower', [percentile(during, 0.5) / percentile(without, 0.5)]),
    metric('ingest p99, purging', 'ms', 'lower', [percentile(during, 0.99)]),
    metric('ingest p99, not purging', 'ms', 'lower', [percentile(without, 0.99)]),
    metric('purged beside posts', 'requests/s', 'higher', perTurn, `${purged} in all`),
    metric('processor of a purged request', 'ms', 'lower', [(sum(of(true), 'cpuMs') - sum(of(false), 'cpuMs')) / purged]),
    metric('erasure of one person beside posts', 'ms', 'lower', erased),
  ];
}

/** What is left goes with nobody there; then it is looked for. */
async function theRest(folder: string): Promise<Metric[]> {
  const store = openSqlite({ folder, clock: systemClock });
  store.checkpointBeside();
  const spent = process.cpuUsage();
  const started = performance.now();
  const policy = { textDays: KEPT_DAYS, embeddingDays: KEPT_DAYS, metadataDays: KEPT_DAYS };
  const { requests } = await purge({ store: store.retention, policy: () => policy, clock: systemClock, logger: silentLogger });
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(spent);
  await store.close();
  const file = new DatabaseSync(path.join(folder, 'clew.db'), { readOnly: true });
  const count = (text: string): number => Number(file.prepare(text).get()?.['n']);
  const left = RESIDUES.reduce(
    (sum, text) => sum + count(text),
    count(`SELECT count(*) AS n FROM requests WHERE at < ${Date.now() / 1_000 - KEPT_DAYS * 86_400}`),
  );
  file.close();
  if (left > 0) throw new Error(`${left} things are left of what was purged`);
  return [
    metric(
      'purged with nobody there',
      'requests/s',
      'higher',
      [requests / seconds],
      `${requests} in ${Math.round(seconds)} s, the text index written anew`,
    ),
    metric('processor of a purged request, nobody there', 'ms', 'lower', [(user + system) / 1_000 / requests]),
  ];
}

const RESIDUES = [
  'SELECT count(*) AS n FROM request_vectors WHERE NOT EXISTS (SELECT 1 FROM requests r WHERE r.seq = request_vectors.seq & 1099511627775)',
  'SELECT count(*) AS n FROM threads t WHERE NOT EXISTS (SELECT 1 FROM requests r WHERE r.scope = t.scope AND r.thread_id = t.id)',
  'SELECT count(*) AS n FROM request_words w WHERE NOT EXISTS (SELECT 1 FROM requests r WHERE r.seq = w.seq)',
];
