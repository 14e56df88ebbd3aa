// Events of one request become one sample: LiteLLM tells of each failed attempt by an event of its own, and of the last
// one without saying so. Later attempts begin when earlier ones have ended; what overlaps is the same event again.
import type { Sample } from '#contract';

const MAX_ATTEMPTS = 16;

/**
 * What is known after another attempt: how it ended is the later one's, how it began the earlier one's. Undefined where
 * the event adds nothing.
 */
export function followedBy(known: Sample, next: Sample): Sample | undefined {
  const [first, second] = startOf(known) <= startOf(next) ? [known, next] : [next, known];
  if (startOf(second) < endOf(first) || isSame(first, second)) return undefined;
  // A guardrail refused an answer that was there: nothing was tried again.
  if (first.status?.outcome === 'ok') return refused(first, second);
  const attempts = [...(first.composition?.attempts ?? []), ...(second.composition?.attempts ?? [])];
  const { model, stages } = second;
  const requested = first.model?.requested;
  return {
    ...second,
    startedAt: first.startedAt,
    ...(model && { model: { ...model, ...(requested === undefined ? {} : { requested }) } }),
    ...(stages && { stages: { ...stages, ...waited(first, second) } }),
    call: { ...second.call, attempt: Math.min(100, attempts.length) },
    composition: { ...second.composition, attempts: attempts.slice(0, MAX_ATTEMPTS) },
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

function isSame(a: Sample, b: Sample): boolean {
  return (
    a.startedAt === b.startedAt &&
    a.endedAt === b.endedAt &&
    a.composition?.attempts?.at(-1)?.model === b.composition?.attempts?.at(-1)?.model
  );
}

/** The client waited for its first byte since the first attempt. */
function waited(first: Sample, second: Sample): { readonly firstByteMs?: number } {
  const own = second.stages?.firstByteMs;
  return own === undefined ? {} : { firstByteMs: Math.min(86_400_000, startOf(second) - startOf(first) + own) };
}
