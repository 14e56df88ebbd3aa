// Sends semantic spans by OTLP/HTTP. The receiver may be slow or gone: the queue is bounded, each batch is tried a few
// times, and what is lost is counted. Storing and linking never wait for it.
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { scopeKey, type DomainEvent, type EventHandler, type Logger, type Scope } from '../kernel/index.ts';
import type { ThreadReader } from '../threads/index.ts';
import { relinkSpan, semanticSpan, type RunFacts } from './semantic-span.ts';

export interface SpanSender {
  /** Resolves when the receiver has the spans. */
  send(spans: readonly ReadableSpan[]): Promise<void>;
  close(): Promise<void>;
}

export interface SpanMeter {
  spans(outcome: 'exported' | 'dropped' | 'failed', count: number): void;
}

export interface SpanExport extends EventHandler {
  /** Sends what waits, within a few seconds, and closes. */
  drain(): Promise<void>;
}

export interface SpanExportParts {
  readonly reader: ThreadReader;
  /** What is known of a run's identity; absent: spans say nothing of it. */
  readonly runOf?: ((scope: Scope, runId: string) => Promise<RunFacts | undefined>) | undefined;
  readonly sender: SpanSender;
  readonly meter: SpanMeter;
  readonly logger: Logger;
  readonly version: string;
  readonly queueLimit?: number;
  readonly pausesMs?: readonly number[];
}

type Relinked = Extract<DomainEvent, { readonly type: 'ThreadRelinked' }>;

const QUEUE = 2_048;
const BATCH = 256;
const DRAIN_MS = 5_000;

export function otlpSender(url: string, headers: Readonly<Record<string, string>>): SpanSender {
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: 10_000 });
  return {
    send: (spans) =>
      new Promise((resolve, reject) => {
        exporter.export([...spans], ({ error }) => (error === undefined ? resolve() : reject(error)));
      }),
    close: () => exporter.shutdown(),
  };
}

export function createSpanExport(parts: SpanExportParts): SpanExport {
  const { sender, meter, logger } = parts;
  const pauses = parts.pausesMs ?? [500, 2_000, 5_000];
  const limit = parts.queueLimit ?? QUEUE;
  const resources = new Map<string, Resource>();
  const queue: ReadableSpan[] = [];
  let sending: Promise<void> | undefined;

  function resourceOf(scope: Scope): Resource {
    const key = scopeKey(scope);
    const known = resources.get(key);
    if (known) return known;
    const made = resourceFromAttributes({
      'service.name': 'clew',
      'service.version': parts.version,
      'deployment.environment.name': scope.environment,
      'clew.tenant': scope.tenant,
    });
    resources.set(key, made);
    return made;
  }

  async function spansOf(event: DomainEvent): Promise<readonly ReadableSpan[]> {
    if (event.type === 'ThreadRelinked') return relinkSpansOf(event);
    if (event.type !== 'TurnStored') return [];
    const request = await parts.reader.request(event.scope, event.requestId);
    if (!request) return [];
    const predecessor = request.predecessor === null ? undefined : await parts.reader.request(event.scope, request.predecessor);
    const run = request.runId === null ? undefined : await parts.runOf?.(event.scope, request.runId);
    return [semanticSpan(event.scope, request, predecessor, resourceOf(event.scope), run)];
  }

  /** Spans that were sent keep naming the old thread: each moved request gets one more, which names the new one. */
  async function relinkSpansOf({ scope, threadId, requestIds }: Relinked): Promise<readonly ReadableSpan[]> {
    const spans: ReadableSpan[] = [];
    for (const id of requestIds) {
      const request = await parts.reader.request(scope, id);
      const move = request?.moves.findLast(({ from }) => from === threadId);
      if (request && move) spans.push(relinkSpan(scope, request, move, resourceOf(scope)));
    }
    return spans;
  }

  async function sendAll(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0, BATCH);
      if (await trySending(batch)) meter.spans('exported', batch.length);
      else meter.spans('failed', batch.length);
    }
  }

  async function trySending(batch: readonly ReadableSpan[]): Promise<boolean> {
    for (const pauseMs of [...pauses, undefined]) {
      try {
        await sender.send(batch);
        return true;
      } catch (error) {
        logger.warn('spans_not_sent', { spans: batch.length, errorName: error instanceof Error ? error.name : typeof error });
        if (pauseMs !== undefined) await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
      }
    }
    return false;
  }

  return {
    name: 'otlp',
    async handle(events) {
      for (const event of events) {
        if (queue.length >= limit) {
          meter.spans('dropped', 1);
          continue;
        }
        queue.push(...(await spansOf(event)));
      }
      sending ??= sendAll().finally(() => {
        sending = undefined;
      });
    },
    async drain() {
      const timeout = new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref());
      await Promise.race([sending, timeout]);
      if (queue.length > 0) meter.spans('dropped', queue.length);
      await Promise.race([sender.close(), timeout]);
    },
  };
}
