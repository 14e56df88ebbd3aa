// The wiring of who is who, and of what is forgotten of them.
import {
  cookieIn,
  cookiesOf,
  createLogin,
  createPeople,
  createSessions,
  isCsrf,
  sessionsOf,
  userTokens,
  type Access,
  type LoginRouteParts,
  type People,
  type Sessions,
} from './access/index.ts';
import { openLoginProvider, openOidc } from './adapters/oidc/index.ts';
import type { WeaviateStore } from './adapters/weaviate/index.ts';
import { type Base, hashKeyOf } from './compose-base.ts';
import { beyondRecallOf, takenAway, vaultMemory } from './compose-privacy.ts';
import type { UnkeptAccount } from './identity/index.ts';
import type { Authorizer } from './http/index.ts';
import { waitingSamples, type JournalKeys } from './ingest/index.ts';
import { createReleaser, type Releaser } from './disclosure/index.ts';
import { systemRandomness, type Scope } from './kernel/index.ts';
import { createEraser, outsideVectors, type Erasable, type Eraser, type ErasureLedger } from './privacy/index.ts';
import { publicLabel, type TopicPlacer } from './topics/index.ts';
import type { Vault } from './vault/index.ts';

/** People's tokens and, where a client is named, their signing in on the page. */
export function openPeople(base: Base): { readonly people: People | undefined; readonly door: LoginRouteParts } {
  const { config, clock, logger, overrides, store } = base;
  const { oidc } = config.access;
  const settings = oidc?.login;
  const longestMs = (settings?.sessionMinutes ?? 0) * 60_000;
  const sessions = createSessions({ clock, randomness: systemRandomness, longestMs });
  const cookies = cookiesOf(settings?.publicUrl.startsWith('https:') === true);
  if (!oidc) return { people: undefined, door: { sessions, cookies, login: undefined } };
  const options = { ...oidc, clock, logger, times: overrides.oidcTimes ?? {} };
  const verifier = openOidc(options);
  const people = createPeople({ verifier, rules: oidc.rules, hashKey: (tenant) => hashKeyOf(config, tenant) });
  if (!settings) return { people, door: { sessions, cookies, login: undefined } };
  const redirectUri = `${settings.publicUrl}/v1/login/callback`;
  const login = createLogin({
    provider: openLoginProvider({ ...options, ...settings, redirectUri, bearer: verifier }),
    people,
    sessions,
    audit: store.audit,
    scope: config.scope,
    clock,
    randomness: systemRandomness,
  });
  return { people, door: { sessions, cookies, login } };
}

/** Tokens, and the cookies of people who signed in on the page. */
export function withSessions(access: Access, { sessions, cookies }: LoginRouteParts): Authorizer {
  return {
    authenticate: (header) => access.authenticate(header),
    may: (caller, permission) => access.may(caller, permission),
    isOperator: (caller) => access.isOperator(caller),
    session(cookie) {
      const session = sessions.find(cookieIn(cookie, cookies.session) ?? '');
      return session && { caller: session.caller, hasCsrf: (header) => isCsrf(session, header) };
    },
  };
}

/** Memories come after the tables they are made from. */
export function openEraser(
  base: Base,
  parts: {
    access: Access;
    sessions: Sessions;
    topics: TopicPlacer;
    outside: WeaviateStore | undefined;
    renewLinking: () => void;
    keys: JournalKeys;
    ledger: ErasureLedger;
    vault: Vault;
    unkept: UnkeptAccount;
  },
): Eraser {
  const { store, clock, logger } = base;
  const memory = (name: string, renew: (scope: Scope) => Promise<void> | void): Erasable => ({
    name,
    tables: [],
    isMemory: true,
    erase: async (scope) => {
      await renew(scope);
      return {};
    },
    residual: () => Promise.resolve(0),
  });
  return createEraser({
    erasables: [
      // What waits comes first: from then on nothing of it is stored.
      waitingSamples(store.journal, parts.keys, parts.unkept),
      vaultMemory(parts.vault),
      ...store.erasables,
      userTokens(parts.access),
      sessionsOf(parts.sessions),
      memory('topics_memory', (scope) => parts.topics.refresh(scope)),
      memory('linking_memory', parts.renewLinking),
    ],
    outside: parts.outside && [outsideVectors(parts.outside.vectors)],
    tombstones: store.tombstones,
    holds: store.legalHolds,
    ledger: parts.ledger,
    audit: store.audit,
    beyondRecall: async (scope, subject) => [...(await takenAway(base, scope, subject)), ...beyondRecallOf(base)],
    clock,
    logger,
  });
}

/** What may be shown of many people to those who may see none of them. */
export function openReleaser({ store, clock, live }: Base): Releaser {
  return createReleaser({
    store: store.releases,
    labelOf: (scope, topicId, minUsers) => publicLabel(store.topics, scope, topicId, minUsers),
    policy: () => live.current().policy.topics,
    clock,
    randomness: systemRandomness,
  });
}
