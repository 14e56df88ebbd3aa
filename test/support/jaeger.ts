// A real Jaeger for tests: takes OTLP, keeps traces in memory, and answers what it has.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { freePort, installed, startServer, step } from './server-process.ts';

const VERSION = '1.76.0';

export interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly refType: 'CHILD_OF' | 'FOLLOWS_FROM'; readonly traceID: string; readonly spanID: string }[];
  /** Microseconds. */
  readonly startTime: number;
  readonly duration: number;
  readonly tags: readonly { readonly key: string; readonly type: string; readonly value: string | number | boolean }[];
  readonly logs: readonly { readonly fields: readonly { readonly key: string; readonly value: unknown }[] }[];
  readonly processID: string;
}

export interface RunningJaeger {
  /** Base address for OTLP over HTTP. */
  readonly otlpUrl: string;
  /** Spans of a trace; none where it is not known. */
  trace(traceId: string): Promise<readonly JaegerSpan[]>;
  /** Traces of a service whose spans carry these tags. */
  search(tags: Readonly<Record<string, string>>): Promise<readonly (readonly JaegerSpan[])[]>;
  stop(): Promise<void>;
}

/** The server's binary; builds it from its own module where it is not there yet: its locked dependencies, nothing newer. */
export function provideJaeger(): string {
  const remedy = 'The tests of spans need a real Jaeger: install Go 1.25 or newer and allow it to reach a module proxy.';
  const folder = installed(`jaeger-${VERSION}`, (fresh) => {
    process.stderr.write(`Building Jaeger ${VERSION} from source, once (4 to 6 minutes on two cores)\n`);
    const module = JSON.parse(step('go', ['mod', 'download', '-json', `github.com/jaegertracing/jaeger@v${VERSION}`], remedy)) as {
      Dir: string;
    };
    const target = path.join(fresh, 'all-in-one');
    step('go', ['build', '-C', module.Dir, '-trimpath', '-ldflags=-s -w', '-o', target, './cmd/all-in-one'], remedy);
  });
  return path.join(folder, 'all-in-one');
}

export async function startJaeger(): Promise<RunningJaeger> {
  const command = provideJaeger();
  const flags = [
    'collector.otlp.http',
    'query.http-server',
    'admin.http',
    'collector.otlp.grpc',
    'query.grpc-server',
    'collector.http-server',
    'collector.grpc-server',
  ];
  const ports = await Promise.all(flags.map(() => freePort()));
  const url = (flag: string): string => `http://127.0.0.1:${ports[flags.indexOf(flag)]}`;
  const server = await startServer({
    name: 'jaeger',
    command,
    args: (folder) => {
      mkdirSync(folder, { recursive: true });
      return [...flags.map((flag, index) => `--${flag}.host-port=127.0.0.1:${ports[index]}`), '--memory.max-traces=10000'];
    },
    env: () => ({ ...process.env, SPAN_STORAGE_TYPE: 'memory', JAEGER_DISABLED: 'true' }),
    readyUrl: `${url('admin.http')}/`,
  });
  const query = async (route: string): Promise<readonly (readonly JaegerSpan[])[]> => {
    const response = await fetch(`${url('query.http-server')}${route}`);
    if (response.status === 404) return [];
    const { data } = (await response.json()) as { readonly data: readonly { readonly spans: readonly JaegerSpan[] }[] | null };
    return (data ?? []).map(({ spans }) => spans);
  };
  return {
    otlpUrl: url('collector.otlp.http'),
    trace: async (traceId) => (await query(`/api/traces/${traceId}`)).flat(),
    search: (tags) => query(`/api/traces?service=clew&limit=100&lookback=2d&tags=${encodeURIComponent(JSON.stringify(tags))}`),
    stop: () => server.stop(),
  };
}
