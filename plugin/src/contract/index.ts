// All that crosses the wire between a gateway and the control plane. The JSON Schemas are the source: see schema/ and
// policies/policy.schema.json.
export { canonicalDigest, canonicalize, CanonicalError, type Json } from './canonical.ts';
export { pseudonym, shortHash, tenantKeys, type TenantKeys } from './pseudonym.ts';
export { parsePolicy, parseSample, type Fault, type Parsed } from './parse.ts';
export type * from './generated/sample.ts';
export type {
  Policy,
  RouteRule,
  Match,
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
} from './generated/policy.ts';
export { COMPANION_KEYS, type CompanionDecision, type CompanionEntity, type CompanionOutcome, type CompanionRequest } from './companion.ts';
