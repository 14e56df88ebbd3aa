// What a run was composed of, as digests and commitments: from the bodies, from what the application declares beside them,
// and from what the gateway knows of its own configuration.
import { hash, randomBytes } from 'node:crypto';
import {
  canonicalize,
  declareTemplates,
  type Composition,
  type CompositionPart,
  type ContextPolicy,
  type ManifestSet,
  type RunPlace,
} from '#contract';
import { commitTo, composition, declaredRetrieval, instructionTexts, RETRIEVAL_HEADER } from '#dialects';
import { declaredVariant } from './labels.ts';
import type { Run } from './run.ts';

const MAX_ATTEMPTS = 16;

interface CompositionContext {
  /** Redacts. */
  readonly label: (text: string | undefined, max?: number) => string | undefined;
  readonly manifests: ManifestSet;
  /** What counts as retrieved. */
  readonly context: ContextPolicy | undefined;
  /** As it stands in the sample. */
  readonly place: RunPlace;
}

export function describeComposition(run: Run, around: CompositionContext): Composition {
  const { label } = around;
  const parts = declared(run, around);
  const name = <T extends { name?: string; source?: string }>(part: T): T => {
    const kept = { ...part };
    const named = label(part.name, 128);
    if (named !== undefined) kept.name = named;
    return kept;
  };
  const variant = label(declaredVariant(run.pending), 128);
  const retrieval = declaredRetrieval(run.pending.request.headers[RETRIEVAL_HEADER], { label, randomBytes });
  const routing = routingOf(run.outcome.routing);
  const attempts = attemptsOf(run, label(run.request.modelRequested) ?? 'unknown');
  return {
    ...parts,
    ...(parts.tools ? { tools: parts.tools.map(name) } : {}),
    ...(parts.context ? { context: parts.context.map(name) } : {}),
    ...(variant === undefined ? {} : { variant }),
    ...(retrieval ? { retrieval } : {}),
    ...(routing ? { routing } : {}),
    ...(run.pending.upstream ? { upstream: run.pending.upstream } : {}),
    ...(attempts ? { attempts } : {}),
  };
}

/** With the templates that instructions are from; of manifests that are not known yet nothing is said. */
function declared({ request, answer }: Run, { manifests, place, context }: CompositionContext): Composition {
  const parts = composition(request, answer, { randomBytes, context });
  return manifests.manifests.length === 0
    ? parts
    : declareTemplates(parts, instructionTexts(request), manifests, place, (text) => commitTo(text, randomBytes));
}

/** Unsalted: it holds nothing of people, and two runs under one configuration are to have one digest. */
function routingOf(routing: unknown): CompositionPart | undefined {
  if (routing === undefined) return undefined;
  try {
    const bytes = Buffer.from(canonicalize(routing), 'utf8');
    return { digest: hash('sha256', bytes), length: bytes.length };
  } catch {
    // Bytes that are no text, or nested without end.
    return undefined;
  }
}

/** Where there was more than one: what became of each. */
function attemptsOf({ outcome: { tries } }: Run, model: string): Composition['attempts'] {
  if (tries.length < 2) return undefined;
  return tries.slice(0, MAX_ATTEMPTS).map(({ status }) => {
    if (status === undefined || !Number.isInteger(status)) return { model, reason: 'no_answer' };
    return { model, status, ...(status >= 400 ? { reason: `http_${status}` } : {}) };
  });
}
