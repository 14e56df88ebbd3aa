// The control plane as a process of its own: how fast it takes samples, links them and shows them, and what it holds.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openEmbedder, openNameFinder } from '../../control-plane/src/adapters/onnx/index.ts';
import { cpuSecondsOf } from '../support/cpu-time.ts';
import { openSqlite } from '../../control-plane/src/adapters/sqlite/index.ts';
import { seedStore } from '../support/seed-store.ts';
import { startControlPlane, until, type ControlPlane } from '../support/stack.ts';
import { metric, percentile, type Metric } from './metric.ts';
import { startPythonPeer, type Rates } from './peers.ts';

const SUBJECTS = [
  'the invoice',
  'my router',
  'a train ticket',
  'this function',
  'the recipe',
  'our contract',
  'a visa',
  'the printer',
  'that song',
];
const ASKS = [
  'How do I change',
  'Why does it say that about',
  'Can you explain',
  'What is wrong with',
  'Please rewrite',
  'Summarise',
  'Who pays for',
];
// Without a name in sight the name model is not asked at all.
const PEOPLE = ['Elena Vasquez', 'Magnus Lindqvist', 'Priya Raman', 'Anna Kowalska', 'Tom Okafor'];
const textAt = (at: number): string => `${ASKS[at % 7] ?? ''} ${SUBJECTS[(at * 5) % 9] ?? ''} number ${at}?`;
const answerAt = (at: number): string =>
  `For number ${at} it depends on ${SUBJECTS[(at * 7) % 9] ?? ''}; usually it takes two steps, and ${PEOPLE[at % 5] ?? ''} from the office can help with the second one.`;
const sampleAt = (at: number): string =>
  JSON.stringify({
    version: 1,
    id: `bench-${at}`,
    startedAt: new Date(1_760_000_000_000 + at * 20_000).toISOString(),
    principal: { id: `user-${at % 40}`, source: 'consumer', trust: 'authenticated' },
    prompt: { text: textAt(at) },
    answer: { text: answerAt(at) },
    status: { outcome: 'ok', http: 200 },
  });

const bytesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
const memoryMb = (pid: number): number => {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
};

export async function planeMetrics({ quick }: { readonly quick: boolean }): Promise<Metric[]> {
  const count = quick ? 60 : 1_500;
  const patternsOnly = 'version: 1\nredaction: { names: false }\n';
  const found: Metric[] = [];
  const linkedIn = async (tier: string, requests: number, policy?: string, env?: Readonly<Record<string, string>>): Promise<void> => {
    found.push(...(await linked(tier, requests, policy, env)));
  };
  await linkedIn('everything', count);
  await linkedIn('names off', count, patternsOnly);
  await linkedIn('static, names off', quick ? count : 4 * count, patternsOnly, { CLEW_EMBEDDER: 'static' });
  return found;
}

async function linked(tier: string, count: number, policy?: string, more: Readonly<Record<string, string>> = {}): Promise<Metric[]> {
  const file = path.resolve(import.meta.dirname, '../../.cache', `bench-${process.pid}.yaml`);
  if (policy !== undefined) writeFileSync(file, policy);
  const plane = await startControlPlane({ env: { ...more, ...(policy === undefined ? {} : { CLEW_POLICY: file }) } });
  try {
    const cpuBefore = cpuSecondsOf(plane.pid);
    const started = performance.now();
    const rows = Array.from({ length: count }, (_, at) => sampleAt(at));
    for (let at = 0; at < count; at += 100) await post(plane, rows.slice(at, at + 100).join('\n'));
    const accepted = performance.now();
    await until(async () => ((await storedIn(plane)) >= count ? true : undefined), `${count} requests to be stored`, 600_000);
    const rates = [
      metric(`accepted, ${tier}`, '/s', 'higher', [(1000 * count) / (accepted - started)]),
      metric(`fully linked, ${tier}`, '/s', 'higher', [(1000 * count) / (performance.now() - started)]),
      metric(`fully linked, ${tier}, of a core`, '/s', 'higher', [count / (cpuSecondsOf(plane.pid) - cpuBefore)], 'by processor time'),
    ];
    const waits: number[] = [];
    for (let at = 0; at < 5; at += 1) {
      const posted = performance.now();
      await post(plane, sampleAt(count + at));
      await until(() => plane.get(`/v1/requests/bench-${count + at}`), 'the request');
      waits.push(performance.now() - posted);
    }
    const memory = memoryMb(plane.pid);
    const decisions = await linkRate(plane);
    await plane.stop();
    const perRequest = bytesIn(plane.folder) / (count + 5);
    return [
      ...rates,
      metric(`until queryable, ${tier}`, 'ms', 'lower', waits),
      metric(`link decisions, ${tier}`, '/s', 'higher', [decisions], 'by the time of that stage alone'),
      metric(`memory, ${tier}`, 'MB', 'lower', [memory], 'highest'),
      metric(`stored per request, ${tier}`, 'bytes', 'lower', [perRequest], 'whole folder'),
    ];
  } finally {
    await plane.stop();
    rmSync(plane.folder, { recursive: true, force: true });
    rmSync(file, { force: true });
  }
}

async function post(plane: ControlPlane, body: string): Promise<void> {
  const { status } = await plane.post('/v1/samples', body, { 'content-type': 'application/x-ndjson' });
  if (status !== 202) throw new Error(`The samples were not taken (HTTP ${status})`);
}

async function pageOf({ url, token }: ControlPlane): Promise<string> {
  return (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text();
}

async function linkRate(plane: ControlPlane): Promise<number> {
  const page = await pageOf(plane);
  const items = /^clew_stage_items_total\{stage="link"\} (\S+)/m.exec(page)?.[1];
  const seconds = /^clew_stage_duration_seconds_sum\{stage="link"\} (\S+)/m.exec(page)?.[1];
  return Number(items) / Number(seconds);
}

async function storedIn(plane: ControlPlane): Promise<number> {
  const metrics = await pageOf(plane);
  return [...metrics.matchAll(/^clew_requests_total(?:\{[^}]*\})? (\d+)/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
}

export async function modelMetrics({ quick }: { readonly quick: boolean }): Promise<Metric[]> {
  const texts = Array.from({ length: quick ? 10 : 200 }, (_, at) => `${textAt(at)} ${answerAt(at)}`);
  const [embedder, finder, peer] = [openEmbedder(), openNameFinder(), await startPythonPeer()];
  const rate = async (work: () => Promise<unknown>): Promise<number> => {
    const started = performance.now();
    await work();
    return (1000 * texts.length) / (performance.now() - started);
  };
  const [ours, python]: [Rates[], Rates[]] = [[], []];
  try {
    await Promise.all([embedder.embed(['warm']), finder.find(['warm'])]);
    for (let run = 0; run < (quick ? 1 : 3); run += 1) {
      // A text that was seen may be remembered.
      const fresh = texts.map((text) => `${text} ${run}`);
      ours.push({ embeddings: await rate(() => embedder.embed(fresh)), names: await rate(() => finder.find(fresh)) });
      if ('measure' in peer) python.push(await peer.measure(fresh));
    }
  } finally {
    if ('close' in peer) peer.close();
    await Promise.all([embedder.close(), finder.close()]);
  }
  const note = 'why' in peer ? peer.why : 'published weights, onnxruntime';
  return (['embeddings', 'names'] as const).flatMap((kind) => {
    const theirs = python.map((rates) => rates[kind]);
    const times = theirs.map((value, run) => (ours[run]?.[kind] ?? Number.NaN) / value);
    return [
      metric(
        kind,
        '/s',
        'higher',
        ours.map((rates) => rates[kind]),
      ),
      metric(`${kind}, Python`, '/s', 'higher', theirs, note),
      metric(`${kind} to Python`, 'times', 'higher', times, note),
    ];
  });
}

/** Search by words and meaning over HTTP, in a store that is filled with made-up conversations. */
export async function searchMetrics({ quick }: { readonly quick: boolean }): Promise<Metric[]> {
  const found: Metric[] = [];
  for (const requests of quick ? [500] : [10_000, 100_000]) {
    const first = await startControlPlane();
    await first.stop();
    const store = openSqlite({ folder: first.folder, clock: { nowMs: () => Date.now() } });
    const embedder = openEmbedder();
    const model = embedder.modelId;
    await embedder.close();
    const vectorOf = (text: string): Float32Array => {
      const vector = new Float32Array(384).map((_, at) => Math.sin(text.length * (at + 1) + text.charCodeAt(at % text.length)));
      const length = Math.hypot(...vector);
      return vector.map((value) => value / length);
    };
    const scope = { tenant: 'default', environment: 'default' };
    const seeded = await seedStore(store.turns, { scope, requests, nowMs: Date.now(), vectorOf, model });
    await store.close();
    const plane = await startControlPlane({ folder: first.folder });
    try {
      const queries = [seeded.rareWord, seeded.commonWord, 'miko trako velu sarden', 'outcome:error', seeded.runId];
      const taken: number[] = [];
      for (let at = 0; at < (quick ? 10 : 100); at += 1) {
        const started = performance.now();
        await plane.get(`/v1/search?q=${encodeURIComponent(queries[at % queries.length] ?? '')}`);
        if (at >= queries.length) taken.push(performance.now() - started);
      }
      found.push(
        metric(`search p50, ${requests} requests`, 'ms', 'lower', [percentile(taken, 0.5)]),
        metric(`search p99, ${requests} requests`, 'ms', 'lower', [percentile(taken, 0.99)]),
      );
    } finally {
      await plane.stop();
      rmSync(first.folder, { recursive: true, force: true });
    }
  }
  return found;
}
