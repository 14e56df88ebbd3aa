// What a tenant's evidence says the linker should do otherwise, and whether that would hold. Learned from the older part of
// the evidence, previewed on the newer one, which it has not seen.
import type { LinkerTuning } from '../threads/index.ts';
import { hadChoice, outcomeOf } from './evaluate.ts';
import { BETA_SQUARED, fitConfidence, fitJoinFrom, fitTime, GOOD_PRECISION } from './fit.ts';
import type { KeptVerdict, Outcome, Preview, Span, TuningView } from './types.ts';

/** How much evidence a calibration needs. */
export const NEEDS = { judged: 200, joins: 50, beginnings: 30 } as const;
const LEARNED_SHARE = 0.7;

/** What counts as better, and what is never given for it. */
const GAIN = { links: 0.003, ece: 0.005, bCubed: 0.005 } as const;

export interface Evidence {
  readonly judged: number;
  readonly joins: number;
  readonly beginnings: number;
  readonly corrections: number;
  /** Not among the judged: they go on with a thread that their verdict does not name, so that no tuning could be seen to join it. */
  readonly leftOut: number;
}

export interface Proposal {
  readonly state: 'proposed' | 'unchanged' | 'too_little';
  readonly explanation: string;
  readonly needs: typeof NEEDS;
  readonly has: Evidence;
  readonly tuning: TuningView | null;
  readonly current: TuningView;
  readonly preview: Preview | null;
}

export const untuned = (joinFrom: number): TuningView => ({
  joinFrom,
  confidence: { slope: 1, offset: 0 },
  time: { scale: 1, newest: 0, older: 0, newestPerLogGap: 0, olderPerLogGap: 0 },
});

/**
 * @param kept verdicts in order of time, by the linker that is in use
 * @param current what is in force
 * @param leastJoin the policy's threshold, which is never undercut; 0 without one
 */
export function propose(kept: readonly KeptVerdict[], current: TuningView, leastJoin: number): Proposal {
  const guessed = kept.filter(hadChoice);
  const verdicts = guessed.filter(({ goesOn, right }) => !goesOn || right >= 0);
  const has = { ...evidenceOf(verdicts), leftOut: guessed.length - verdicts.length };
  const common = { needs: NEEDS, has, current };
  const none = { ...common, tuning: null, preview: null };
  const cut = Math.floor(verdicts.length * LEARNED_SHARE);
  const [learned, heldOut] = [verdicts.slice(0, cut), verdicts.slice(cut)];
  if (!isEnough(has, heldOut)) return { ...none, state: 'too_little', explanation: `${tooLittle(has)}${aside(has)}` };
  const effective = (tuning: TuningView): TuningView => ({ ...tuning, joinFrom: Math.max(tuning.joinFrom, leastJoin) });
  const before = outcomeOf(heldOut, effective(current));
  for (const tuning of candidatesFrom(learned, current)) {
    const after = outcomeOf(heldOut, effective(tuning));
    if (!holds(before, after)) continue;
    const preview = { learnedFrom: spanOf(learned), heldOut: spanOf(heldOut), before, after };
    return { ...common, state: 'proposed', explanation: `${explain(before, after)}${aside(has)}`, tuning, preview };
  }
  const preview = { learnedFrom: spanOf(learned), heldOut: spanOf(heldOut), before, after: before };
  return {
    ...none,
    preview,
    state: 'unchanged',
    explanation: `Nothing that was learned does better on the newer evidence: stay as you are.${aside(has)}`,
  };
}

/** From all that can be learned to the least; the first that holds is proposed. */
function candidatesFrom(learned: readonly KeptVerdict[], current: TuningView): readonly TuningView[] {
  const withConfidence = (tuning: Omit<TuningView, 'confidence'>): TuningView => ({
    ...tuning,
    confidence: fitConfidence(learned, tuning),
  });
  const time = fitTime(learned);
  return [
    withConfidence({ time, joinFrom: fitJoinFrom(learned, current, time) }),
    withConfidence({ time: current.time, joinFrom: fitJoinFrom(learned, current, current.time) }),
    withConfidence({ time: current.time, joinFrom: current.joinFrom }),
  ];
}

/**
 * Guard rails: a wrong merge is worse than a split, so precision may fall only where it stays good. Beyond that something
 * has to get better (links with precision before recall, whole threads, or confidence) and nothing worse.
 */
function holds(before: Outcome, after: Outcome): boolean {
  if (after.precision === null || after.precision < Math.min(GOOD_PRECISION, before.precision ?? 0)) return false;
  const gains = [
    { gain: linkScore(after) - linkScore(before), enough: GAIN.links },
    { gain: after.bCubed.f1 - before.bCubed.f1, enough: GAIN.bCubed },
    { gain: (before.ece ?? 0) - (after.ece ?? 0), enough: GAIN.ece },
  ];
  return gains.some(({ gain, enough }) => gain >= enough) && gains.every(({ gain, enough }) => gain > -enough);
}

/** F of precision and recall, precision counting for more. */
function linkScore({ precision, recall }: Outcome): number {
  if (precision === null || recall === null || precision + recall === 0) return 0;
  return ((1 + BETA_SQUARED) * precision * recall) / (BETA_SQUARED * precision + recall);
}

function evidenceOf(verdicts: readonly KeptVerdict[]): Omit<Evidence, 'leftOut'> {
  const joins = verdicts.filter(({ right }) => right >= 0).length;
  return {
    judged: verdicts.length,
    joins,
    beginnings: verdicts.length - joins,
    corrections: verdicts.filter(({ evidence }) => evidence === 'person').length,
  };
}

function isEnough(has: Evidence, heldOut: readonly KeptVerdict[]): boolean {
  const joins = heldOut.filter(({ right }) => right >= 0).length;
  const isMixed = joins >= NEEDS.joins / 5 && heldOut.length - joins >= NEEDS.beginnings / 5;
  return has.judged >= NEEDS.judged && has.joins >= NEEDS.joins && has.beginnings >= NEEDS.beginnings && isMixed;
}

const tooLittle = ({ judged, joins, beginnings }: Evidence): string =>
  `Too little evidence: ${judged} judged decisions, ${joins} of them joins and ${beginnings} beginnings. Needed are ` +
  `${NEEDS.judged}, ${NEEDS.joins} and ${NEEDS.beginnings}, some of each among the newest; they come with requests that carry session ids or history.`;

/** Recall is of what can be learned: what it leaves out has to be said with it. */
const aside = ({ leftOut }: Evidence): string =>
  leftOut === 0
    ? ''
    : ` Left out are ${leftOut} that go on with a thread which was not among the candidates kept with the decision, at most six: ` +
      'it was missed, and no tuning is known to find it.';

const percent = (share: number | null): string => (share === null ? 'none' : `${(100 * share).toFixed(1)}%`);

const explain = (before: Outcome, after: Outcome): string =>
  `On evidence that was not learned from, precision goes from ${percent(before.precision)} to ${percent(after.precision)}, recall from ` +
  `${percent(before.recall)} to ${percent(after.recall)}, B-cubed F1 from ${percent(before.bCubed.f1)} to ${percent(after.bCubed.f1)}, ` +
  `calibration error from ${percent(before.ece)} to ${percent(after.ece)}.`;

function spanOf(verdicts: readonly KeptVerdict[]): Span {
  const iso = (at: number | undefined): string => new Date(Math.round((at ?? 0) * 1000)).toISOString();
  return { n: verdicts.length, from: iso(verdicts[0]?.at), to: iso(verdicts[verdicts.length - 1]?.at) };
}

export const viewOf = ({ joinFrom, confidence, time }: LinkerTuning): TuningView => ({ joinFrom, confidence, time });
