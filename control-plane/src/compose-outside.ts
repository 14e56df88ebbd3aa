// The wiring of what stands outside the process, and of what it tells of its health.
import { freeBytes } from './adapters/files/index.ts';
import { otlpSender } from './adapters/otlp/index.ts';
import { openWeaviate, type WeaviateStore } from './adapters/weaviate/index.ts';
import { type Base, version } from './compose-base.ts';
import type { Embedders } from './compose-embedding.ts';
import type { Config } from './config.ts';
import { createPublicTopics, createSpanExport, type PublicTopics, type SpanExport } from './export/index.ts';
import type { Health, Metrics, Sizes } from './http/index.ts';
import type { Vectors } from './ingest/index.ts';
import { errorFields } from './kernel/index.ts';
import { hasTopics, leastUsers, publicLabel } from './topics/index.ts';

/** Vectors outside the store, where they are configured. The linker still reads its own from the store. */
export async function openOutsideVectors(config: Config): Promise<WeaviateStore | undefined> {
  const { weaviateUrl: url, weaviateGrpcUrl: grpcUrl, weaviateApiKey: apiKey } = config;
  return url === undefined ? undefined : openWeaviate({ url, grpcUrl, apiKey });
}

/** Topics that spans and metrics may name. */
export function openPublicTopics({ store, live, clock }: Base): PublicTopics {
  const policy = () => live.current().policy.topics;
  return createPublicTopics({
    threads: store.topics,
    leastUsers: (scope) => (hasTopics(scope, policy()) ? leastUsers(policy()) : undefined),
    labelOf: (scope, id, minUsers) => publicLabel(store.topics, scope, id, minUsers),
    clock,
  });
}

export function openSpanExport({ config, store, logger }: Base, topics: PublicTopics, metrics: Metrics): SpanExport | undefined {
  const { destinations, resource, queueLimit } = config.otlp;
  if (destinations.length === 0) return undefined;
  const spans = createSpanExport({
    reader: store.threads,
    runOf: (scope, runId) => store.runs.find(scope, runId),
    topics,
    destinations: destinations.map(({ view, target }) => ({ view, sender: otlpSender(target) })),
    meter: metrics,
    logger,
    resource: { 'service.version': version(), ...resource },
    queueLimit,
  });
  metrics.watchSpans(() => spans.waiting());
  return spans;
}

/** What metrics say of the store and of what stands beside it. */
export function sizesOf({ config, store }: Base, outside: WeaviateStore | undefined): () => Promise<Sizes> {
  return async () => {
    const sizes = store.sizes();
    const scopes = sizes.vectors.map(({ scope }) => scope);
    return {
      ...sizes,
      freeBytes: await freeBytes(config.dataFolder),
      vectors: outside
        ? await Promise.all(scopes.map(async (scope) => ({ scope, count: await outside.vectors.count(scope) })))
        : sizes.vectors,
    };
  };
}

/** Each search measured. */
export function timedVectors(vectors: Vectors, name: string, meter: Pick<Metrics, 'searched'>): Pick<Vectors, 'nearest'> {
  return {
    async nearest(query) {
      const startedMs = performance.now();
      const hits = await vectors.nearest(query);
      meter.searched(name, (performance.now() - startedMs) / 1000);
      return hits;
    },
  };
}

/** Below this the next batches may fit, and those after them do not: senders with a spool should keep theirs. */
const LEAST_FREE = 32 * 1024 * 1024;
/** Anybody may ask for readiness, and a write that is synced costs. */
const PROBE_MS = 2_000;

/** Whether the store takes writes, as of the last look. */
function createWriteProbe({ store, clock, logger }: Base): () => string {
  let state = 'ok';
  let lookedMs = -Infinity;
  return () => {
    if (clock.nowMs() - lookedMs < PROBE_MS) return state;
    lookedMs = clock.nowMs();
    try {
      store.probe();
      state = 'ok';
    } catch (error) {
      if (state === 'ok') logger.error('store_not_writable', errorFields(error));
      state = 'cannot be written: the disk is full or fails; see the log';
    }
    return state;
  };
}

export function healthOf(base: Base, embedders: Embedders, outside: WeaviateStore | undefined): Health[] {
  const { config, store } = base;
  const written = createWriteProbe(base);
  return [
    {
      name: 'store',
      check: () => Promise.resolve(written()),
    },
    {
      name: 'disk',
      check: async () =>
        (await freeBytes(config.dataFolder)) < LEAST_FREE ? 'almost full: less than 32 MiB are left under CLEW_DATA' : 'ok',
    },
    {
      name: 'models',
      check: async () => {
        // A hosted model is not asked by whoever looks whether we live; requests wait for it where it is away.
        const isAnswered = embedders.isExternal() || (await embedders.current().embed(['ready'])).length === 1;
        return isAnswered ? 'ok' : 'the embedding model does not answer';
      },
    },
    {
      name: 'journal',
      check: async () => {
        await store.journal.depth();
        return 'ok';
      },
    },
    ...(outside ? [{ name: 'weaviate', check: async () => ((await outside.isReady()) ? 'ok' : 'does not answer') }] : []),
  ];
}
