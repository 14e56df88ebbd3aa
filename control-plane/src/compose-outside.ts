// The wiring of what stands outside the process, and of what it tells of its health.
import { openWeaviate, type WeaviateStore } from './adapters/weaviate/index.ts';
import { type Base, version } from './compose-base.ts';
import type { Embedders } from './compose-embedding.ts';
import type { Config } from './config.ts';
import { createSpanExport, otlpSender, type SpanExport } from './export/index.ts';
import type { Health, Metrics } from './http/index.ts';

/** Vectors outside the store, where they are configured. The linker still reads its own from the store. */
export async function openOutsideVectors(config: Config): Promise<WeaviateStore | undefined> {
  const { weaviateUrl: url, weaviateGrpcUrl: grpcUrl, weaviateApiKey: apiKey } = config;
  return url === undefined ? undefined : openWeaviate({ url, grpcUrl, apiKey });
}

export function openSpanExport({ config, store, logger }: Base, metrics: Metrics): SpanExport | undefined {
  if (!config.otlp) return undefined;
  const sender = otlpSender(config.otlp.url, config.otlp.headers);
  return createSpanExport({
    reader: store.threads,
    runOf: (scope, runId) => store.runs.find(scope, runId),
    sender,
    meter: metrics,
    logger,
    version: version(),
  });
}

export function healthOf({ store }: Base, embedders: Embedders, outside: WeaviateStore | undefined): Health[] {
  return [
    {
      name: 'store',
      check: async () => {
        await store.meta.get('health');
        return 'ok';
      },
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
