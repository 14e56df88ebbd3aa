// The wiring of who is who, and of what is forgotten of them.
import { createPeople, userTokens, type Access, type People } from './access/index.ts';
import { openOidc } from './adapters/oidc/index.ts';
import type { WeaviateStore } from './adapters/weaviate/index.ts';
import { type Base, hashKeyOf } from './compose-base.ts';
import { beyondRecallOf, vaultMemory } from './compose-privacy.ts';
import type { UnkeptAccount } from './identity/index.ts';
import { waitingSamples, type JournalKeys } from './ingest/index.ts';
import { createReleaser, type Releaser } from './disclosure/index.ts';
import { systemRandomness, type Scope } from './kernel/index.ts';
import { createEraser, outsideVectors, type Erasable, type Eraser, type ErasureLedger } from './privacy/index.ts';
import { publicLabel, type TopicPlacer } from './topics/index.ts';
import type { Vault } from './vault/index.ts';

/** People's tokens, where an identity provider is configured. */
export function openPeople({ config, clock, logger, overrides }: Base): People | undefined {
  const { oidc } = config.access;
  if (!oidc) return undefined;
  return createPeople({
    verifier: openOidc({ ...oidc, clock, logger, times: overrides.oidcTimes ?? {} }),
    rules: oidc.rules,
    hashKey: (tenant) => hashKeyOf(config, tenant),
  });
}

/** Memories come after the tables they are made from. */
export function openEraser(
  base: Base,
  parts: {
    access: Access;
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
      memory('topics_memory', (scope) => parts.topics.refresh(scope)),
      memory('linking_memory', parts.renewLinking),
    ],
    outside: parts.outside && [outsideVectors(parts.outside.vectors)],
    tombstones: store.tombstones,
    holds: store.legalHolds,
    ledger: parts.ledger,
    audit: store.audit,
    beyondRecall: beyondRecallOf(base),
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
