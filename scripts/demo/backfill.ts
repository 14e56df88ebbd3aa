// The hours before the demo: the same requests go to the same provider and through the plugin's own phases, with the
// clock set back. What a gateway hands the plugin is handed over here; everything from there on is the plugin.
import { setTimeout as sleep } from 'node:timers/promises';
import { COMPANION_KEYS } from '#contract';
import { readConfig } from '../../plugin/src/config.ts';
import { Drops } from '../../plugin/src/drops.ts';
import { Flow } from '../../plugin/src/flow.ts';
import type { Kong } from '../../plugin/src/kong.ts';
import { createLog } from '../../plugin/src/log.ts';
import { Runtime } from '../../plugin/src/runtime.ts';
import { createShipper } from '../../plugin/src/runtimes.ts';
import type { Answered, Outgoing, Send } from './send.ts';
import { steadyFetch } from './steady.ts';

export interface Past {
  /** Sends as if it were then; `atMs` is epoch milliseconds. */
  at(atMs: number): Send;
  /** Resolves once the control plane has taken everything. Rejects when something was lost. */
  close(): Promise<void>;
}

export interface PastOptions {
  readonly providerUrl: string;
  readonly controlPlaneUrl: string;
  readonly token: string;
  readonly hashKey: string;
  /** Names of consumers by their keys, as the gateway knows them. */
  readonly consumers: ReadonlyMap<string, string>;
}

const CLOSE_LIMIT_MS = 30_000;

export async function openPast(options: PastOptions): Promise<Past> {
  const { config } = readConfig({
    control_plane_url: options.controlPlaneUrl,
    token: options.token,
    hash_key: options.hashKey,
    gateway: 'trial',
    flush_ms: 50,
  });
  const log = createLog('error');
  const drops = new Drops();
  const shipper = createShipper(config, drops, log, 'demo');
  const runtime = new Runtime(config, log, { shipper, drops });
  await runtime.poller.poll();
  const flow = new Flow(config, runtime);
  let sent = 0;
  return {
    at: (atMs) => (request) => {
      sent += 1;
      return sendThen(flow, options, request, atMs);
    },
    close: async () => {
      const end = Date.now() + CLOSE_LIMIT_MS;
      while (shipper.accepted < sent && Date.now() < end) {
        await sleep(20);
        await shipper.flush();
      }
      await runtime.close();
      if (shipper.accepted < sent)
        throw new Error(`${sent - shipper.accepted} requests of the past did not arrive (${drops.news() ?? 'in time'})`);
    },
  };
}

async function sendThen(flow: Flow, options: PastOptions, request: Outgoing, atMs: number): Promise<Answered> {
  const shared = new Map<string, unknown>();
  const kong = kongWith(shared);
  // As upstream of the gateway: its own key does not reach the provider.
  const { apikey = '', ...headers } = request.headers;
  shared.set(COMPANION_KEYS.request, {
    v: 1,
    method: 'POST',
    path: `/${request.route}${request.path}`,
    scheme: 'http',
    host: '127.0.0.1',
    client_ip: '127.0.0.1',
    headers: request.headers,
    body: request.body,
    body_bytes: Buffer.byteLength(request.body),
    body_truncated: false,
    started_ms: atMs,
  });
  await flow.access(kong);
  const runId = runIdOf(shared.get(COMPANION_KEYS.decision));
  const init = { method: 'POST', headers, body: request.body };
  const response = await steadyFetch(`${options.providerUrl}${request.path}`, init, { isRepeatable: true });
  const body = await response.text();
  const answered = { status: response.status, headers: Object.fromEntries(response.headers), body, runId };
  const upstreamMs = atMs + 3;
  // As long as a model of this kind takes: the longer the answer, the longer.
  const firstByteMs = upstreamMs + 320 + (body.length % 700);
  const consumer = options.consumers.get(apikey);
  shared.set(COMPANION_KEYS.outcome, {
    v: 1,
    ...(runId === undefined ? {} : { run_id: runId }),
    status: response.status,
    response_headers: answered.headers,
    body,
    body_bytes: Buffer.byteLength(body),
    body_truncated: false,
    started_ms: atMs,
    upstream_ms: upstreamMs,
    first_byte_ms: firstByteMs,
    ended_ms: firstByteMs + Math.round(body.length / 4),
    aborted: false,
    route: { name: request.route },
    service: { name: request.route },
    ...(consumer === undefined ? {} : { consumer: { name: consumer } }),
    tries: [{ status: response.status }],
  });
  await flow.log(kong);
  return answered;
}

function runIdOf(decision: unknown): string | undefined {
  return typeof decision === 'object' && decision !== null && 'run_id' in decision && typeof decision.run_id === 'string'
    ? decision.run_id
    : undefined;
}

/** With the companion's tables in place, the plugin asks Kong for nothing else. */
function kongWith(shared: Map<string, unknown>): Kong {
  const unused = (): Promise<never> => Promise.reject(new Error('The plugin asked for what the companion already gave'));
  return {
    ctx: {
      shared: {
        get: (key) => Promise.resolve(shared.get(key)),
        set: (key, value) => Promise.resolve(void shared.set(key, value)),
      },
    },
    log: { setSerializeValue: unused },
    client: { getConsumer: unused },
    request: { getMethod: unused, getPath: unused, getHeaders: unused, getRawBody: unused },
    response: { getStatus: unused, getHeaders: unused, setHeaders: unused, exit: unused },
    service: { request: { setHeaders: unused, clearHeader: unused, setRawBody: unused } },
  };
}
