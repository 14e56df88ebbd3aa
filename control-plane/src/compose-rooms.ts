// The rooms, opened in the order in which they need one another.
import path from 'node:path';
import { openKeyFolder } from './adapters/files/index.ts';
import { openModelPool, openNameFinder, withShippedWords } from './adapters/onnx/index.ts';
import { partitionInThread } from './adapters/partition/index.ts';
import type { WeaviateStore } from './adapters/weaviate/index.ts';
import { openAlerts, type AlertRoom } from './compose-alerts.ts';
import { secretOf, version, type Base } from './compose-base.ts';
import { openEmbedders, openMover, type Embedders } from './compose-embedding.ts';
import { openLinker, type Linker } from './compose-linking.ts';
import { openOutsideVectors, openPublicTopics, openSpanExport, sizesOf } from './compose-outside.ts';
import { openEraser } from './compose-people.ts';
import { subjectsOf } from './compose-privacy.ts';
import { createWorkshop } from './compose-processing.ts';
import { openTrust, type Trust } from './compose-trust.ts';
import { createThreadLog, type PublicTopics, type SpanExport } from './export/index.ts';
import { createFeedback, feedbackRedactor, type FeedbackRedactor, type FeedbackRoom } from './feedback/index.ts';
import { createMetrics, type Metrics } from './http/index.ts';
import {
  createAcceptor,
  createAnnouncer,
  createJournalKeys,
  createPipeline,
  createRelinkedVectors,
  type Acceptor,
  type Announcer,
  type JournalKeys,
  type Pipeline,
} from './ingest/index.ts';
import { systemRandomness, type EventHandler } from './kernel/index.ts';
import { createLive, type Live } from './live/index.ts';
import { replayErasures, withoutErased, type Eraser } from './privacy/index.ts';
import type { Mover } from './reembed/index.ts';
import { createTopicPlacer, createTopicWall, type TopicPlacer, type TopicWall } from './topics/index.ts';

/** What stands before the first request can be processed. */
interface Ground {
  readonly metrics: Metrics;
  readonly embedders: Embedders;
  /** Present where vectors are searched outside the store. */
  readonly outside: WeaviateStore | undefined;
  /** Under which pseudonyms are made here. */
  readonly secret: Uint8Array;
  readonly keys: JournalKeys;
  readonly linker: Linker;
  readonly workshop: ReturnType<typeof createWorkshop>;
  readonly publicTopics: PublicTopics;
  readonly topicWall: TopicWall;
  readonly spanExport: SpanExport | undefined;
}

/** What is told of each request once it is stored. */
interface Told {
  readonly topics: TopicPlacer;
  readonly eraser: Eraser;
  readonly redactor: FeedbackRedactor;
  readonly feedback: FeedbackRoom;
  readonly watching: Live;
  readonly announcer: Announcer;
}

export interface Rooms extends Ground, Trust, Told {
  readonly pipeline: Pipeline;
  readonly acceptor: Acceptor;
  readonly mover: Mover;
  readonly alerts: AlertRoom;
}

export async function openRooms(base: Base): Promise<Rooms> {
  const ground = await openGround(base);
  const trust = await openTrust(base, ground.metrics);
  const told = await openTold(base, ground, trust);
  const { embedders, outside, workshop, metrics } = ground;
  const { pipeline, acceptor } = openIngest(base, { ...ground, ...trust, ...told });
  const mover = openMover(base, { embedders, outside, pipeline, topics: told.topics, renew: () => workshop.renew() });
  metrics.watchSizes(sizesOf(base, outside));
  const alerts = openAlerts(base, { metrics, redactor: () => workshop().redactor, topics: ground.topicWall });
  return { ...ground, ...trust, ...told, pipeline, acceptor, mover, alerts };
}

async function openGround(base: Base): Promise<Ground> {
  const { config, overrides, clock, live, store, closers } = base;
  const metrics = createMetrics(version());
  const pool = openModelPool();
  closers.push(() => pool.close());
  const embedders = await openEmbedders({ ...base, meter: metrics, pool });
  closers.push(() => embedders.close());
  const nameFinder = overrides.nameFinder ?? openNameFinder({ pool });
  closers.push(() => nameFinder.close());
  const secret = await secretOf(base, 'pseudonyms.key');
  metrics.watchJournal(
    () => store.journal.depth(),
    () => clock.nowMs(),
  );
  metrics.watchErasures(() => store.events.deferred());
  const outside = await openOutsideVectors(config);
  if (outside) closers.push(() => outside.close());
  const linker = await openLinker(base, embedders, metrics);
  const workshop = createWorkshop({ store, embedders, nameFinder, secret, live, linking: linker.settings });
  const keyStore = await openKeyFolder(path.join(config.dataFolder, 'journal-keys'));
  const keys = createJournalKeys({ store: keyStore, clock, randomness: systemRandomness });
  const publicTopics = openPublicTopics(base);
  const spanExport = openSpanExport(base, publicTopics, metrics);
  const topicWall = createTopicWall({ store: store.topics, policy: () => live.current().policy.topics });
  return { metrics, embedders, outside, secret, keys, linker, workshop, publicTopics, topicWall, spanExport };
}

function openTopics({ store, clock, live, logger }: Base, embedders: Embedders): TopicPlacer {
  return createTopicPlacer({
    store: store.topics,
    clock,
    policy: () => live.current().policy.topics,
    partitioner: partitionInThread,
    // Words of redacted texts, but no sentence that says whether the policy lets them out: hosted models get none.
    wordsOf: (model) =>
      embedders.isExternal() || embedders.current().modelId !== model
        ? undefined
        : withShippedWords(model, (words) => embedders.open(model).embed(words)),
    onFailure: (error) => logger.warn('topics_not_consolidated', { reason: error instanceof Error ? error.message : 'unknown' }),
  });
}

/** What was erased is erased again before anything is told of: a restored backup may hold it. */
async function openTold(base: Base, ground: Ground, trust: Trust): Promise<Told> {
  const { live, store, clock, logger } = base;
  const { metrics, outside, workshop, secret, keys, linker, publicTopics, spanExport } = ground;
  const { access, ledger, vault } = trust;
  const topics = openTopics(base, ground.embedders);
  const eraser = openEraser(base, {
    access,
    sessions: trust.door.sessions,
    topics,
    outside,
    renewLinking: () => workshop.renew(),
    keys,
    ledger,
    vault,
    unkept: trust.identity.unkept,
  });
  const subjects = () => subjectsOf(base, access);
  await replayErasures({ ledger, tombstones: store.tombstones, subjects, eraser, audit: store.audit, logger });
  const redactor = feedbackRedactor(workshop, secret);
  const feedback = createFeedback({ store: store.feedback, redactor, policy: () => live.current().policy, meter: metrics, clock });
  const watching = createLive({ reader: store.live });
  const handlers: EventHandler[] = [
    topics.handler,
    eraser.handler,
    feedback.handler,
    metrics.topicHandler(publicTopics),
    createThreadLog(store.threads, logger),
    watching.handler,
    ...(spanExport ? [spanExport] : []),
    ...(outside ? [createRelinkedVectors(outside.vectors, store.threads)] : []),
    linker.handler,
  ];
  const announcer = createAnnouncer({ outbox: store.events, handlers, logger, meter: metrics, clock });
  return { topics, eraser, redactor, feedback, watching, announcer };
}

function openIngest(base: Base, parts: Ground & Trust & Told): Pick<Rooms, 'pipeline' | 'acceptor'> {
  const { config, live, store, clock, logger } = base;
  const { metrics, outside, workshop, secret, keys, identity, vault, announcer } = parts;
  const pipeline = createPipeline({
    journal: store.journal,
    keys,
    sink: store.turns,
    vectors: outside && withoutErased(outside.vectors, store.tombstones),
    workshop,
    identifier: identity.identifier,
    unkept: identity.unkept,
    vault,
    key: secret,
    meter: metrics,
    logger,
    clock,
    committed: () => announcer.notify(),
  });
  const acceptor = createAcceptor({
    journal: store.journal,
    keys,
    policy: () => live.current().policy,
    unkept: identity.unkept,
    meter: metrics,
    clock,
    limits: config.limits,
    arrived: () => pipeline.notify(),
  });
  return { pipeline, acceptor };
}
