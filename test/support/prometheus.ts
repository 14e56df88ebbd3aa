// A real Prometheus and a real Alertmanager for tests, from the distribution's packages. They are unpacked, not installed: nothing
// of them starts by itself.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, installed, startServer, step } from './server-process.ts';

const REMEDY =
  'The tests of metrics need Prometheus and Alertmanager: on Debian or Ubuntu "apt-get update", or put prometheus, promtool and alertmanager in the PATH.';
const PACKAGES = ['prometheus', 'prometheus-alertmanager'];

function inPath(name: string): string | undefined {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

function unpacked(): string {
  return installed('prometheus-debian', (fresh) => {
    process.stderr.write('Unpacking Prometheus and Alertmanager, once (30 MB)\n');
    // Lists that are old or missing are the usual reason for a failure.
    if (spawnSync('apt-get', ['download', ...PACKAGES], { cwd: fresh, stdio: 'ignore' }).status !== 0) {
      spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 2] });
      step('apt-get', ['download', ...PACKAGES], REMEDY, { cwd: fresh });
    }
    for (const file of readdirSync(fresh).filter((name) => name.endsWith('.deb')))
      step('dpkg-deb', ['-x', file, '.'], REMEDY, { cwd: fresh });
  });
}

/** Unpacks what is not in the PATH. */
export function providePrometheus(): void {
  promtool();
  prometheus();
  alertmanager();
}

const promtool = (): string => inPath('promtool') ?? path.join(unpacked(), 'usr/bin/promtool');
const prometheus = (): string => inPath('prometheus') ?? path.join(unpacked(), 'usr/bin/prometheus');

/**
 * Debian's Alertmanager reads its templates from one place below /usr/share, and nowhere else. Where it is unpacked and not installed,
 * it gets a view of the file system in which they are there.
 */
function alertmanager(): readonly string[] {
  const found = inPath('alertmanager') ?? inPath('prometheus-alertmanager');
  if (found !== undefined) return [found];
  const folder = unpacked();
  const flags = ['-m', '-rm'].find((one) => spawnSync('unshare', [one, 'true']).status === 0);
  if (flags === undefined) throw new Error(`A view of the file system cannot be made ("unshare -m" and "unshare -rm" failed). ${REMEDY}`);
  const view =
    'mount -t tmpfs none /usr/share && mkdir /usr/share/prometheus && ln -s "$0" /usr/share/prometheus/alertmanager && exec "$@"';
  return [
    'unshare',
    flags,
    'sh',
    '-c',
    view,
    path.join(folder, 'usr/share/prometheus/alertmanager'),
    path.join(folder, 'usr/bin/prometheus-alertmanager'),
  ];
}

/** What `promtool` says; throws with it where it finds a fault. */
export async function runPromtool(args: readonly string[], input = ''): Promise<string> {
  const child = spawn(promtool(), args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`promtool ${args.join(' ')}:\n${said}`);
  return said;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface RunningPrometheus {
  readonly url: string;
  query(expression: string): Promise<readonly Series[]>;
  /** Names of all metrics that it has. */
  names(): Promise<readonly string[]>;
  /** Firing and pending alerts. */
  alerts(): Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly state: string }[]>;
  stop(): Promise<void>;
}

/** `config` is YAML text; files that it names by relative path are given beside it. */
export async function startPrometheus(config: string, files: Readonly<Record<string, string>> = {}): Promise<RunningPrometheus> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer({
    name: 'prometheus',
    command: prometheus(),
    args: (folder) => {
      for (const [name, text] of Object.entries({ 'prometheus.yml': config, ...files })) writeFileSync(path.join(folder, name), text);
      return ['--config.file=prometheus.yml', '--storage.tsdb.path=tsdb', `--web.listen-address=127.0.0.1:${port}`];
    },
    readyUrl: `${url}/-/ready`,
  });
  const get = async <T>(route: string): Promise<T> => {
    const answer = (await (await fetch(`${url}${route}`)).json()) as { readonly status: string; readonly data: T; readonly error?: string };
    if (answer.status !== 'success') throw new Error(`Prometheus ${route}: ${answer.error}`);
    return answer.data;
  };
  return {
    url,
    async query(expression) {
      const { result } = await get<{ readonly result: readonly { metric: Record<string, string>; value: [number, string] }[] }>(
        `/api/v1/query?query=${encodeURIComponent(expression)}`,
      );
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    names: () => get<readonly string[]>('/api/v1/label/__name__/values'),
    alerts: async () =>
      (await get<{ readonly alerts: readonly { labels: Record<string, string>; state: string }[] }>('/api/v1/alerts')).alerts,
    stop: () => server.stop(),
  };
}

export async function startAlertmanager(
  config: string,
  files: Readonly<Record<string, string>> = {},
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const [command = '', ...before] = alertmanager();
  const server = await startServer({
    name: 'alertmanager',
    command,
    args: (folder) => {
      for (const [name, text] of Object.entries({ 'alertmanager.yml': config, ...files })) writeFileSync(path.join(folder, name), text);
      return [
        ...before,
        '--config.file=alertmanager.yml',
        '--storage.path=data',
        '--cluster.listen-address=',
        `--web.listen-address=127.0.0.1:${port}`,
      ];
    },
    readyUrl: `${url}/-/ready`,
  });
  return { url, stop: () => server.stop() };
}
