// Events of one request become one sample: LiteLLM tells of each failed attempt by an event of its own, and of the last
// one without saying so. What ended later came later; beginnings say nothing, since the event of a stream begins with the
// request, before the attempts that failed.
import type { Model, Sample } from '#contract';

const MAX_ATTEMPTS = 16;
const MAX_MS = 86_400_000;

/**
 * What is known after another event of the request: how it ended is the later one's, what was asked the earlier one's.
 * Undefined where it is the same event again.
 */
export function followedBy(known: Sample, next: Sample): Sample | undefined {
  if (isSame(known, next)) return undefined;
  const [first, second] = isBefore(known, next) ? [known, next] : [next, known];
  // A guardrail refused an answer that was there: nothing was tried again.
  if (first.status?.outcome === 'ok') return refused(first, second);
  const attempts = [...(first.composition?.attempts ?? []), ...(second.composition?.attempts ?? [])];
  const startedMs = Math.min(startOf(first), startOf(second));
  const { model, stages } = second;
  const requested = first.model?.requested ?? model?.requested;
  return {
    ...second,
    startedAt: new Date(startedMs).toISOString(),
    ...(model && { model: answeredBy(model, requested) }),
    ...(stages && { stages: { ...stages, ...waited(second, startedMs) } }),
    call: { ...second.call, attempt: Math.min(100, attempts.length) },
    composition: { ...second.composition, attempts: attempts.slice(0, MAX_ATTEMPTS) },
  };
}

/** The name that the client asked for is one that LiteLLM writes over answers: after a fallback it shows here alone that it is. */
function answeredBy({ executed, evidence, ...model }: Model, requested: string | undefined): Model {
  const isAlias = executed !== undefined && executed === requested && (evidence === 'response_body' || evidence === 'stream_event');
  return {
    ...model,
    ...(requested === undefined ? {} : { requested }),
    ...(executed === undefined || isAlias ? { evidence: isAlias ? 'unknown' : evidence } : { executed, evidence }),
  };
}

function refused(answered: Sample, { status, error, guardrails, endedAt }: Sample): Sample {
  return {
    ...answered,
    ...(status && { status }),
    ...(error && { error }),
    ...(guardrails && { guardrails }),
    ...(endedAt && { endedAt }),
  };
}

const startOf = (sample: Sample): number => Date.parse(sample.startedAt);
const endOf = (sample: Sample): number => Date.parse(sample.endedAt ?? sample.startedAt);

/** In the same millisecond a failure is the earlier one. */
function isBefore(a: Sample, b: Sample): boolean {
  if (endOf(a) !== endOf(b)) return endOf(a) < endOf(b);
  return (a.status?.outcome === 'ok' ? 1 : 0) <= (b.status?.outcome === 'ok' ? 1 : 0);
}

function isSame(a: Sample, b: Sample): boolean {
  const last = (sample: Sample) => sample.composition?.attempts?.at(-1)?.model;
  return a.startedAt === b.startedAt && a.endedAt === b.endedAt && last(a) === last(b) && a.status?.outcome === b.status?.outcome;
}

/** The client waited for its first byte since the first attempt began. */
function waited(second: Sample, startedMs: number): { readonly firstByteMs?: number } {
  const own = second.stages?.firstByteMs;
  return own === undefined ? {} : { firstByteMs: Math.min(MAX_MS, startOf(second) - startedMs + own) };
}
