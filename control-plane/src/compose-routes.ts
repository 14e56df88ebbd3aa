// What the server answers: each room's routes with what they need of the others.
import { loginRoutes, accessRoutes } from './access/index.ts';
import { principalMeant, pseudonymAt, type Base } from './compose-base.ts';
import { openInsight, openRepairs } from './compose-linking.ts';
import { healthOf, timedVectors } from './compose-outside.ts';
import { openReleaser } from './compose-people.ts';
import { openRetention, usersOf } from './compose-privacy.ts';
import { meaningIndex, openLiteLlm, openOtlp, policyParts } from './compose-processing.ts';
import type { Rooms } from './compose-rooms.ts';
import { createExactFigures } from './disclosure/index.ts';
import { feedbackRoutes } from './feedback/index.ts';
import { graphRoutes } from './graph/index.ts';
import { healthRoutes, JSON_LIMITS, readBody } from './http/index.ts';
import { ingestRoutes } from './ingest/index.ts';
import type { Route } from './kernel/index.ts';
import { liveRoutes } from './live/index.ts';
import { policyRoutes } from './policies/index.ts';
import { privacyRoutes } from './privacy/index.ts';
import { embeddingRoutes } from './reembed/index.ts';
import { reportRoutes } from './reports/index.ts';
import type { Purging } from './retention/index.ts';
import { createSearch, searchRoutes } from './search/index.ts';
import { traceLinker } from './threads/index.ts';
import { threadRoutes } from './threads/routes.ts';
import { topicRoutes } from './topics/index.ts';
import { revealRoutes } from './vault/index.ts';

/** @param nextPurgeMs undefined until purges are on their way */
export async function routesOf(base: Base, rooms: Rooms, nextPurgeMs: Purging['nextMs']): Promise<Route[]> {
  return [
    ...(await wayIn(base, rooms)),
    ...readings(base, rooms),
    ...personal(base, rooms, nextPurgeMs),
    ...rooms.identity.routes,
    ...rooms.audit.routes,
    ...rooms.alerts.routes,
  ];
}

/** What is sent here, and the rules under which it is taken. */
async function wayIn(base: Base, rooms: Rooms): Promise<Route[]> {
  const { config } = base;
  const { acceptor, access, embedders, identity, metrics, mover, outside, secret, vault, workshop } = rooms;
  const isOperator: typeof access.isOperator = (caller) => access.isOperator(caller);
  return [
    ...healthRoutes(healthOf(base, embedders, outside)),
    ...ingestRoutes(acceptor, (stream, encoding) => readBody(stream, encoding, config.limits), metrics.told),
    ...openLiteLlm(base, { acceptor, workshop, secret, manifests: () => identity.manifests(), vaultKey: vault.key }),
    ...openOtlp(base, { acceptor, workshop, secret }),
    ...policyRoutes({ ...(await policyParts(base, isOperator)), vaultKey: vault.key }),
    ...embeddingRoutes({ mover, isOperator, resolve: embedders.resolve }),
    ...feedbackRoutes(rooms.feedback, (stream, encoding) => readBody(stream, encoding, JSON_LIMITS)),
  ];
}

/** What is shown of the traffic. */
function readings(base: Base, rooms: Rooms): Route[] {
  const { config, clock, live, store } = base;
  const { announcer, embedders, linker, metrics, outside, pipeline, redactor, workshop } = rooms;
  const vectors = timedVectors(outside?.vectors ?? store.vectors, outside ? 'weaviate' : 'sqlite', metrics);
  const meaning = meaningIndex(workshop, embedders, vectors);
  return [
    ...threadRoutes(
      store.threads,
      traceLinker(config.traceUrl),
      (scope, id, onlyUser) => store.repairs.mergedInto(scope, id, onlyUser),
      rooms.topicWall,
    ),
    ...linker.routes,
    ...openRepairs(base, { pipeline, memory: linker.memory, redactor, committed: () => announcer.notify() }),
    ...searchRoutes(createSearch({ reader: store.threads, texts: store.texts, meaning })),
    ...topicRoutes(store.topics, () => live.current().policy.topics, {
      release: openReleaser(base),
      exact: createExactFigures({ store: store.releases, clock }),
    }),
    ...reportRoutes({ reader: store.traffic, topics: rooms.topicWall, clock }),
    ...openInsight(base, embedders),
    ...liveRoutes({ live: rooms.watching, reader: store.live }),
    ...graphRoutes({ reader: store.graph, topics: rooms.publicTopics, audit: store.audit, usersOf: usersOf(base), clock }),
  ];
}

/** Who may see what of people, and how that ends. */
function personal(base: Base, { access, door, eraser, vault, workshop }: Rooms, nextPurgeMs: Purging['nextMs']): Route[] {
  const { config, clock, store } = base;
  const redact = (text: string): string => workshop().redactor.redact(text).text;
  return [
    ...loginRoutes(door),
    ...accessRoutes({ access, clock, pseudonymOf: (tenant, subject) => pseudonymAt(config, tenant, subject) }),
    ...privacyRoutes(eraser, (scope, user) => principalMeant(base, scope, user)),
    ...revealRoutes({ vault, audit: store.audit, clock, perHour: config.revealsPerHour, redact }),
    ...openRetention(base, { redact, nextPurgeMs }),
  ];
}
