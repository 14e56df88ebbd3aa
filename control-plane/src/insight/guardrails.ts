// What led to a guardrail's refusal, and whether the user reworded until it let them pass.
import { isBlocked, type Turn } from './course.ts';
import type { Likeness } from './ports.ts';
import type { AttemptEvidence, GuardrailIncident, ThreadInsight } from './views.ts';

const PATH_TURNS = 5;
/** Prompts this close are about the same request. */
const SIMILAR = 0.6;
/** Share of words in common that counts where no embedding is kept. */
const SHARED_WORDS = 0.5;

export function guardrailsOf(turns: readonly Turn[], alike: Likeness): ThreadInsight['guardrails'] {
  const incidents: GuardrailIncident[] = [];
  for (let at = 0; at < turns.length; at++) {
    const turn = turns[at];
    if (turn === undefined || !wasBlocked(turn)) continue;
    const incident = incidentAt(turns, at, alike);
    incidents.push(incident);
    // Later refusals of the same attempts belong to this incident.
    at += incident.attempts.filter((attempt) => attempt.isBlocked).length;
  }
  return {
    blocks: turns.reduce((sum, { requests }) => sum + requests.filter(isBlocked).length, 0),
    rephrasedUntilPassed: incidents.some(({ result }) => result === 'passed'),
    incidents,
  };
}

const wasBlocked = ({ requests, shown }: Turn): boolean => shown.outcome === 'blocked' || requests.some(isBlocked);

function incidentAt(turns: readonly Turn[], at: number, alike: Likeness): GuardrailIncident {
  const first = turns[at] as Turn;
  const attempts: GuardrailIncident['attempts'][number][] = [];
  let before = first;
  for (const turn of turns.slice(at + 1)) {
    const similarity = likenessOf(turn, before, alike);
    const evidence = rewordingOf(turn, before, first, similarity);
    if (evidence === undefined) break;
    attempts.push({
      requestId: turn.shown.requestId,
      turn: turn.shown.turn,
      isBlocked: wasBlocked(turn),
      similarity: similarity ?? null,
      evidence,
    });
    if (!wasBlocked(turn)) break;
    before = turn;
  }
  const passed = attempts.at(-1)?.isBlocked === false;
  const wentOn = turns.length > at + 1 + attempts.length;
  return {
    requestId: first.requests.find(isBlocked)?.id ?? first.shown.requestId,
    turn: first.shown.turn,
    guardrails: [
      ...new Set(
        first.requests.flatMap(({ guardrails }) => guardrails.filter(({ verdict }) => verdict === 'block').map(({ name }) => name)),
      ),
    ],
    path: turns
      .slice(Math.max(0, at - PATH_TURNS), at)
      .map(({ shown: { requestId, turn, intent, followUp, outcome } }) => ({ requestId, turn, intent, followUp, outcome })),
    attempts,
    result: passed ? 'passed' : wentOn ? 'moved_on' : attempts.length > 0 ? 'stayed_blocked' : 'gave_up',
  };
}

/**
 * Of the prompts themselves where their embeddings are kept: a client that forgets what was refused goes on from an earlier turn, so
 * what was measured at arrival is often the similarity to another prompt.
 */
const likenessOf = ({ opening }: Turn, before: Turn, alike: Likeness): number | undefined =>
  alike(opening.id, before.opening.id) ?? (opening.predecessor === before.opening.id ? (opening.similarity ?? undefined) : undefined);

/** How a turn shows that it is the refused request in other words; undefined where it is another one. */
function rewordingOf({ opening, shown }: Turn, before: Turn, first: Turn, similarity: number | undefined): AttemptEvidence | undefined {
  if (shown.followUp === 'repeat' || shown.followUp === 'correction' || shown.followUp === 'refinement') return shown.followUp;
  if ((similarity ?? 0) >= SIMILAR) return 'similar_prompt';
  const shared = Math.max(sharedWords(opening.prompt, before.opening.prompt), sharedWords(opening.prompt, first.opening.prompt));
  return shared >= SHARED_WORDS ? 'shared_words' : undefined;
}

/** Words of four letters or more that both have, over those of the shorter text; 0 where either has fewer than three. */
function sharedWords(a: string | null, b: string | null): number {
  const [one, other] = [wordsOf(a), wordsOf(b)];
  const smaller = Math.min(one.size, other.size);
  if (smaller < 3) return 0;
  return [...one].filter((word) => other.has(word)).length / smaller;
}

const UNITS_READ = 4000;
const wordsOf = (text: string | null): ReadonlySet<string> =>
  new Set(
    (text ?? '')
      .slice(0, UNITS_READ)
      .toLowerCase()
      .match(/[\p{L}\p{N}]{4,40}/gu) ?? [],
  );
