// Turns stored requests into spans for each destination. Storing and linking never wait for it.
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { scopeKey, type DomainEvent, type EventHandler, type Logger, type Scope } from '../kernel/index.ts';
import type { RequestView, ThreadReader } from '../threads/index.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import type { DestinationView } from './destination.ts';
import type { RequestFacts, RunFacts } from './facts.ts';
import { SCHEMA_URLS } from './gen-ai.ts';
import type { PublicTopics, SpanMeter, SpanSender } from './ports.ts';
import { relinkSpan, semanticSpan } from './semantic-span.ts';
import { stageSpans } from './stage-spans.ts';

export interface SpanExport extends EventHandler {
  /** Spans that wait, by destination. */
  waiting(): Readonly<Record<string, number>>;
  /** Sends what waits, within a few seconds. */
  drain(): Promise<void>;
}

export interface SpanExportParts {
  readonly reader: ThreadReader;
  /** What is known of a run's identity; absent: spans say nothing of it. */
  readonly runOf?: ((scope: Scope, runId: string) => Promise<RunFacts | undefined>) | undefined;
  readonly topics?: PublicTopics | undefined;
  readonly destinations: readonly { readonly view: DestinationView; readonly sender: SpanSender }[];
  readonly meter: SpanMeter;
  readonly logger: Logger;
  /** Of every span's resource, beside tenant and environment. */
  readonly resource: Readonly<Record<string, string>>;
  readonly queueLimit?: number | undefined;
  readonly pausesMs?: readonly number[] | undefined;
}

type Relinked = Extract<DomainEvent, { readonly type: 'ThreadRelinked' }>;

interface Target {
  readonly view: DestinationView;
  readonly delivery: Delivery;
}

const DRAIN_MS = 5_000;

export function createSpanExport(parts: SpanExportParts): SpanExport {
  const { reader, meter } = parts;
  const targets: readonly Target[] = parts.destinations.map(({ view, sender }) => ({
    view,
    delivery: createDelivery({ ...parts, destination: view.name, sender }),
  }));
  const resources = new Map<string, Resource>();

  function resourceOf(scope: Scope): Resource {
    const known = resources.get(scopeKey(scope));
    if (known) return known;
    const made = resourceFromAttributes({
      ...parts.resource,
      'deployment.environment.name': scope.environment,
      'clew.tenant': scope.tenant,
    });
    resources.set(scopeKey(scope), made);
    return made;
  }

  /** Once for all destinations; nothing is read where none has room. */
  async function factsOf(scope: Scope, requestId: string): Promise<RequestFacts | undefined> {
    const request = await reader.request(scope, requestId);
    if (!request) return undefined;
    return {
      request,
      predecessor: request.predecessor === null ? undefined : await reader.request(scope, request.predecessor),
      run: request.runId === null ? undefined : await parts.runOf?.(scope, request.runId),
      topic: (await parts.topics?.of(scope, request.thread)) ?? undefined,
    };
  }

  function hand(scope: Scope, request: RequestView, make: (view: DestinationView) => readonly ReadableSpan[]): void {
    for (const { view, delivery } of targets) {
      const spans = make(view);
      if (isUnrecorded(request) && view.sampling === 'parent') meter.spans(view.name, 'unsampled', spans.length);
      else delivery.offer(spans, ownerKey(scope, request.user));
    }
  }

  async function stored(scope: Scope, requestId: string): Promise<void> {
    if (targets.every(({ delivery }) => delivery.isFull())) {
      for (const { view } of targets) meter.spans(view.name, 'queue_full', 1);
      return;
    }
    const facts = await factsOf(scope, requestId);
    if (!facts) return;
    hand(scope, facts.request, (view) => {
      const place = { scope, resource: resourceOf(scope), schemaUrl: SCHEMA_URLS[view.conventions] };
      return [semanticSpan(place, facts, view), ...(view.stages ? stageSpans(place, facts) : [])];
    });
  }

  /** Spans that were sent keep naming the old thread: each moved request gets one more, which names the new one. */
  async function relinked({ scope, threadId, requestIds }: Relinked): Promise<void> {
    for (const id of requestIds) {
      const request = await reader.request(scope, id);
      const move = request?.moves.findLast(({ from }) => from === threadId);
      if (!request || !move) continue;
      hand(scope, request, ({ conventions }) => [
        relinkSpan({ scope, resource: resourceOf(scope), schemaUrl: SCHEMA_URLS[conventions] }, request, move),
      ]);
    }
  }

  return {
    name: 'otlp',
    afterOthers: true,
    async handle(events) {
      for (const event of events) {
        if (event.type === 'TurnStored') await stored(event.scope, event.requestId);
        else if (event.type === 'ThreadRelinked') await relinked(event);
        else for (const { delivery } of targets) delivery.forget(ownerKey(event.scope, event.principal) ?? '');
      }
    },
    waiting: () => Object.fromEntries(targets.map(({ view, delivery }) => [view.name, delivery.waiting()])),
    async drain() {
      await Promise.all(targets.map(({ delivery }) => delivery.drain(DRAIN_MS)));
    },
  };
}

/** Somebody upstream decided that this trace is not kept; a part of it would be an orphan. */
const isUnrecorded = ({ trace }: RequestView): boolean => trace?.parentSpanId !== undefined && trace.sampled === false;

const ownerKey = (scope: Scope, user: string | null): string | null => (user === null ? null : `${scopeKey(scope)}/${user}`);
