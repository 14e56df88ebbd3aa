// A real Elasticsearch of one node, without its paid parts: takes lines in bulk and answers searches.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, installed, startServer, step } from '../support/server-process.ts';
import type { LogStore } from './store.ts';

const VERSION = '8.19.0';
const REMEDY = 'Elasticsearch comes from Maven Central: install Java 17 or newer, Maven and unzip.';

function provide(): string {
  return path.join(
    installed(`elasticsearch-${VERSION}`, (fresh) => {
      process.stderr.write(`Fetching Elasticsearch ${VERSION}, once (97 MB)\n`);
      const artifact = `org.elasticsearch.distribution.integ-test-zip:elasticsearch:${VERSION}:zip`;
      step('mvn', ['-q', '-B', 'dependency:get', `-Dartifact=${artifact}`, '-Dtransitive=false'], REMEDY);
      const copy = ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${fresh}`];
      step('mvn', copy, REMEDY);
      step('unzip', ['-q', path.join(fresh, `elasticsearch-${VERSION}.zip`), '-d', fresh], REMEDY);
    }),
    `elasticsearch-${VERSION}`,
  );
}

/** It refuses to run as root: there it gets a namespace of users in which root is somebody else. */
function asNobody(): readonly string[] {
  return process.getuid?.() === 0 ? ['unshare', '-U', '--map-user=1000', '--map-group=1000', '--'] : [];
}

const javaHome = (): string =>
  path.dirname(path.dirname(spawnSync('sh', ['-c', 'readlink -f "$(command -v java)"'], { encoding: 'utf8' }).stdout.trim()));

interface Asked {
  readonly method: string;
  readonly route: string;
  readonly body: string;
}

/** As Kibana's console writes requests: method and path, then the body. */
function requestOf(text: string): Asked {
  const found = /^(\S+) (\S+)\n?([\s\S]*)$/.exec(text.trim());
  return { method: found?.[1] ?? 'GET', route: found?.[2] ?? '', body: found?.[3] ?? '' };
}

export async function startElasticsearch(): Promise<LogStore> {
  const [http, transport] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${http}`;
  const home = provide();
  const program = path.join(home, 'bin/elasticsearch');
  const before = asNobody();
  const server = await startServer({
    name: 'elasticsearch',
    command: before[0] ?? program,
    args: (folder) => {
      cpSync(path.join(home, 'config'), path.join(folder, 'config'), { recursive: true });
      const lines = [
        'discovery.type: single-node',
        'xpack.security.enabled: false',
        'network.host: 127.0.0.1',
        `http.port: ${http}`,
        `transport.port: ${transport}`,
        `path.data: ${path.join(folder, 'data')}`,
        `path.logs: ${path.join(folder, 'logs')}`,
      ];
      writeFileSync(path.join(folder, 'config/elasticsearch.yml'), `${lines.join('\n')}\n`);
      chmodSync(folder, 0o700);
      return before.length === 0 ? [] : [...before.slice(1), program];
    },
    env: (folder) => ({
      ...process.env,
      ES_PATH_CONF: path.join(folder, 'config'),
      ES_JAVA_HOME: javaHome(),
      ES_JAVA_OPTS: '-Xms512m -Xmx512m',
    }),
    readyUrl: `${url}/_cluster/health`,
    readyMs: 180_000,
  });
  const send = async ({ method, route, body }: Asked, type = 'application/json'): Promise<unknown> => {
    // A search may have a body, which fetch allows in a POST alone.
    const init = {
      method: method === 'GET' && body !== '' ? 'POST' : method,
      headers: { 'content-type': type },
      ...(body === '' ? {} : { body }),
    };
    const response = await fetch(`${url}${route.startsWith('/') ? '' : '/'}${route}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`Elasticsearch refuses ${method} ${route}: ${text}`);
    return JSON.parse(text);
  };
  return {
    async put(lines) {
      const rows = lines.flatMap(({ service, atMs, fields }) => [
        JSON.stringify({ create: { _index: `logs-${service}-default` } }),
        JSON.stringify({ ...fields, '@timestamp': new Date(atMs).toISOString() }),
      ]);
      const answer = (await send(
        { method: 'POST', route: '/_bulk?refresh=true', body: `${rows.join('\n')}\n` },
        'application/x-ndjson',
      )) as {
        readonly errors: boolean;
      };
      if (answer.errors) throw new Error(`Elasticsearch did not take all lines: ${JSON.stringify(answer).slice(0, 500)}`);
    },
    async ask(query) {
      const answer = (await send(requestOf(query))) as {
        readonly hits?: { readonly hits: readonly { readonly _source: Record<string, unknown> }[] };
      };
      return (answer.hits?.hits ?? []).map(({ _source }) => _source);
    },
    stop: () => server.stop(),
  };
}
