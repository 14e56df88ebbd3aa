// The wiring of what stands outside the process, and of what it tells of its health.
import { freeBytes } from './adapters/files/index.ts';
import { otlpSender } from './adapters/otlp/index.ts';
import { openWeaviate, type WeaviateStore } from './adapters/weaviate/index.ts';
import { type Base, version } from './compose-base.ts';
import type { Embedders } from './compose-embedding.ts';
import type { Config } from './config.ts';
import { createPublicTopics, createSpanExport, type PublicTopics, type SpanExport } from './export/index.ts';
import type { Health, Metrics } from './http/index.ts';
import { errorFields } from './kernel/index.ts';
import { hasTopics, leastUsers, publicLabel } from './topics/index.ts';

/** The largest; beyond them a topic has no name outside. */
const PUBLIC_TOPICS = 100;

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
    counts: async (scope) => {
      if (!hasTopics(scope, policy())) return [];
      const minUsers = leastUsers(policy());
      const topics = await store.topics.counts(scope, minUsers, PUBLIC_TOPICS);
      return Promise.all(topics.map(async ({ id }) => ({ id, label: await publicLabel(store.topics, scope, id, minUsers) })));
    },
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
