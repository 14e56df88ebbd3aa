// A request that joins no thread either opens a matter or goes on with one whose beginning was never seen.
import type { Features } from './features.ts';

export const ORPHAN_TERMS = [
  'always',
  'followUp',
  'surelyFollowUp',
  'dependent',
  'surelyDependent',
  'pronouns',
  'shortPronoun',
  'connective',
  'elaboration',
  'capitalised',
  'logLength',
  'question',
  'imperative',
  'selfContained',
  'lowerCase',
  'shortAnswer',
  'noPerson',
  'unknownNames',
  'score',
  'scoreBelow',
  'kinBest',
  'kinThread',
  'logGap',
  'afterPause',
  'newest',
  'kinLead',
  'lead',
  'kinClosest',
  'kinPrompt',
  'kinAnswer',
] as const;

/** Where a thread is likelier than this the request goes on with what was seen, though a policy may ask for more before it joins. */
export const FITS_FROM = 0.5;

/** Log-odds beyond which the linker's own sureness says no more. */
const CLEAR = 6;
const PAUSE = Math.log(1800);

/** `score` is that of the best candidate, in log-odds against a new thread; `features` are that candidate's. */
export function orphanEvidence(features: Features, score: number): Readonly<Record<(typeof ORPHAN_TERMS)[number], number>> {
  const { cues, followUp, dependent, noPerson, unknownNames, kinBest, kinThread, logGap, rank } = features;
  const { kinLead, lead, kinClosest, kinPrompt, kinAnswer } = features;
  const { pronouns, shortPronoun, connective, elaboration, capitalised, logLength } = cues;
  const { question, imperative, selfContained, lowerCase, shortAnswer } = cues;
  const limited = Math.max(-CLEAR, Math.min(CLEAR, score));
  return {
    always: 1,
    followUp,
    surelyFollowUp: Math.max(0, followUp - 0.8),
    dependent,
    surelyDependent: Math.max(0, dependent - 0.8),
    pronouns,
    shortPronoun,
    connective,
    elaboration,
    capitalised,
    logLength,
    question,
    imperative,
    selfContained,
    lowerCase,
    shortAnswer,
    noPerson,
    unknownNames,
    score: limited,
    scoreBelow: Math.min(-2, limited),
    kinBest,
    kinThread,
    logGap,
    afterPause: logGap > PAUSE ? 1 : 0,
    newest: rank === 0 ? 1 : 0,
    kinLead,
    lead,
    kinClosest,
    kinPrompt,
    kinAnswer,
  };
}

export function orphanLogit(weights: Readonly<Record<string, number>>, features: Features, score: number): number {
  const evidence = orphanEvidence(features, score);
  return ORPHAN_TERMS.reduce((sum, name) => sum + (weights[name] ?? 0) * evidence[name], 0);
}
