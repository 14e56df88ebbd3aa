// The wiring of embedding models: which there are, which is in force, and what changes when another one comes into force.
import { centredModelId, openCentredEmbedder } from './adapters/embed-http/index.ts';
import { openEmbedder, openStaticEmbedder, readManifest, type ModelPool } from './adapters/onnx/index.ts';
import type { SqliteStore } from './adapters/sqlite/index.ts';
import type { WeaviateStore } from './adapters/weaviate/index.ts';
import type { Base, Overrides } from './compose-base.ts';
import type { Config } from './config.ts';
import type { Metrics } from './http/index.ts';
import type { Embedder, Pipeline } from './ingest/index.ts';
import { ClewError, type Logger, type Scope } from './kernel/index.ts';
import type { LivePolicy } from './policies/index.ts';
import { withoutErased } from './privacy/index.ts';
import { createMover, type Mover } from './reembed/index.ts';
import type { TopicPlacer } from './topics/index.ts';

type Closable = Embedder & { close(): Promise<void> };

interface Source {
  /** What people call it. */
  readonly name: string;
  readonly id: string;
  /** Texts leave this process for it. */
  readonly isExternal: boolean;
  open(): Closable;
}

export interface Embedders {
  /** The one in force. */
  current(): Embedder;
  /** The id for a short name or an id. Throws not_found, naming what there is, and forbidden where the policy says so. */
  readonly resolve: (name: string) => string;
  /** By id; kept open. Throws as `resolve`. */
  open(id: string): Embedder;
  /** Puts it in force for everything that asks from now on. */
  use(embedder: Embedder): void;
  /** False where the policy has no texts sent to the model in force. */
  isAllowed(): boolean;
  /** Whether texts leave this process for the model in force. */
  isExternal(): boolean;
  close(): Promise<void>;
}

function sourcesOf({ embedder: { http } }: Config, overrides: Overrides, pool?: ModelPool): readonly Source[] {
  const shipped = readManifest();
  const idOf = (kind: 'embedding' | 'static'): string => shipped.find((model) => model.kind === kind)?.id ?? kind;
  const { embedder: local, otherEmbedders = [] } = overrides;
  return [
    { name: 'local', id: local?.modelId ?? idOf('embedding'), isExternal: false, open: () => local ?? openEmbedder(pool && { pool }) },
    { name: 'static', id: idOf('static'), isExternal: false, open: () => openStaticEmbedder() },
    ...(http ? [{ name: http.dialect, id: centredModelId(http), isExternal: true, open: () => openCentredEmbedder(http) }] : []),
    ...otherEmbedders.map((one) => ({ name: one.modelId, id: one.modelId, isExternal: false, open: () => one })),
  ];
}

/** Throws config_invalid where the store's model cannot be had, forbidden where the policy keeps texts here. */
export async function openEmbedders(parts: {
  readonly config: Config;
  readonly overrides: Overrides;
  readonly store: SqliteStore;
  readonly live: LivePolicy;
  readonly logger: Logger;
  readonly meter: Pick<Metrics, 'embedded'>;
  /** For the shipped model. */
  readonly pool: ModelPool;
}): Promise<Embedders> {
  const { config, store, live, logger } = parts;
  const sources = sourcesOf(config, parts.overrides, parts.pool);
  const opened = new Map<string, Closable>();
  const opening = (source: Source): Embedder => {
    const known = opened.get(source.id) ?? timed(source.open(), parts.meter);
    opened.set(source.id, known);
    return known;
  };
  const open = (name: string): Embedder => opening(sourceOf(sources, name, live));
  const isExternal = (): boolean => sources.find(({ id }) => id === current.modelId)?.isExternal === true;
  const first = sources.find(({ name }) => name === config.embedder.first) ?? sourceOf(sources, 'local', live);
  const before = await store.embedding.inForce();
  // A store that begins with a hosted model needs the policy's leave; one that lost it goes on, and embeds nothing.
  if (before === undefined) sourceOf(sources, first.id, live);
  const stored = before ?? (await store.embedding.adopt(first.id));
  if (!sources.some(({ id }) => id === stored)) {
    throw new ClewError(
      'config_invalid',
      `the store holds vectors of ${stored}, which this configuration does not bring; set CLEW_EMBEDDER… as they were, or move them with the server stopped: clew reembed --model local`,
    );
  }
  if (stored !== first.id)
    logger.warn('embedding_model_of_store', {
      inForce: stored,
      configured: first.id,
      remedy: `clew reembed --model ${config.embedder.first}`,
    });
  let current = opening(sources.find(({ id }) => id === stored) ?? first);
  return {
    current: () => current,
    resolve: (name) => sourceOf(sources, name, live).id,
    open,
    use: (embedder) => {
      current = embedder;
    },
    isAllowed: () => !isExternal() || isExternalAllowed(live),
    isExternal,
    async close() {
      for (const one of opened.values()) await one.close();
    },
  };
}

/** Each call of the model measured. */
function timed(embedder: Closable, meter: Pick<Metrics, 'embedded'>): Closable {
  return {
    modelId: embedder.modelId,
    get dimensions() {
      return embedder.dimensions;
    },
    close: () => embedder.close(),
    async embed(texts) {
      const startedMs = performance.now();
      const vectors = await embedder.embed(texts);
      meter.embedded(embedder.modelId, (performance.now() - startedMs) / 1000, texts.length);
      return vectors;
    },
  };
}

/** Moves vectors while everything else goes on. */
export function openMover(
  { config, store, clock, logger }: Pick<Base, 'config' | 'store' | 'clock' | 'logger'>,
  parts: {
    readonly embedders: Embedders;
    readonly outside: WeaviateStore | undefined;
    readonly pipeline: Pick<Pipeline, 'exclusively'>;
    readonly topics: TopicPlacer;
    readonly renew: () => void;
  },
): Mover {
  const { embedders, outside } = parts;
  return createMover({
    store: store.embedding,
    outside: outside && withoutErased(outside.vectors, store.tombstones),
    open: (model) => Promise.resolve().then(() => embedders.open(model)),
    exclusively: (work) => parts.pipeline.exclusively(work),
    async switched(embedder) {
      embedders.use(embedder);
      // What remembers vectors: the linker's states and the cache, and the centroids of topics.
      parts.renew();
      for (const scope of await store.retention.scopes())
        void parts.topics.refresh(scope).catch((error: unknown) => complain(logger, scope, error));
    },
    audit: store.audit,
    scope: config.scope,
    clock,
    logger,
  });
}

function complain(logger: Logger, { tenant, environment }: Scope, error: unknown): void {
  logger.warn('topics_not_refreshed', { tenant, environment, reason: error instanceof Error ? error.name : 'unknown' });
}

/** For `clew reembed` where no server runs: nothing else writes, so nothing has to wait. */
export async function openAlone(
  {
    config,
    store,
    outside,
    live,
    clock,
    logger,
  }: Pick<Base, 'config' | 'store' | 'live' | 'clock' | 'logger'> & {
    readonly outside: WeaviateStore | undefined;
  },
  name: string,
): Promise<{ readonly mover: Mover; readonly modelId: string; close(): Promise<void> }> {
  const source = sourceOf(sourcesOf(config, {}), name, live);
  const embedder = source.open();
  await store.embedding.adopt(source.id);
  const mover = createMover({
    store: store.embedding,
    outside: outside && withoutErased(outside.vectors, store.tombstones),
    open: (model) =>
      model === source.id
        ? Promise.resolve(embedder)
        : Promise.reject(new ClewError('conflict', `a move to ${model} is under way; end that one first`)),
    exclusively: (work) => work(),
    switched: () => Promise.resolve(),
    audit: store.audit,
    scope: config.scope,
    clock,
    logger,
  });
  return {
    mover,
    modelId: source.id,
    async close() {
      await mover.stop();
      await embedder.close();
    },
  };
}

/** By short name or id. */
function sourceOf(sources: readonly Source[], name: string, live: LivePolicy): Source {
  const source = sources.find((one) => one.name === name || one.id === name);
  if (!source) {
    const known = sources.map((one) => `${one.name} (${one.id})`).join(', ');
    throw new ClewError(
      'not_found',
      `no such embedding model here; there are ${known}; CLEW_EMBEDDER_URL and _MODEL bring in a hosted one`,
    );
  }
  if (source.isExternal && !isExternalAllowed(live)) {
    const remedy = '"embedding: { external: true }" lets redacted texts out to the configured embedder';
    throw new ClewError('forbidden', `the policy keeps texts here; ${remedy}`);
  }
  return source;
}

const isExternalAllowed = (live: LivePolicy): boolean => live.current().policy.embedding?.external === true;
