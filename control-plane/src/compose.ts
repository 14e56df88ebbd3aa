// The only place that picks adapters and joins the rooms. Everything else takes what it needs as a port.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Express } from 'express';
import { pseudonym, tenantKeys } from '#contract';
import { createRedactor, unsafePatternReason } from '#redact';
import {
  accessRoutes,
  createAccess,
  createPeople,
  createTokenStore,
  userTokens,
  type Access,
  type IssuedToken,
  type People,
} from './access/index.ts';
import { checkpointFolder, manifestFolder, openKeyFolder, openSecret, policyFile } from './adapters/files/index.ts';
import { openEmbedder, openNameFinder } from './adapters/onnx/index.ts';
import { openOidc, type OidcTimes } from './adapters/oidc/index.ts';
import { createLogger } from './adapters/pino/index.ts';
import { partitionInThread } from './adapters/partition/index.ts';
import { openSqlite, type SqliteStore } from './adapters/sqlite/index.ts';
import { openWeaviate, type WeaviateStore } from './adapters/weaviate/index.ts';
import { alertRoutes } from './alerts/index.ts';
import type { Config } from './config.ts';
import { createFeedback, feedbackRedactor, feedbackRoutes, type Redactions } from './feedback/index.ts';
import { createSpanExport, otlpSender, type SpanExport } from './export/index.ts';
import {
  createApp,
  createMetrics,
  DEFAULT_RATES,
  healthRoutes,
  isLoopback,
  JSON_LIMITS,
  readBody,
  type Health,
  type Metrics,
} from './http/index.ts';
import { createIdentity, openManifests, witnessClient, type IdentityRoom } from './identity/index.ts';
import {
  createAcceptor,
  createAnnouncer,
  createJournalKeys,
  createPipeline,
  createProcessor,
  ingestRoutes,
  type Acceptor,
  type Embedder,
  type NameFinder,
  type Vectors,
  type Workshop,
} from './ingest/index.ts';
import { systemClock, systemRandomness, type Clock, type EventHandler, type Logger, type Route, type Scope } from './kernel/index.ts';
import { openPolicy, policyRoutes, type LivePolicy, type LoadedPolicy } from './policies/index.ts';
import {
  createEraser,
  createNameRedactor,
  outsideVectors,
  privacyRoutes,
  withoutErased,
  type Erasable,
  type Eraser,
} from './privacy/index.ts';
import { createGuardrail, createIntake, liteLlmRoutes } from './litellm/index.ts';
import { schedulePurge, withOutsideVectors } from './retention/index.ts';
import { createSearch, searchRoutes, type MeaningIndex } from './search/index.ts';
import { traceLinker } from './threads/index.ts';
import { threadRoutes } from './threads/routes.ts';
import { createTopicPlacer, topicRoutes, type TopicPlacer } from './topics/index.ts';

/** A model that is loaded once and closed at the end. */
type Closable<T> = T & { close(): Promise<void> };

/** Parts that tests replace. */
export interface Overrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly embedder?: Closable<Embedder>;
  readonly nameFinder?: Closable<NameFinder>;
  readonly oidcTimes?: Partial<OidcTimes>;
}

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
  const store = openSqlite({ folder: config.dataFolder, clock });
  const closers: (() => Promise<void>)[] = [() => store.close()];
  try {
    return await assemble({ config, overrides, clock, logger, live, store, closers });
  } catch (error) {
    live.close();
    for (const close of closers.reverse()) await close();
    throw error;
  }
}

interface Base {
  readonly config: Config;
  readonly overrides: Overrides;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly live: LivePolicy;
  readonly store: SqliteStore;
  readonly closers: (() => Promise<void>)[];
}

async function assemble(base: Base): Promise<ControlPlane> {
  const { config, overrides, clock, logger, live, store, closers } = base;
  const embedder = overrides.embedder ?? openEmbedder();
  closers.push(() => embedder.close());
  const nameFinder = overrides.nameFinder ?? openNameFinder();
  closers.push(() => nameFinder.close());
  const secret = openSecret(path.join(config.dataFolder, 'keys', 'pseudonyms.key'));
  const metrics = createMetrics();
  metrics.watchJournal(
    () => store.journal.depth(),
    () => clock.nowMs(),
  );
  const outside = await openOutsideVectors(config);
  if (outside) closers.push(() => outside.close());
  const workshop = createWorkshop({ store, embedder, nameFinder, secret, live });
  const keyStore = await openKeyFolder(path.join(config.dataFolder, 'journal-keys'));
  const keys = createJournalKeys({ store: keyStore, clock, randomness: systemRandomness });
  const spanExport = openSpanExport(base, metrics);
  const access = await createAccess({
    store: createTokenStore(store.meta),
    clock,
    randomness: systemRandomness,
    fixedAdmin: config.adminToken === undefined ? undefined : { token: config.adminToken, scope: config.scope },
    people: openPeople(base),
  });
  const identity = await openIdentity(base);
  const topics = createTopicPlacer({
    store: store.topics,
    policy: () => live.current().policy.topics,
    partitioner: partitionInThread,
    onFailure: (error) => logger.warn('topics_not_consolidated', { reason: error instanceof Error ? error.message : 'unknown' }),
  });
  const eraser = openEraser(base, { access, topics, outside, renewLinking: () => workshop.renew() });
  const redactor = feedbackRedactor(workshop, secret);
  const feedback = createFeedback({ store: store.feedback, redactor, policy: () => live.current().policy, meter: metrics, clock });
  const handlers: EventHandler[] = [topics.handler, eraser.handler, feedback.handler, ...(spanExport ? [spanExport] : [])];
  const announcer = createAnnouncer({ outbox: store.events, handlers, logger, meter: metrics });
  const pipeline = createPipeline({
    journal: store.journal,
    keys,
    sink: store.turns,
    vectors: outside && withoutErased(outside.vectors, store.tombstones),
    workshop,
    identifier: identity.identifier,
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
    meter: metrics,
    clock,
    limits: config.limits,
    arrived: () => pipeline.notify(),
  });
  const meaning = meaningIndex(workshop, embedder, outside?.vectors ?? store.vectors);
  const routes: Route[] = [
    ...healthRoutes(healthOf(base, embedder, outside)),
    ...ingestRoutes(acceptor, (stream, encoding) => readBody(stream, encoding, config.limits), metrics.told),
    ...openLiteLlm(base, { acceptor, workshop, secret }),
    ...policyRoutes(live),
    ...threadRoutes(store.threads, traceLinker(config.traceUrl)),
    ...searchRoutes(createSearch({ reader: store.threads, texts: store.texts, meaning })),
    ...accessRoutes({ access, clock, pseudonymOf: (tenant, subject) => pseudonymAt(config, tenant, subject) }),
    ...identity.routes,
    ...topicRoutes(store.topics, () => live.current().policy.topics),
    ...alertRoutes({ alerts: store.alerts, counts: store.segments, clock }),
    ...privacyRoutes(eraser),
    ...feedbackRoutes(feedback, (stream, encoding) => readBody(stream, encoding, JSON_LIMITS)),
  ];
  const app = createApp({
    routes,
    // A scraper on the same machine needs no token; over a network it does.
    textPages: [metrics.page(isLoopback(config.host) ? null : 'metrics:read')],
    authorizer: access,
    logger,
    observer: metrics,
    version: version(),
    pageFolder: existsSync(PAGE_FOLDER) ? PAGE_FOLDER : undefined,
    rates: { ...DEFAULT_RATES, perToken: config.access.ratePerToken, perAddress: config.access.ratePerAddress },
    corsOrigins: config.access.corsOrigins,
    trustedProxies: config.access.trustedProxies,
  });
  let purging: ReturnType<typeof schedulePurge> | undefined;
  return {
    app,
    logger,
    access,
    firstToken: await access.firstStart(config.scope),
    start() {
      pipeline.start();
      announcer.start();
      identity.start();
      purging ??= schedulePurge({
        store: outside ? withOutsideVectors(store.retention, outside.vectors) : store.retention,
        policy: () => live.current().policy.retention,
        clock,
        logger,
      });
    },
    depth: () => store.journal.depth(),
    reloadPolicy: () => live.reload(),
    async close() {
      live.close();
      await purging?.stop();
      await pipeline.drain();
      await announcer.drain();
      await identity.stop();
      await spanExport?.drain();
      for (const close of closers.reverse()) await close();
    },
  };
}

/** Manifests stand beside the policy; keys and the guard of the log in the data folder. */
async function openIdentity({ config, clock, logger, store }: Base): Promise<IdentityRoom> {
  const manifests = await openManifests(manifestFolder(path.join(path.dirname(config.policyFile), 'manifests')), logger);
  const seed = (name: string): Uint8Array => openSecret(path.join(config.dataFolder, 'keys', name));
  return createIdentity({
    runs: store.runs,
    log: store.log,
    counters: store.counters,
    gatewayKeys: store.gatewayKeys,
    guard: checkpointFolder(path.join(config.dataFolder, 'keys', 'checkpoints')),
    manifests,
    seeds: { log: seed('log.key'), gateway: seed('gateway-identity.key') },
    witnesses: config.witnesses.map((witness) => witnessClient(witness)),
    clock,
    logger,
  });
}

/** What the policy decides of the processing, made anew when the policy changes. */
function createWorkshop(parts: {
  store: SqliteStore;
  embedder: Embedder;
  nameFinder: NameFinder;
  secret: Uint8Array;
  live: LivePolicy;
}): (() => Workshop & Redactions) & { renew(): void } {
  const build = ({ policy }: LoadedPolicy) => {
    const redactor = createRedactor({ policy: policy.redaction, key: parts.secret });
    const names = createNameRedactor({ finder: parts.nameFinder, policy: policy.redaction, key: parts.secret });
    const { linking } = policy;
    const processor = createProcessor({
      redactor,
      names,
      embedder: parts.embedder,
      past: parts.store.past,
      linkOptions: {
        minConfidence: linking?.minConfidence,
        inference: linking?.inference,
        sessionGapSeconds: linking?.sessionGapMinutes === undefined ? undefined : linking.sessionGapMinutes * 60,
      },
    });
    return { processor, redactor, names, prices: policy.prices ?? [] };
  };
  let current = build(parts.live.current());
  parts.live.onChange((loaded) => {
    current = build(loaded);
  });
  return Object.assign(() => current, {
    /** Forgets what the linker and the cache of embeddings remember; it comes back from the store. */
    renew() {
      current = build(parts.live.current());
    },
  });
}

/** LiteLLM's events become samples here as a gateway's do there, under the same keys where the tenant has a secret. */
function openLiteLlm(
  { config, live, clock }: Base,
  { acceptor, workshop, secret }: { acceptor: Acceptor; workshop: () => Workshop; secret: Uint8Array },
): Route[] {
  const guardrail = createGuardrail(() => workshop().redactor);
  const intake = createIntake({
    door: acceptor,
    rules: () => ({ policy: live.current().policy, redactor: workshop().redactor }),
    keys: (tenant) => tenantKeys(hashKeyOf(config, tenant) ?? Buffer.from(secret).toString('hex'), tenant),
    secret,
    clock,
    randomness: systemRandomness,
    maxEvents: config.limits.batchItems,
    verdict: guardrail.verdict,
  });
  return liteLlmRoutes(intake, guardrail, (stream, encoding) => readBody(stream, encoding, config.limits));
}

/** Memories come after the tables they are made from. */
function openEraser(
  { store, clock }: Base,
  parts: { access: Access; topics: TopicPlacer; outside: WeaviateStore | undefined; renewLinking: () => void },
): Eraser {
  const memory = (name: string, renew: (scope: Scope) => Promise<void> | void): Erasable => ({
    name,
    tables: [],
    erase: async (scope) => {
      await renew(scope);
      return {};
    },
    residual: () => Promise.resolve(0),
  });
  return createEraser({
    erasables: [
      ...store.erasables,
      userTokens(parts.access),
      memory('topics_memory', (scope) => parts.topics.refresh(scope)),
      memory('linking_memory', parts.renewLinking),
    ],
    outside: parts.outside && [outsideVectors(parts.outside.vectors)],
    tombstones: store.tombstones,
    clock,
  });
}

/** People's tokens, where an identity provider is configured. */
function openPeople({ config, clock, logger, overrides }: Base): People | undefined {
  const { oidc } = config.access;
  if (!oidc) return undefined;
  return createPeople({
    verifier: openOidc({ ...oidc, clock, logger, times: overrides.oidcTimes ?? {} }),
    rules: oidc.rules,
    hashKey: (tenant) => hashKeyOf(config, tenant),
  });
}

const hashKeyOf = ({ access: { hashKeys } }: Config, tenant: string): string | undefined =>
  Object.hasOwn(hashKeys.byTenant, tenant) ? hashKeys.byTenant[tenant] : hashKeys.others;

function pseudonymAt(config: Config, tenant: string, subject: string): string | undefined {
  const secret = hashKeyOf(config, tenant);
  return secret === undefined ? undefined : pseudonym(tenantKeys(secret, tenant).principal, subject);
}

/** Queries are not kept, so only patterns are redacted: as in the stored texts, an address is "[EMAIL_ADDRESS]". */
function meaningIndex(workshop: () => Workshop, embedder: Embedder, vectors: Vectors): MeaningIndex {
  return {
    async nearest(scope, text, limit, bounds) {
      const [vector] = text.trim() === '' ? [] : await embedder.embed([workshop().redactor.redact(text).text]);
      return vector ? vectors.nearest({ scope, model: embedder.modelId, vector, limit, ...bounds }) : [];
    },
  };
}

function openSpanExport({ config, store, logger }: Base, metrics: Metrics): SpanExport | undefined {
  if (!config.otlp) return undefined;
  const sender = otlpSender(config.otlp.url, config.otlp.headers);
  return createSpanExport({ reader: store.threads, sender, meter: metrics, logger, version: version() });
}

/** Vectors outside the store, where they are configured. The linker still reads its own from the store. */
async function openOutsideVectors(config: Config): Promise<WeaviateStore | undefined> {
  const { weaviateUrl: url, weaviateGrpcUrl: grpcUrl, weaviateApiKey: apiKey } = config;
  return url === undefined ? undefined : openWeaviate({ url, grpcUrl, apiKey });
}

function healthOf({ store }: Base, embedder: Embedder, outside: WeaviateStore | undefined): Health[] {
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
      check: async () => ((await embedder.embed(['ready'])).length === 1 ? 'ok' : 'the embedding model does not answer'),
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

function version(): string {
  return String((JSON.parse(readFileSync(path.join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: unknown }).version);
}
