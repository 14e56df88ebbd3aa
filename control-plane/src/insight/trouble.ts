// Where a thread broke down, by what that shows, and where it found its way back.
import type { ThreadDetail } from '../threads/index.ts';
import type { Turn } from './course.ts';
import type { Breakdown } from './views.ts';

/** The user did not get what was asked for. */
export const complains = ({ shown }: Turn): boolean => shown.followUp === 'correction' || shown.followUp === 'repeat';
export const failed = ({ shown }: Turn): boolean => shown.outcome === 'error' || shown.outcome === 'blocked';

/** `thread.breakdown` says which request it was; the evidence is gathered here. Null where that request is not among the turns shown. */
export function breakdownOf({ breakdown }: ThreadDetail, turns: readonly Turn[]): Breakdown | null {
  const at = turns.findIndex(({ requests }) => requests.some(({ id }) => id === breakdown?.requestId));
  const broken = turns[at];
  if (breakdown === null || broken === undefined) return null;
  const later = turns.slice(at + 1);
  const recovered = recoveryIn(turns, at);
  return {
    requestId: breakdown.requestId,
    turn: broken.shown.turn,
    kind: breakdown.kind,
    evidence: evidenceOf(breakdown, broken, turns[at - 1]),
    turnsAfter: later.length,
    recoveredAt: recovered === undefined ? null : { requestId: recovered.shown.requestId, turn: recovered.shown.turn },
  };
}

/**
 * The first turn from the broken one on whose answer came and was accepted: the user went on, and neither corrected it nor
 * asked again. A complaint itself can be answered well; a failed answer cannot.
 */
function recoveryIn(turns: readonly Turn[], brokenAt: number): Turn | undefined {
  return turns.find((turn, at) => {
    const next = turns[at + 1];
    return at >= brokenAt && !failed(turn) && next !== undefined && !complains(next) && turn.shown.down === 0;
  });
}

function evidenceOf(
  { requestId, kind }: { readonly requestId: string; readonly kind: string },
  turn: Turn,
  before: Turn | undefined,
): Breakdown['evidence'] {
  const request = turn.requests.find(({ id }) => id === requestId) ?? turn.opening;
  const evidence: { code: string; text: string }[] = [];
  if (request.truncation !== null) {
    const verb = request.truncation.kind === 'compacted' ? 'replaced by a summary' : 'dropped';
    evidence.push({ code: 'history_truncated', text: `${request.truncation.dropped} earlier messages were ${verb} before this request.` });
  }
  if (request.status?.outcome === 'error') {
    const status = request.status.http === undefined ? '' : ` with HTTP status ${request.status.http}`;
    evidence.push({ code: 'answer_failed', text: `The answer failed${status}.` });
  }
  if (kind === 'correction')
    evidence.push({ code: 'user_corrects', text: 'The user says that the answer before is wrong or misunderstood.' });
  if (kind === 'repeat') {
    const likeness = request.similarity === null ? '' : ` (similarity ${request.similarity.toFixed(2)})`;
    evidence.push({ code: 'user_repeats', text: `The user asks for the same thing again${likeness}.` });
  }
  if (before === undefined) return evidence;
  if (before.shown.down > 0) evidence.push({ code: 'thumb_down', text: 'The answer before got a thumb that points down.' });
  if (failed(before)) evidence.push({ code: 'answer_before_failed', text: 'The answer before failed or was blocked.' });
  const [model, earlier] = [turn.shown.models[0], before.shown.models.at(-1)];
  if (model !== undefined && earlier !== undefined && model !== earlier)
    evidence.push({ code: 'model_changed', text: 'Another model answers than in the turn before.' });
  if (request.confidence < UNSURE && request.method === 'inferred')
    evidence.push({ code: 'link_unsure', text: 'That the request belongs here is a guess of its own: see its confidence.' });
  return evidence;
}

const UNSURE = 0.7;
