// How the control plane itself does: models, vectors, queues, purge, log. What costs a look into the store is looked up when the page
// is asked for, and no more often than it is worth.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { PurgeMeter } from '../retention/index.ts';
import type { Scope } from '../kernel/index.ts';
import { MAX_SCOPES } from './series-budget.ts';

/** Sizes that are read for the page. */
export interface Sizes {
  /** Events that were stored and not announced yet. */
  readonly events: number;
  readonly storeBytes: number;
  /** Bytes that a stored request takes, by class of data. */
  readonly requestBytes: Readonly<Record<string, number>>;
  readonly freeBytes: number;
  readonly vectors: readonly { readonly scope: Scope; readonly count: number }[];
  /** Leaves of each log, and up to where its newest checkpoint signs them. */
  readonly logs: readonly { readonly scope: Scope; readonly leaves: number; readonly signed: number }[];
}

export interface HealthMetrics extends PurgeMeter {
  /** One call of an embedding model. */
  embedded(model: string, seconds: number, texts: number): void;
  /** One search for the nearest vectors. */
  searched(store: string, seconds: number): void;
  watchSizes(read: () => Promise<Sizes>): void;
  /** Before the page is written. */
  refresh(): Promise<void>;
}

const WHERE = ['tenant', 'environment'] as const;
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const LEAST_MS = 10_000;
/** A look that took long is not taken again before this many times as long. */
const REST = 200;
const MODELS = 20;

export function createHealthMetrics(registry: Registry, version: string): HealthMetrics {
  const registers = [registry];
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> =>
    new Gauge<L>({ name, help, labelNames: [...labelNames], registers });
  gauge('clew_build_info', 'Always 1', ['version']).set({ version }, 1);
  const embedding = new Histogram({
    name: 'clew_embedding_duration_seconds',
    help: 'One call of an embedding model',
    labelNames: ['model'],
    buckets: SECONDS,
    registers,
  });
  const texts = new Counter({ name: 'clew_embedding_texts_total', help: 'Texts embedded', labelNames: ['model'], registers });
  const search = new Histogram({
    name: 'clew_vector_query_duration_seconds',
    help: 'One search for the nearest vectors',
    labelNames: ['store'],
    buckets: SECONDS,
    registers,
  });
  const purged = new Counter({ name: 'clew_purge_removed_total', help: 'What retention removed', labelNames: ['class'], registers });
  const passes = new Counter({
    name: 'clew_purge_passes_total',
    help: 'Passes of the purge by how they ended',
    labelNames: ['outcome'],
    registers,
  });
  const lastPurge = gauge('clew_purge_last_success_timestamp_seconds', 'When a pass of the purge last ended well');
  const events = gauge('clew_events_waiting', 'Stored events that are not announced yet');
  const storeBytes = gauge('clew_store_bytes', 'Size of the database');
  const requestBytes = gauge('clew_store_request_bytes', 'Bytes that a stored request takes', ['class']);
  const freeBytes = gauge('clew_disk_free_bytes', 'Room left under CLEW_DATA');
  const vectors = gauge('clew_vectors', 'Vectors in the index', WHERE);
  const leaves = gauge('clew_log_leaves', 'Runs in the log', WHERE);
  const signed = gauge('clew_log_signed_leaves', 'Runs that the newest checkpoint of the log covers', WHERE);

  const models = new Set<string>();
  const modelOf = (name: string): string => {
    if (!models.has(name) && models.size >= MODELS) return 'other';
    models.add(name);
    return name;
  };
  let read: (() => Promise<Sizes>) | undefined;
  let nextMs = -Infinity;

  return {
    embedded(model, seconds, count) {
      embedding.observe({ model: modelOf(model) }, seconds);
      texts.inc({ model: modelOf(model) }, count);
    },
    searched: (store, seconds) => search.observe({ store }, seconds),
    purged(report, atMs) {
      passes.inc({ outcome: 'done' });
      for (const [name, count] of Object.entries(report)) purged.inc({ class: name }, count as number);
      lastPurge.set(atMs / 1_000);
    },
    purgeFailed: () => passes.inc({ outcome: 'failed' }),
    watchSizes(reader) {
      read = reader;
    },
    async refresh() {
      const startedMs = performance.now();
      if (!read || startedMs < nextMs) return;
      const sizes = await read();
      nextMs = startedMs + Math.max(LEAST_MS, REST * (performance.now() - startedMs));
      events.set(sizes.events);
      storeBytes.set(sizes.storeBytes);
      freeBytes.set(sizes.freeBytes);
      requestBytes.reset();
      for (const [name, bytes] of Object.entries(sizes.requestBytes)) requestBytes.set({ class: name }, bytes);
      for (const family of [vectors, leaves, signed]) family.reset();
      for (const { scope, count } of sizes.vectors.slice(0, MAX_SCOPES)) vectors.set({ ...labelsOf(scope) }, count);
      for (const log of sizes.logs.slice(0, MAX_SCOPES)) {
        leaves.set(labelsOf(log.scope), log.leaves);
        signed.set(labelsOf(log.scope), log.signed);
      }
    },
  };
}

const labelsOf = ({ tenant, environment }: Scope): Record<(typeof WHERE)[number], string> => ({ tenant, environment });
