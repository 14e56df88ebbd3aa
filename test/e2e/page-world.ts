// Threads for the page's tests, in the very shapes of the API, served by the real web server from memory.
import { permissionsOf, roleMay, type Role } from '../../control-plane/src/access/index.ts';
import { createApp, type AppParts } from '../../control-plane/src/http/index.ts';
import { silentLogger, type Route } from '../../control-plane/src/kernel/index.ts';
import { searchRoutes, type SearchHit } from '../../control-plane/src/search/index.ts';
import {
  traceLinker,
  type RequestView,
  type ThreadDetail,
  type ThreadReader,
  type TopicNames,
} from '../../control-plane/src/threads/index.ts';
import { threadRoutes } from '../../control-plane/src/threads/routes.ts';
import type { AddressInfo } from 'node:net';
import { PAGE } from '../support/built.ts';
import { trustRoutes } from './page-trust.ts';

export const TOKEN = 'page-test-token';
const START = Date.parse('2026-03-02T09:00:00Z');
const HEX = '0123456789abcdef';
const hex = (seed: number, length: number): string =>
  Array.from({ length }, (_, i) => HEX[(seed * 7 + i * 5 + ((seed * i) % 11)) % 16]).join('');

/** A request with everything filled in; what a test cares about is given. */
export function request(thread: string, turn: number, given: Partial<RequestView> = {}): RequestView {
  const atMs = START + turn * 95_000;
  return {
    id: `${thread}-${turn}`,
    runId: hex(turn + thread.length, 32),
    at: new Date(atMs).toISOString(),
    endedAt: new Date(atMs + 1840).toISOString(),
    user: 'usr_5be21f90c7d34a11',
    thread,
    session: `${thread}-s1`,
    turn,
    position: turn === 1 ? 'first' : 'continuation',
    intent: 'information_seeking',
    followUp: null,
    method: turn === 1 ? 'new' : 'inferred',
    confidence: turn === 1 ? 0.97 : 0.88,
    similarity: turn === 1 ? null : 0.74,
    predecessor: turn === 1 ? null : `${thread}-${turn - 1}`,
    parent: null,
    successors: [`${thread}-${turn + 1}`],
    reasons:
      turn === 1
        ? [{ code: 'no_candidate', text: 'No thread was active in the last 24 hours.' }]
        : [
            { code: 'similar_prompt', text: "Similarity to the thread's closest prompt is 0.74.", weight: 2.41 },
            { code: 'short_gap', text: "Only 95 s passed since the thread's last request.", weight: 1.36 },
            { code: 'few_shared_words', text: 'It shares 4% of its rare words with the thread.', weight: -0.62 },
          ],
    moves: [],
    alternatives: turn === 1 ? [] : [{ threadId: 'thr_holiday_rota', probability: 0.09 }],
    truncation: null,
    fork: false,
    prompt: `Question ${turn}`,
    answer: `Answer ${turn}`,
    model: { requested: 'gpt-4o', executed: 'gpt-4o-2024-08-06', evidence: 'response_body', fingerprint: 'fp_3df5a7' },
    dialect: 'openai.chat',
    provider: 'openai',
    usage: { inputTokens: 412 + turn * 130, outputTokens: 96, cacheReadTokens: 256 },
    costUsd: 0.0031,
    status: { http: 200, outcome: 'ok', finishReason: 'stop' },
    error: null,
    guardrails: [],
    stages: { ingressMs: 3.2, guardrailMs: 41, routingMs: 612, responseMs: 1184 },
    trace: { traceId: hex(turn + 3, 32), spanId: hex(turn + 5, 16), source: 'traceparent' },
    correlationId: `corr-${thread}-${turn}`,
    declaredSession: null,
    call: { kind: 'turn' },
    gateway: { kind: 'kong', route: 'chat', service: 'openai', consumer: 'support-app' },
    sampling: { reason: 'rate', probability: 1 },
    historyLength: null,
    redactions: {},
    ...given,
  };
}

/** The summary that the store would keep of these requests. */
export function thread(id: string, requests: readonly RequestView[], given: Partial<ThreadDetail> = {}): ThreadDetail {
  const turns = requests.filter((entry) => (entry.call?.kind ?? 'turn') === 'turn');
  const first = requests[0]!;
  const last = requests.at(-1)!;
  return {
    id,
    user: first.user,
    startedAt: first.at,
    lastAt: last.at,
    durationMs: Date.parse(last.at) - Date.parse(first.at),
    turns: turns.length,
    calls: requests.length,
    title: (first.prompt ?? '').slice(0, 240),
    lastPrompt: (turns.at(-1)?.prompt ?? '').slice(0, 240),
    topic: null,
    models: [...new Set(requests.flatMap((entry) => entry.model?.executed ?? []))],
    errors: requests.filter((entry) => entry.status?.outcome === 'error').length,
    blocks: requests.filter((entry) => entry.status?.outcome === 'blocked').length,
    inputTokens: requests.reduce((sum, entry) => sum + (entry.usage?.inputTokens ?? 0), 0),
    outputTokens: requests.reduce((sum, entry) => sum + (entry.usage?.outputTokens ?? 0), 0),
    costUsd: requests.reduce((sum, entry) => sum + (entry.costUsd ?? 0), 0),
    outcome: 'completed',
    breakdown: null,
    sessions: 1,
    lowestConfidence: Math.min(...requests.map((entry) => entry.confidence)),
    requests,
    feedback: { up: 0, down: 0 },
    declaredSession: null,
    feedbackGiven: [],
    ...given,
  };
}

export interface World {
  readonly threads: ThreadDetail[];
  /** Further routes: those of the rooms in page-rooms.ts. */
  readonly routes?: readonly Route[];
  /** Address of traces, as CLEW_TRACE_URL. */
  readonly traceUrl?: string;
  /** What the token may do; everything unless given. */
  readonly role?: Role;
  /** Set to have every API call fail as an overloaded server would. */
  isDown: boolean;
}

export interface Served {
  readonly url: string;
  readonly token: string;
  close(): Promise<void>;
}

const METRICS = `# HELP clew_journal_waiting Accepted samples that wait for processing
clew_journal_waiting 12
clew_journal_lag_seconds 3.5
clew_journal_buried 2
clew_samples_accepted_total 1840
clew_store_bytes 52428800
clew_disk_free_bytes 45800000000
clew_vectors{kind="prompt"} 4000
clew_purge_last_success_timestamp_seconds 1700000000
clew_samples_rejected_total{code="invalid_sample"} 4
clew_gateway_dropped_total{tenant="t",environment="e",reason="queue_full"} 31
clew_gateway_dropped_total{tenant="t",environment="f",reason="queue_full"} 2
clew_spans_total{outcome="exported"} 900
clew_stage_items_total{stage="embed"} 1800
clew_stage_duration_seconds_sum{stage="embed"} 36
clew_stage_duration_seconds_count{stage="embed"} 120
`;

/** The real server with the real routes and policy around threads in memory. */
export async function serve(world: World): Promise<Served> {
  const role = world.role ?? 'admin';
  const parts: AppParts = {
    routes: [
      ...threadRoutes(readerOf(world), traceLinker(world.traceUrl), undefined, topicsOf(world)),
      ...trustRoutes({ threads: world.threads, isEmpty: world.threads.length === 0 }),
      ...searchRoutes({ find: (_scope, q) => Promise.resolve({ items: find(world, q), weaker: q === 'the' ? 3 : 0 }) }),
      meRoute(role),
      sessionRoute,
      ...(world.routes ?? []),
    ],
    textPages: [
      {
        path: '/metrics',
        permission: 'metrics:read',
        contentType: 'text/plain',
        summary: 'From memory',
        read: () => Promise.resolve(world.threads.length === 0 ? '' : METRICS),
      },
    ],
    authorizer: {
      authenticate: (header) =>
        Promise.resolve(header === `Bearer ${TOKEN}` ? { tokenId: 't', scope: { tenant: 'test', environment: 'test' }, role } : undefined),
      may: (_caller, permission) => roleMay(role, permission),
    },
    logger: silentLogger,
    observer: { requestFinished: () => undefined },
    version: '0.0.0',
    pageFolder: PAGE,
  };
  const server = createApp(parts).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    token: TOKEN,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const sessionRoute: Route = {
  method: 'get',
  path: '/v1/session',
  permission: null,
  summary: 'From memory',
  success: { status: 200, description: 'From memory' },
  handle: () => Promise.resolve({ status: 200, json: { login: false, csrf: null, endsAt: null } }),
};

const meRoute = (role: Role): Route => ({
  method: 'get',
  path: '/v1/me',
  permission: 'self:read',
  summary: 'From memory',
  success: { status: 200, description: 'From memory' },
  handle: () =>
    Promise.resolve({
      status: 200,
      json: { id: 't', role, permissions: permissionsOf(role), tenant: 'test', environment: 'test', user: null },
    }),
});

/** Enough people talk about all topics of this world. */
const topicsOf = (world: World): TopicNames => ({
  named: () => Promise.resolve(new Map(world.threads.flatMap(({ topic }) => (topic === null ? [] : [[topic.id, topic.label ?? '']])))),
});

function readerOf(world: World): ThreadReader {
  const check = (): void => {
    if (world.isDown) throw new Error('the store is away');
  };
  const find = (id: string): ThreadDetail | undefined => world.threads.find((entry) => entry.id === id);
  return {
    list: (_scope, filter, page) => {
      check();
      const matching = world.threads
        .filter(
          (entry) =>
            (filter.user === undefined || entry.user === filter.user) &&
            (filter.topic === undefined || entry.topic?.id === filter.topic) &&
            (filter.model === undefined || entry.models.includes(filter.model)) &&
            entry.turns >= (filter.minTurns ?? 0) &&
            (filter.session === undefined || entry.requests.some(({ session }) => session === filter.session)) &&
            (filter.breakdown === undefined ||
              (entry.breakdown !== null && (filter.breakdown === 'any' || entry.breakdown.kind === filter.breakdown))) &&
            (filter.outcome === undefined || entry.outcome === filter.outcome) &&
            (filter.position === undefined || entry.requests.some(({ position }) => position === filter.position)) &&
            (filter.fromMs === undefined || Date.parse(entry.lastAt) >= filter.fromMs),
        )
        .sort((a, b) => Date.parse(b.lastAt) - Date.parse(a.lastAt));
      const from = Number(page.cursor ?? 0);
      const items = matching.slice(from, from + page.limit).map((entry) => ({ ...entry, requests: undefined }));
      return Promise.resolve({ items, next: from + page.limit < matching.length ? String(from + page.limit) : null });
    },
    thread: (_scope, id, _onlyUser, part) => {
      check();
      const whole = find(id);
      if (whole === undefined || part === undefined || whole.requests.length <= part.limit) return Promise.resolve(whole);
      const wanted = part.around ?? whole.breakdown?.requestId;
      const at = Math.max(
        0,
        whole.requests.findIndex((entry) => entry.id === wanted),
      );
      const before = Math.max(0, at - Math.floor(part.limit / 2));
      const requests = whole.requests.slice(before, before + part.limit);
      const after = whole.requests.length - before - requests.length;
      return Promise.resolve({ ...whole, requests, part: { before, after } });
    },
    request: (_scope, id) => Promise.resolve(world.threads.flatMap((entry) => entry.requests).find((entry) => entry.id === id)),
    counts: () => Promise.resolve({ requests: world.threads.reduce((sum, { calls }) => sum + calls, 0), threads: world.threads.length }),
  };
}

function find(world: World, q: string): SearchHit[] {
  const needle = q.toLowerCase();
  return world.threads
    .flatMap((entry) => entry.requests)
    .flatMap((entry, rank) => {
      const prompt = entry.prompt ?? '';
      const at = prompt.toLowerCase().indexOf(needle);
      if (at === -1 || needle === '') return [];
      const end = at + needle.length;
      return {
        id: entry.id,
        thread: entry.thread,
        score: 1 / (60 + rank),
        why: ['words', 'meaning'] as const,
        answer: null,
        snippet: `${prompt.slice(0, at)}\u{E000}${prompt.slice(at, end)}\u{E001}${prompt.slice(end, end + 200)}`,
        at: entry.at,
        user: entry.user,
        model: entry.model?.executed ?? null,
        position: entry.position,
        intent: entry.intent,
        similarity: 0.61,
      };
    })
    .slice(0, 25);
}
