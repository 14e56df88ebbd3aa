// All that crosses the wire between a gateway and the control plane. The JSON Schemas are the source: see schema/ and
// policies/policy.schema.json.
export { canonicalDigest, canonicalize, CanonicalError, type Json } from './canonical.ts';
export { pseudonym, shortHash, tenantKeys, type TenantKeys } from './pseudonym.ts';
export { secretKey } from './secret-key.ts';
export { parseBundle, parseFeedback, parseManifest, parsePolicy, parseSample, type Fault, type Parsed } from './parse.ts';
export type * from './generated/sample.ts';
export type {
  Policy,
  RouteRule,
  Match,
  ContextPolicy,
  PrincipalPolicy,
  PrincipalSource,
  SessionPolicy,
  SamplingPolicy,
  SamplingRule,
  RedactionPolicy,
  RetentionPolicy,
  LinkingPolicy,
  TopicsPolicy,
  CustomPattern,
  Price,
  VaultKey,
} from './generated/policy.ts';
export { COMPANION_KEYS, type CompanionDecision, type CompanionEntity, type CompanionOutcome, type CompanionRequest } from './companion.ts';
export type * from './generated/manifest.ts';
export type { Bundle } from './generated/bundle.ts';
export type { Feedback } from './generated/feedback.ts';
/** The record of a run, and its signed statement. */
export { recordOf, type CompositionRecord, type RunRecord, type RunSource } from './run/record.ts';
export {
  PAYLOAD_TYPE,
  PREDICATE_TYPE,
  readStatement,
  signStatement,
  statementOf,
  type Observation,
  type RunPredicate,
  type RunStatement,
} from './run/statement.ts';
/** What a gateway says of all its runs together, and how it makes its key known. */
export { EPOCH_PREDICATE_TYPE, MAX_LOST_RANGES, readEpoch, signEpoch, type EpochPredicate, type LostRange } from './run/epoch.ts';
export { announceKey, isProven, type KeyAnnouncement } from './run/announce.ts';
export {
  envelopeLeaf,
  keyIdOf,
  openEnvelope,
  openSent,
  preAuthEncoding,
  publicKeyOf,
  publicKeyPem,
  rawPublicKey,
  readPublicKey,
  signEnvelope,
  signingKey,
  type DsseEnvelope,
  type DsseSignature,
  type SigningKey,
} from './run/dsse.ts';
export { fromBase64 } from './run/base64.ts';
/** Original values, sealed by gateways for the control plane's vault. */
export { hpkeOpen, hpkeSeal, x25519PrivateKey, x25519Raw, type HpkeAead, type HpkeContext, type HpkeMessage } from './hpke.ts';
export { MAX_ORIGINAL, MAX_ORIGINALS, openOriginals, sealedFor, sealOriginals, type Original, type OriginalsOf } from './originals.ts';
/** Manifests: what is approved, and whether a run was that. */
export { compileManifests, NO_MANIFESTS, type CompiledManifest, type ManifestSet } from './manifest/compile.ts';
export { coveringManifests, type RunPlace } from './manifest/cover.ts';
export { declareTemplates, openTemplates, type CommitTo } from './manifest/declare.ts';
export { judgeAgainst, judgedRunOf, judgeRun, placeOfSample } from './manifest/judge.ts';
export { UNDECLARED, type Aspect, type Deviation, type JudgedRun, type Judgement, type Verdict } from './manifest/judgement.ts';
export { MANIFEST_SET_TYPE, openManifestSet, signManifestSet, type ManifestSetStatement } from './manifest/signed-set.ts';
export { compileTemplate, matchTemplate, type Template, type TemplateMatch } from './manifest/template.ts';
export { formatGatewayHealth, GATEWAY_HEALTH_HEADER, parseGatewayHealth, type GatewayHealth } from './gateway-health.ts';
/** Policies under the control plane's key. */
export { openSignedPolicy, POLICY_SIGNATURE_HEADER, signPolicy, type PolicyStatement } from './signed-policy.ts';
/** What providers read in the place of values, and how values come back into answers. */
export { jsonLiterals, type JsonLevel, type JsonLiteral } from './json-literals.ts';
export { begunAtEnd, MAX_STAND_IN, restoreText, standInValue, type JsonDepth, type StandIns, type StandInValue } from './stand-ins.ts';
