// The wiring of what happens to a request between the door and the store.
import path from 'node:path';
import { tenantKeys, type ManifestSet, type Policy, type VaultKey } from '#contract';
import { createRedactor, createStandIns, unsafePatternReason, type StandInWriter } from '#redact';
import { policyFile, policySigner } from './adapters/files/index.ts';
import type { SqliteStore } from './adapters/sqlite/index.ts';
import { type Base, hashKeyOf, secretOf } from './compose-base.ts';
import type { Embedders } from './compose-embedding.ts';
import type { Redactions } from './feedback/index.ts';
import { readBody } from './http/index.ts';
import { createProcessor, type Acceptor, type LinkSettings, type NameFinder, type Vectors, type Workshop } from './ingest/index.ts';
import { systemRandomness, type Route } from './kernel/index.ts';
import { createCallStandIns, createGuardrail, createIntake, liteLlmRoutes } from './litellm/index.ts';
import { createSpanIntake, otlpRoutes } from './otlp/index.ts';
import { createPolicyRoom, isEmbedded, type ChangeParts, type LivePolicy, type LoadedPolicy, type PolicySigner } from './policies/index.ts';
import { createNameRedactor } from './privacy/index.ts';
import type { MeaningIndex } from './search/index.ts';
import { createFixedTopics } from './topics/index.ts';

/** Stand-ins for values of one request, under the policy in force. */
interface Rewriting {
  readonly standIns: (whole: string) => StandInWriter;
}

/** What the policy decides of the processing, made anew when the policy changes. */
export function createWorkshop(parts: {
  store: SqliteStore;
  embedders: Pick<Embedders, 'current' | 'isAllowed'>;
  nameFinder: NameFinder;
  secret: Uint8Array;
  live: LivePolicy;
  linking: (policy: LoadedPolicy['policy']) => LinkSettings;
}): (() => Workshop & Redactions & Rewriting) & { renew(): void } {
  const build = ({ policy }: LoadedPolicy) => {
    const redactor = createRedactor({ policy: policy.redaction, key: parts.secret });
    const names = createNameRedactor({ finder: parts.nameFinder, policy: policy.redaction, key: parts.secret });
    const embedder = parts.embedders.current();
    const isFixed = policy.topics?.kind === 'fixed';
    const processor = createProcessor({
      redactor,
      names,
      embedder,
      past: parts.store.past,
      linkOptions: parts.linking(policy),
      topicList: isFixed ? createFixedTopics((texts) => embedder.embed(texts)) : undefined,
    });
    const embeds: NonNullable<Workshop['embeds']> = (scope, sample) =>
      parts.embedders.isAllowed() && isEmbedded(policy, scope, sample, parts.secret);
    const standIns = createStandIns({ policy: policy.redaction, key: parts.secret });
    return { processor, redactor, standIns, names, embeds, prices: policy.prices ?? [] };
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

/** With the key that original values are sealed for, as gateways are told it. */
function sealingPolicy(live: LivePolicy, vault: VaultKey): Policy {
  const { policy } = live.current();
  return policy.redaction?.reversible === true ? { ...policy, vault } : policy;
}

/** LiteLLM's events become samples here as a gateway's do there, under the same keys where the tenant has a secret. */
export function openLiteLlm(
  { config, live, clock }: Base,
  {
    acceptor,
    workshop,
    secret,
    manifests,
    vaultKey,
  }: {
    acceptor: Acceptor;
    workshop: () => Workshop & Rewriting;
    secret: Uint8Array;
    manifests: () => ManifestSet;
    vaultKey: VaultKey;
  },
): Route[] {
  const standIns = createCallStandIns(() => workshop().standIns, clock);
  const guardrail = createGuardrail(() => workshop().redactor, standIns);
  const intake = createIntake({
    door: acceptor,
    rules: () => ({ policy: sealingPolicy(live, vaultKey), redactor: workshop().redactor, manifests: manifests() }),
    keys: (tenant) => tenantKeys(hashKeyOf(config, tenant) ?? Buffer.from(secret).toString('hex'), tenant),
    secret,
    clock,
    randomness: systemRandomness,
    maxEvents: config.limits.batchItems,
    verdict: guardrail.verdict,
    reading: guardrail.reading,
  });
  return liteLlmRoutes(intake, guardrail, (stream, encoding) => readBody(stream, encoding, config.limits));
}

/** Spans of model calls, under the keys of the gateways. */
export function openOtlp(
  { config, live }: Base,
  { acceptor, workshop, secret }: { acceptor: Acceptor; workshop: () => Workshop; secret: Uint8Array },
): Route[] {
  const intake = createSpanIntake({
    door: acceptor,
    around: (tenant) => ({
      policy: live.current().policy,
      redactor: workshop().redactor,
      keys: tenantKeys(hashKeyOf(config, tenant) ?? Buffer.from(secret).toString('hex'), tenant),
      secret,
      randomness: systemRandomness,
    }),
    maxCalls: config.limits.batchItems,
  });
  return otlpRoutes(intake, (stream, encoding) => readBody(stream, encoding, config.limits));
}

/** Queries are not kept, so only patterns are redacted: as in the stored texts, an address is "[EMAIL_ADDRESS]". */
export function meaningIndex(workshop: () => Workshop, embedders: Embedders, vectors: Pick<Vectors, 'nearest'>): MeaningIndex {
  return {
    async nearest(scope, text, limit, bounds) {
      const embedder = embedders.current();
      const isSought = text.trim() !== '' && embedders.isAllowed();
      const [vector] = isSought ? await embedder.embed([workshop().redactor.redact(text).text]) : [];
      return vector ? vectors.nearest({ scope, model: embedder.modelId, vector, limit, ...bounds }) : [];
    },
  };
}

/** Planning, trying and taking policies. */
export async function policyParts(
  base: Base,
  isOperator: ChangeParts['isOperator'],
): Promise<ChangeParts & { readonly signer: PolicySigner }> {
  const { config, live, store, clock, logger } = base;
  const source = policyFile(config.policyFile);
  const { policyVersions: versions, traffic } = store;
  const onFailure = (): void => logger.error('policy_version_not_noted', { digest: live.current().digest });
  const room = await createPolicyRoom({ live, source, versions, checkPattern: unsafePatternReason, clock, onFailure });
  const signer = policySigner(path.join(config.dataFolder, 'keys'), await secretOf(base, 'policy.key'), clock);
  return { live, room, versions, traffic, checkPattern: unsafePatternReason, clock, isOperator, signer };
}
