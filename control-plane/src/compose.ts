// The only place that picks adapters and joins the rooms. Everything else takes what it needs as a port.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Express } from 'express';
import { unsafePatternReason } from '#redact';
import { accessRoutes, createAccess, createTokenStore, type Access, type IssuedToken, loginRoutes } from './access/index.ts';
import { checkpointFolder, manifestFolder, openKeyFolder, policyFile } from './adapters/files/index.ts';
import { openNameFinder, withShippedWords } from './adapters/onnx/index.ts';
import { partitionInThread } from './adapters/partition/index.ts';
import { createLogger } from './adapters/pino/index.ts';
import { openSqlite, repackBeside } from './adapters/sqlite/index.ts';
import { type Overrides, type Base, principalMeant, pseudonymAt, secretOf, version } from './compose-base.ts';
import { openAlerts } from './compose-alerts.ts';
import { openEmbedders, openMover } from './compose-embedding.ts';
import { openInsight, openLinker, openRepairs } from './compose-linking.ts';
import { openOutsideVectors, openPublicTopics, openSpanExport, healthOf, sizesOf, timedVectors } from './compose-outside.ts';
import { openPeople, openReleaser, openEraser, withSessions } from './compose-people.ts';
import { auditPolicy, openAudit, openLedger, openRetention, openVault, subjectsOf } from './compose-privacy.ts';
import { createWorkshop, openLiteLlm, openOtlp, meaningIndex, policyParts } from './compose-processing.ts';
import type { Config } from './config.ts';
import { createThreadLog } from './export/index.ts';
import { createFeedback, feedbackRedactor, feedbackRoutes } from './feedback/index.ts';
import { createApp, createMetrics, DEFAULT_RATES, healthRoutes, isLoopback, JSON_LIMITS, readBody } from './http/index.ts';
import { createIdentity, openManifests, witnessClient, type IdentityRoom } from './identity/index.ts';
import { graphRoutes } from './graph/index.ts';
import { createLive, liveRoutes } from './live/index.ts';
import { createAcceptor, createAnnouncer, createJournalKeys, createPipeline, createRelinkedVectors, ingestRoutes } from './ingest/index.ts';
import { errorFields, systemClock, systemRandomness, type EventHandler, type Logger, type Route } from './kernel/index.ts';
import { openPolicy, policyRoutes } from './policies/index.ts';
import { privacyRoutes, replayErasures, withoutErased } from './privacy/index.ts';
import { reportRoutes } from './reports/index.ts';
import { embeddingRoutes } from './reembed/index.ts';
import { schedulePurge, withOutsideVectors, type Purging } from './retention/index.ts';
import { createSearch, searchRoutes } from './search/index.ts';
import { traceLinker } from './threads/index.ts';
import { threadRoutes } from './threads/routes.ts';
import { createExactFigures } from './disclosure/index.ts';
import { createTopicPlacer, topicRoutes } from './topics/index.ts';
import { revealRoutes } from './vault/index.ts';

export interface ControlPlane {
  readonly app: Express;
  readonly logger: Logger;
  readonly access: Access;
  /** Present on the very first start: the admin token, which is shown this once. */
  readonly firstToken: IssuedToken | undefined;
  /** Begins processing. */
  start(): void;
  /** Samples that wait, and those that were taken out after too many attempts. */
  depth(): Promise<{ readonly waiting: number; readonly buried: number }>;
  reloadPolicy(): Promise<boolean>;
  /** Ends answers that go on for as long as somebody watches: before the server waits for open ones. */
  endStreams(): void;
  /** Finishes what was begun and closes everything. The server must take no requests any more. */
  close(): Promise<void>;
}

const PACKAGE_ROOT = path.resolve(import.meta.dirname, '../..');
const PAGE_FOLDER = path.join(PACKAGE_ROOT, 'control-plane/web/dist');

/** Throws ClewError: locked, unavailable, policy_invalid, model_damaged. */
export async function compose(config: Config, overrides: Overrides = {}): Promise<ControlPlane> {
  const clock = overrides.clock ?? systemClock;
  const logger = overrides.logger ?? createLogger(config.logLevel);
  const live = await openPolicy(policyFile(config.policyFile), unsafePatternReason, logger);
  // Its folder is made at the first start.
  const hasRun = existsSync(path.join(config.dataFolder, 'journal-keys'));
  const store = openSqlite({ folder: config.dataFolder, clock });
  const closers: (() => Promise<void>)[] = [() => store.close()];
  try {
    return await assemble({ config, overrides, clock, logger, live, store, closers, hasRun });
  } catch (error) {
    live.close();
    await inTurn(closers.reverse()).catch(() => undefined);
    throw error;
  }
}

async function assemble(base: Base): Promise<ControlPlane> {
  const { config, overrides, clock, logger, live, store, closers } = base;
  const metrics = createMetrics(version());
  const embedders = await openEmbedders({ ...base, meter: metrics });
  closers.push(() => embedders.close());
  const nameFinder = overrides.nameFinder ?? openNameFinder();
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
  const { people, door } = openPeople(base);
  const access = await createAccess({
    store: createTokenStore(store.meta),
    clock,
    randomness: systemRandomness,
    fixedAdmin: config.adminToken === undefined ? undefined : { token: config.adminToken, scope: config.scope },
    people,
    audit: store.audit,
  });
  const identity = await openIdentity(base);
  const audit = await openAudit(base, identity);
  await auditPolicy(base);
  const ledger = openLedger(base);
  metrics.watchRuns(() => identity.accounts());
  const vault = await openVault(base);
  const topics = createTopicPlacer({
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
  const eraser = openEraser(base, {
    access,
    sessions: door.sessions,
    topics,
    outside,
    renewLinking: () => workshop.renew(),
    keys,
    ledger,
    vault,
    unkept: identity.unkept,
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
  ];
  if (outside) handlers.push(createRelinkedVectors(outside.vectors, store.threads));
  handlers.push(linker.handler);
  const announcer = createAnnouncer({ outbox: store.events, handlers, logger, meter: metrics, clock });
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
  const mover = openMover(base, { embedders, outside, pipeline, topics, renew: () => workshop.renew() });
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
  const vectorsRead = timedVectors(outside?.vectors ?? store.vectors, outside ? 'weaviate' : 'sqlite', metrics);
  const meaning = meaningIndex(workshop, embedders, vectorsRead);
  metrics.watchSizes(sizesOf(base, outside));
  let purging: Purging | undefined;
  const redactPatterns = (text: string): string => workshop().redactor.redact(text).text;
  const alerts = openAlerts(base, { metrics, redactor: () => workshop().redactor });
  const routes: Route[] = [
    ...healthRoutes(healthOf(base, embedders, outside)),
    ...ingestRoutes(acceptor, (stream, encoding) => readBody(stream, encoding, config.limits), metrics.told),
    ...openLiteLlm(base, { acceptor, workshop, secret, manifests: () => identity.manifests(), vaultKey: vault.key }),
    ...openOtlp(base, { acceptor, workshop, secret }),
    ...policyRoutes({ ...(await policyParts(base, (caller) => access.isOperator(caller))), vaultKey: vault.key }),
    ...threadRoutes(store.threads, traceLinker(config.traceUrl), (scope, id, onlyUser) => store.repairs.mergedInto(scope, id, onlyUser)),
    ...linker.routes,
    ...openRepairs(base, { pipeline, memory: linker.memory, redactor, committed: () => announcer.notify() }),
    ...searchRoutes(createSearch({ reader: store.threads, texts: store.texts, meaning })),
    ...loginRoutes(door),
    ...accessRoutes({ access, clock, pseudonymOf: (tenant, subject) => pseudonymAt(config, tenant, subject) }),
    ...identity.routes,
    ...topicRoutes(store.topics, () => live.current().policy.topics, {
      release: openReleaser(base),
      exact: createExactFigures({ store: store.releases, clock }),
    }),
    ...reportRoutes(store.traffic, clock),
    ...openInsight(base, embedders),
    ...alerts.routes,
    ...liveRoutes({ live: watching, reader: store.live }),
    ...graphRoutes({ reader: store.graph, topics: publicTopics, clock }),
    ...privacyRoutes(eraser, (scope, user) => principalMeant(base, scope, user)),
    ...audit.routes,
    ...revealRoutes({
      vault,
      audit: store.audit,
      clock,
      perHour: config.revealsPerHour,
      redact: redactPatterns,
    }),
    ...openRetention(base, { redact: redactPatterns, nextPurgeMs: () => purging?.nextMs() }),
    ...embeddingRoutes({ mover, isOperator: (caller) => access.isOperator(caller), resolve: embedders.resolve }),
    ...feedbackRoutes(feedback, (stream, encoding) => readBody(stream, encoding, JSON_LIMITS)),
  ];
  const repacking = repackBeside(store, logger);
  const app = createApp({
    routes,
    // A scraper on the same machine needs no token; over a network it does.
    textPages: [metrics.page(isLoopback(config.host) ? null : 'metrics:read')],
    authorizer: withSessions(access, door),
    logger,
    observer: metrics,
    version: version(),
    pageFolder: existsSync(PAGE_FOLDER) ? PAGE_FOLDER : undefined,
    rates: { ...DEFAULT_RATES, perToken: config.access.ratePerToken, perAddress: config.access.ratePerAddress },
    corsOrigins: config.access.corsOrigins,
    trustedProxies: config.access.trustedProxies,
  });
  return {
    app,
    logger,
    access,
    firstToken: await access.firstStart(config.scope),
    start() {
      pipeline.start();
      announcer.start();
      identity.start();
      audit.start();
      vault.rewrap().catch((error: unknown) => logger.error('vault_not_rewrapped', errorFields(error)));
      repacking.start();
      mover.start();
      alerts.start();
      purging ??= schedulePurge({
        meter: metrics,
        store: outside ? withOutsideVectors(store.retention, outside.vectors, store.legalHolds) : store.retention,
        policy: () => live.current().policy.retention,
        clock,
        logger,
      });
    },
    depth: () => store.journal.depth(),
    reloadPolicy: () => live.reload(),
    endStreams: () => watching.stop(),
    async close() {
      watching.stop();
      live.close();
      await inTurn([
        () => purging?.stop(),
        () => repacking.stop(),
        () => mover.stop(),
        () => alerts.stop(),
        () => pipeline.drain(),
        () => announcer.drain(),
        () => identity.stop(),
        () => audit.stop(),
        () => spanExport?.drain(),
        ...closers.reverse(),
      ]);
    },
  };
}

/** All of them, one after the other, whatever fails; then the first failure is thrown. The store and its lock come last. */
async function inTurn(steps: readonly (() => Promise<unknown> | undefined)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Manifests stand beside the policy; keys and the guard of the log in the data folder. */
async function openIdentity(base: Base): Promise<IdentityRoom> {
  const { config, clock, logger, store } = base;
  const manifests = await openManifests(manifestFolder(path.join(path.dirname(config.policyFile), 'manifests')), logger);
  return createIdentity({
    runs: store.runs,
    log: store.log,
    counters: store.counters,
    gatewayKeys: store.gatewayKeys,
    epochs: store.epochs,
    unkept: store.counters,
    trust: config.gatewayKeys,
    guard: checkpointFolder(path.join(config.dataFolder, 'keys', 'checkpoints')),
    manifests,
    seeds: { log: await secretOf(base, 'log.key'), gateway: await secretOf(base, 'gateway-identity.key') },
    witnesses: config.witnesses.map((witness) => witnessClient(witness)),
    clock,
    logger,
  });
}
