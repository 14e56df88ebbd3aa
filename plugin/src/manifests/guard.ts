// May this request go to the provider? Asked before it does, and only where a manifest that covers it wants to warn or to
// block. Judged by the same rules as later, on what is known of a run that has no answer yet. Names are judged as the client
// sent them; the record holds them redacted.
import {
  coveringManifests,
  declareTemplates,
  judgeRun,
  type CompiledManifest,
  type CompositionPart,
  type ContextPolicy,
  type Judgement,
  type ManifestSet,
  type RunPlace,
} from '#contract';
import { composition, instructionTexts, readRequest, type LlmRequest } from '#dialects';
import type { CapturedRequest } from '../observe/index.ts';
import { hasNameTwice } from './named-twice.ts';

export interface GuardVerdict {
  readonly action: 'pass' | 'warn' | 'block';
  /** unjudged: the request could not be read. */
  readonly verdict: Judgement['verdict'] | 'unjudged';
  readonly manifest: { readonly name: string; readonly revision: string };
  /** Paths and kinds, never what was sent. */
  readonly differences: readonly { readonly path: string; readonly kind: string }[];
}

interface DeclaredFacts {
  /** As the application declares it. */
  readonly variant?: string | undefined;
  /** What counts as retrieved, by the policy. */
  readonly context?: ContextPolicy | undefined;
}

const NO_SALT = new Uint8Array(16);
/** Commitments of variables are for the record; nothing is recorded here. */
const NO_COMMITMENT: CompositionPart = { digest: '0'.repeat(64), length: 0 };

const isEnforcing = ({ manifest: { enforce } }: CompiledManifest): boolean => enforce === 'warn' || enforce === 'block';

/** True when no manifest of the set can do anything to a request. */
export const isIdle = (set: ManifestSet): boolean => !set.manifests.some(isEnforcing);

/** True when the answer may depend on who the consumer is. */
export function needsConsumer(set: ManifestSet, place: RunPlace): boolean {
  const named = set.manifests.filter(({ manifest }) => manifest.match?.consumers !== undefined);
  if (named.length === 0) return false;
  const anybody = named.map((compiled) => {
    const match = { ...compiled.manifest.match };
    delete match.consumers;
    return { ...compiled, manifest: { ...compiled.manifest, match } };
  });
  return coveringManifests({ ...set, manifests: anybody }, place).length > 0;
}

/** Undefined where no manifest that covers the request wants to warn or to block. Throws on faults of ours. */
export function guard(set: ManifestSet, place: RunPlace, request: CapturedRequest, declared: DeclaredFacts = {}): GuardVerdict | undefined {
  const covering = coveringManifests(set, place);
  const enforcing = covering.filter(isEnforcing);
  if (enforcing.length === 0) return undefined;
  const call = rawCallOf(request);
  const reading = request.bodyTruncated ? undefined : readRequest(call);
  if (!reading?.ok || hasNameTwice(call.requestBody ?? '')) return unjudged(enforcing);
  const judgement = judge({ ...set, manifests: covering }, place, reading.request, declared);
  const judging = covering.find(({ manifest }) => manifest.name === judgement.manifest?.name);
  if (!judging || !isEnforcing(judging)) return undefined;
  const { name, revision, enforce } = judging.manifest;
  return {
    action: judgement.verdict === 'matched' || enforce === undefined || enforce === 'observe' ? 'pass' : enforce,
    verdict: judgement.verdict,
    manifest: { name, revision },
    differences: judgement.differences.map(({ path, kind }) => ({ path, kind })),
  };
}

/** A request that cannot be read passes, unless a manifest that may block says otherwise. */
export function unjudged(enforcing: readonly CompiledManifest[]): GuardVerdict | undefined {
  const strict = enforcing.find(({ manifest }) => manifest.enforce === 'block' && manifest.unjudged === 'refuse');
  const { manifest } = strict ?? enforcing[0] ?? {};
  if (!manifest) return undefined;
  const { name, revision } = manifest;
  return { action: strict ? 'block' : 'pass', verdict: 'unjudged', manifest: { name, revision }, differences: [] };
}

function judge(set: ManifestSet, place: RunPlace, request: LlmRequest, { variant, context }: DeclaredFacts): Judgement {
  const parts = composition(request, undefined, { randomBytes: () => NO_SALT, context });
  const composed = declareTemplates(parts, instructionTexts(request), set, place, () => NO_COMMITMENT);
  return judgeRun(set, place, {
    model: { evidence: 'unknown', ...(request.modelRequested === undefined ? {} : { requested: request.modelRequested }) },
    parameters: { ...request.parameters },
    composition: { ...composed, ...(variant === undefined ? {} : { variant }) },
    isAnswered: false,
  });
}

function rawCallOf({ method, path, headers, body, bodyTruncated }: CapturedRequest): Parameters<typeof readRequest>[0] {
  return {
    method,
    path,
    requestHeaders: headers,
    requestBody: body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8') : body,
    requestTruncated: bodyTruncated,
    status: undefined,
    responseHeaders: {},
    responseBody: undefined,
    responseTruncated: false,
  };
}
