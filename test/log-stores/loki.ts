// A real Loki: takes lines as a collector pushes them, with ids as structured metadata, and answers LogQL.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, installed, startServer, step } from '../support/server-process.ts';
import type { Line, LogStore } from './store.ts';

const VERSION = '3.7.8';
const REMEDY = 'Loki is built from source: install Go 1.26 or newer and allow it to reach a module proxy.';

function provide(): string {
  const folder = installed(`loki-${VERSION}`, (fresh) => {
    process.stderr.write(`Building Loki ${VERSION} from source, once (ten minutes of processor time)\n`);
    const { Dir: dir } = JSON.parse(step('go', ['mod', 'download', '-json', `github.com/grafana/loki/v3@v${VERSION}`], REMEDY)) as {
      readonly Dir: string;
    };
    // Its own locked dependencies, but for one that lies beside it in its repository and not in its module.
    const mod = readFileSync(path.join(dir, 'go.mod'), 'utf8').replace(/^replace github\.com\/grafana\/loki\/pkg\/push => .*$/m, '');
    writeFileSync(path.join(fresh, 'go.mod'), mod);
    cpSync(path.join(dir, 'go.sum'), path.join(fresh, 'go.sum'));
    const flags = ['-mod=mod', `-modfile=${path.join(fresh, 'go.mod')}`, '-trimpath', '-ldflags=-s -w'];
    step('go', ['build', '-C', dir, ...flags, '-o', path.join(fresh, 'loki'), './cmd/loki'], REMEDY);
  });
  return path.join(folder, 'loki');
}

const CONFIG = (http: number, grpc: number): string => `
auth_enabled: false
server: { http_listen_address: 127.0.0.1, http_listen_port: ${http}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpc}, log_level: warn }
common:
  instance_addr: 127.0.0.1
  replication_factor: 1
  path_prefix: data
  ring: { instance_addr: 127.0.0.1, kvstore: { store: inmemory } }
frontend: { address: 127.0.0.1 }
schema_config:
  configs: [{ from: "2024-01-01", store: tsdb, object_store: filesystem, schema: v13, index: { prefix: index_, period: 24h } }]
analytics: { reporting_enabled: false }
`;

/** The metadata of docs/LOGS.md. */
function metadataOf({ fields }: Line): Record<string, string> {
  const run = fields['runId'] ?? (fields['clew'] as Line['fields'] | undefined)?.['run_id'];
  const all = { thread: fields['threadId'], run, event: fields['event'], from: fields['from'] };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

export async function startLoki(): Promise<LogStore> {
  const [http, grpc] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${http}`;
  const server = await startServer({
    name: 'loki',
    command: provide(),
    args: (folder) => {
      writeFileSync(path.join(folder, 'loki.yaml'), CONFIG(http, grpc));
      return ['-config.file=loki.yaml'];
    },
    readyUrl: `${url}/ready`,
  });
  return {
    async put(lines) {
      const streams = lines.map((line) => ({
        stream: { service: line.service },
        values: [[`${line.atMs}000000`, JSON.stringify(line.fields), metadataOf(line)]],
      }));
      const response = await fetch(`${url}/loki/api/v1/push`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ streams }),
      });
      if (!response.ok) throw new Error(`Loki: ${response.status} ${await response.text()}`);
    },
    async ask(query) {
      const kind = /^(sum|count|topk)/.test(query) ? 'query' : 'query_range';
      const response = await fetch(`${url}/loki/api/v1/${kind}?limit=5000&query=${encodeURIComponent(query)}`);
      const text = await response.text();
      if (!response.ok) throw new Error(`Loki refuses ${query}: ${text}`);
      const { data } = JSON.parse(text) as { readonly data: { readonly result: readonly Record<string, Record<string, string>>[] } };
      return data.result.map((one) => one['stream'] ?? one['metric'] ?? {});
    },
    stop: () => server.stop(),
  };
}
