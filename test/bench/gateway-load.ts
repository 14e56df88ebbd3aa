// What the plugin costs a gateway under load: `node test/bench/gateway-load.ts [name=folder …]`. Each folder holds a built
// plugin (launcher.cjs and clew/clew.cjs); without one, plugin/dist is measured. Load comes from this process; gateways
// run in a process of their own and each plugin server in another, as with Kong. All take turns within one run, so that a
// busy machine weighs on all of them alike: trust the ratios to the bare proxy, and the CPU time that the thread which
// answers the gateway spends on a request (Linux only), which no other process changes. With BENCH_JSON=1
// stdout gets one JSON line with the figures of every round, and the text goes to stderr.
import { fork, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { startBareProxy, startTrialGateway, type TrialGateway } from '../../plugin/trial-gateway/index.ts';
import { readAll, send, serve } from '../support/http-client.ts';

const CLIENTS = 16;
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? '6');
const ROUND_MS = Number(process.env['BENCH_ROUND_MS'] ?? '1500');
const BIG_BYTES = 4_000_000;
const JSON_WANTED = process.env['BENCH_JSON'] === '1';
const SMALL_ONLY = process.env['BENCH_SMALL_ONLY'] === '1';
const say = (text: string): void => void (JSON_WANTED ? process.stderr : process.stdout).write(text);

const root = path.join(import.meta.dirname, '..', '..');

interface Job {
  readonly upstream: string;
  readonly controlPlane: string;
  readonly folders: Readonly<Record<string, string>>;
}

interface Gateways {
  readonly urls: Readonly<Record<string, string>>;
  readonly pids: Readonly<Record<string, number>>;
}

const history = Array.from({ length: 20 }, (_, at) => ({
  role: at % 2 === 0 ? 'user' : 'assistant',
  content: `Turn ${at}: ${'about gardens and soil, write to jo@example.org '.repeat(4)}`,
}));
const bodyOf = (messages: readonly object[]): string => JSON.stringify({ model: 'gpt-4o-mini', user: 'zoe', messages });
const SMALL = bodyOf([...history, { role: 'user', content: 'And what about roses?' }]);
const BIG = bodyOf([
  ...Array.from({ length: 40 }, (_, at) => ({
    role: at % 2 === 0 ? 'user' : 'assistant',
    content: 'Gardens, soil and rain. '.repeat(BIG_BYTES / 40 / 24),
  })),
  { role: 'user', content: 'And now?' },
]);
const ANSWER = JSON.stringify({
  id: 'chatcmpl-1',
  model: 'gpt-4o-mini-2024-07-18',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Roses like clay. '.repeat(40) }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 900, completion_tokens: 160, total_tokens: 1060 },
});

/** In the child: all gateways, until the parent goes away. */
async function runGateways({ upstream, controlPlane, folders }: Job): Promise<void> {
  const urls: Record<string, string> = { bare: (await startBareProxy(upstream)).url };
  const pids: Record<string, number> = {};
  const gateways: TrialGateway[] = [];
  for (const [name, folder] of Object.entries(folders)) {
    const gateway = await startTrialGateway({
      port: 0,
      upstream,
      controlPlaneUrl: `${controlPlane}/${name}`,
      token: 'bench',
      launcher: { script: path.join(folder, 'launcher.cjs'), pluginsDirectory: path.join(folder, 'clew') },
      log: () => undefined,
    });
    gateways.push(gateway);
    urls[name] = gateway.url;
    pids[name] = gateway.pluginServerPid ?? 0;
  }
  process.send?.({ urls, pids });
  process.once('disconnect', () => {
    void Promise.all(gateways.map(async (gateway) => gateway.close())).then(() => process.exit(0));
  });
}

const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
};

/** CPU milliseconds that a process's first thread has used; the plugin server answers the gateway on it. */
function firstThreadMs(pid: number | undefined): number {
  try {
    const fields = fs.readFileSync(`/proc/${pid ?? 0}/task/${pid ?? 0}/schedstat`, 'utf8').split(' ');
    return Number(fields[0]) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** CPU milliseconds of all threads of a process, in steps of 10. */
function processMs(pid: number | undefined): number {
  try {
    const text = fs.readFileSync(`/proc/${pid ?? 0}/stat`, 'utf8');
    // The name may hold blanks; what follows it is fields 3 and on.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return Number.NaN;
  }
}

/** Of one round. CPU in microseconds for each request; null where it is not known. */
export interface Round {
  readonly p50: number;
  readonly p99: number;
  readonly rate: number;
  readonly firstThreadUs: number | null;
  readonly processUs: number | null;
}

/** Rounds by name of what was measured, "bare" among them. */
export type GatewayRounds = Readonly<Record<string, readonly Round[]>>;

interface Figures {
  readonly rounds: Round[];
  readonly ms: number[];
  readonly rates: number[];
  sent: number;
  cpuMs: number;
}

/** 16 clients that ask as fast as they are answered; with `bigEveryMs`, one more client sends bodies of 4 MB. */
async function load(url: string, figures: Figures | undefined, bigEveryMs: number | undefined): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS + 1 });
  const headers = { 'content-type': 'application/json' };
  const ask = async (body: string): Promise<number> => {
    const begin = performance.now();
    const answer = await send(`${url}/v1/chat/completions`, { agent, headers, body });
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`);
    return performance.now() - begin;
  };
  const end = performance.now() + ROUND_MS;
  let answered = 0;
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      figures?.ms.push(await ask(SMALL));
      answered += 1;
    }
  };
  const bigClient = async (pauseMs: number): Promise<void> => {
    while (performance.now() < end) {
      await ask(BIG);
      if (figures) figures.sent += 1;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  await Promise.all([...Array.from({ length: CLIENTS }, client), ...(bigEveryMs === undefined ? [] : [bigClient(bigEveryMs)])]);
  agent.destroy();
  figures?.rates.push((answered * 1000) / ROUND_MS);
  if (figures) figures.sent += answered;
  return answered;
}

async function measure(title: string, { urls, pids }: Gateways, taken: Map<string, number>, bigEveryMs?: number): Promise<GatewayRounds> {
  const all = new Map(Object.keys(urls).map((name): [string, Figures] => [name, { rounds: [], ms: [], rates: [], sent: 0, cpuMs: 0 }]));
  for (const [name, url] of Object.entries(urls)) if (taken.size === 0 || name === 'bare') await load(url, undefined, undefined);
  const before = new Map(taken);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, url] of Object.entries(urls)) {
      const figures = all.get(name);
      const [used, usedByAll] = [firstThreadMs(pids[name]), processMs(pids[name])];
      const [asked, sent] = [figures?.ms.length ?? 0, figures?.sent ?? 0];
      await load(url, figures, bigEveryMs);
      // What is left of the round's work must not weigh on the next one's.
      await new Promise((resolve) => setTimeout(resolve, 700));
      if (!figures) continue;
      const cpuMs = firstThreadMs(pids[name]) - used;
      figures.cpuMs += cpuMs;
      const each = (ms: number): number | null => (Number.isNaN(ms) ? null : (1000 * ms) / Math.max(1, figures.sent - sent));
      const own = figures.ms.slice(asked);
      figures.rounds.push({
        p50: percentile(own, 0.5),
        p99: percentile(own, 0.99),
        rate: figures.rates.at(-1) ?? 0,
        firstThreadUs: each(cpuMs),
        processUs: each(processMs(pids[name]) - usedByAll),
      });
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const bare = all.get('bare');
  if (!bare) return {};
  say(`${title}\n`);
  for (const [name, { ms, rates, sent, cpuMs }] of all) {
    const figures = [percentile(ms, 0.5), percentile(ms, 0.99), percentile(rates, 0.5)] as const;
    const base = [percentile(bare.ms, 0.5), percentile(bare.ms, 0.99), percentile(bare.rates, 0.5)] as const;
    const arrived =
      name === 'bare'
        ? ''
        : `  samples ${(((taken.get(name) ?? 0) - (before.get(name) ?? 0)) / sent).toFixed(2)} of requests, ${((cpuMs * 1000) / sent).toFixed(0)} µs CPU each on the thread that answers`;
    say(
      `  ${name.padEnd(8)} p50 ${figures[0].toFixed(1)} ms (×${(figures[0] / base[0]).toFixed(2)})  p99 ${figures[1].toFixed(1)} ms (×${(figures[1] / base[1]).toFixed(2)})  ` +
        `${figures[2].toFixed(0)} req/s (×${(figures[2] / base[2]).toFixed(2)})${arrived}\n`,
    );
  }
  return Object.fromEntries([...all].map(([name, { rounds }]) => [name, rounds]));
}

async function main(): Promise<void> {
  const folders = Object.fromEntries(process.argv.slice(2).map((word) => word.split('=') as [string, string]));
  if (Object.keys(folders).length === 0) folders['plugin'] = path.join(root, 'plugin', 'dist');
  const provider = await serve((request, response) => {
    request.resume();
    request.once('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER));
  });
  const taken = new Map<string, number>();
  const controlPlane = await serve((request, response) => {
    void readAll(request).then((body) => {
      const name = (request.url ?? '').split('/')[1] ?? '';
      // Keys and counts of runs are posted as well, a line each, plain.
      const isPost = request.method === 'POST' && request.headers['content-encoding'] === 'gzip';
      if (isPost) taken.set(name, (taken.get(name) ?? 0) + gunzipSync(body).toString().split('\n').filter(Boolean).length);
      response.writeHead(isPost ? 202 : 404, { 'content-type': 'application/json' }).end('{}');
    });
  });
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), ['--gateways'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const job: Job = {
    upstream: provider.url,
    controlPlane: controlPlane.url,
    folders: Object.fromEntries(Object.entries(folders).map(([name, folder]) => [name, path.resolve(folder)])),
  };
  child.send(job);
  const gateways = await new Promise<Gateways>((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', () => reject(new Error('The gateways did not start')));
  });
  const small = await measure(`${CLIENTS} clients, ${SMALL.length} bytes`, gateways, taken);
  if (JSON_WANTED) process.stdout.write(`${JSON.stringify(small)}\n`);
  if (!SMALL_ONLY)
    await measure(`${CLIENTS} clients, and one that sends ${(BIG.length / 1e6).toFixed(1)} MB each 100 ms`, gateways, taken, 100);
  child.disconnect();
  await new Promise((resolve) => child.once('exit', resolve));
  await controlPlane.close();
  await provider.close();
}

if (process.argv[2] === '--gateways') process.once('message', (job) => void runGateways(job as Job));
else await main();
