// The terms of the linker's sum. Those of time are kept apart: without a vector they decide alone.
import { CUE_NAMES, type Cues } from '../text/traits.ts';
import type { Features } from './features.ts';

/** Groups in which people read why a link was made. */
export const TERM_GROUPS = [
  'time',
  'parallel_work',
  'same_matter',
  'similar_prompt',
  'similar_answer',
  'shared_words',
  'same_referent',
  'same_manner',
  'follow_up_wording',
  'prior',
] as const;
export type TermGroup = (typeof TERM_GROUPS)[number];

export interface Term {
  readonly name: string;
  readonly group: TermGroup;
  /** The threads that it says something of: to the others it is 0. Absent: all. */
  readonly only?: 'newest' | 'older' | undefined;
  readonly value: (features: Features) => number;
}

const HINGES = ['6s', '20s', '1m', '3m', '10m', '30m', '60m', '180m', '480m'].map((name) => ({
  name,
  log: Math.log(Number.parseInt(name) * (name.endsWith('m') ? 60 : 1)),
}));
const TURNS = [2, 4, 6, 8, 9, 11];
const newest = (f: Features): number => (f.rank === 0 ? 1 : 0);
const older = (f: Features): number => (f.rank === 0 ? 0 : 1);
const over = (value: number, limit: number): number => Math.max(0, value - limit);
const term = (group: TermGroup, name: string, value: (f: Features) => number): Term => ({ name, group, value, only: saidOf(name) });
const saidOf = (name: string): Term['only'] => (name.startsWith('newest') ? 'newest' : name.startsWith('older') ? 'older' : undefined);

export const TIME_TERMS: readonly Term[] = [
  term('prior', 'newest', newest),
  term('prior', 'older', older),
  term('time', 'second', (f) => (f.rank === 1 ? 1 : 0)),
  term('time', 'older_rank', (f) => f.rank * older(f)),
  term('time', 'newest_gap', (f) => f.logGap * newest(f)),
  term('time', 'older_gap', (f) => f.logGap * older(f)),
  ...HINGES.map(({ name, log }) => term('time', `newest_gap_over_${name}`, (f) => over(f.logGap, log) * newest(f))),
  ...HINGES.map(({ name, log }) => term('time', `older_gap_over_${name}`, (f) => over(f.logGap, log) * older(f))),
  term('time', 'newest_gap_to_pace', (f) => f.logGapToPace * newest(f)),
  term('time', 'newest_gap_over_pace', (f) => over(f.logGapToPace, 1) * newest(f)),
  term('time', 'newest_gap_far_over_pace', (f) => over(f.logGapToPace, 2.3) * newest(f)),
  term('time', 'older_gap_to_pace', (f) => f.logGapToPace * older(f)),
  term('time', 'older_gap_over_pace', (f) => over(f.logGapToPace, 1) * older(f)),
  term('time', 'older_gap_far_over_pace', (f) => over(f.logGapToPace, 2.3) * older(f)),
  term('time', 'newest_long_pauses', (f) => f.longPauses * newest(f)),
  term('time', 'newest_long_pauses_gap', (f) => f.longPauses * f.logGap * newest(f)),
  term('time', 'second_gap_to_newest', (f) => (f.rank === 1 ? f.logGapToNewest : 0)),
  term('time', 'older_turns_since', (f) => f.logTurnsSince * older(f)),
  term('time', 'newest_turns', (f) => f.logTurns * newest(f)),
  term('time', 'older_turns', (f) => f.logTurns * older(f)),
  ...TURNS.map((turns) => term('time', `newest_turns_over_${turns}`, (f) => over(f.logTurns, Math.log1p(turns)) * newest(f))),
  ...TURNS.map((turns) => term('time', `older_turns_over_${turns}`, (f) => over(f.logTurns, Math.log1p(turns)) * older(f))),
  term('parallel_work', 'newest_threads', (f) => f.activeThreads * newest(f)),
  term('parallel_work', 'older_threads', (f) => f.activeThreads * older(f)),
  term('parallel_work', 'newest_active', (f) => f.activeInSession * newest(f)),
  term('parallel_work', 'older_active', (f) => f.activeInSession * older(f)),
  term('parallel_work', 'newest_switches', (f) => f.recentSwitches * newest(f)),
  term('parallel_work', 'older_switches', (f) => f.recentSwitches * older(f)),
  term('parallel_work', 'newest_alternation', (f) => f.alternation * newest(f)),
  term('parallel_work', 'older_alternation', (f) => f.alternation * older(f)),
  term('parallel_work', 'newest_alternation_gap', (f) => f.alternation * f.logGap * newest(f)),
];

/** Cues that say something about joining the newest thread; the others only serve the follow-up detector. */
const NEWEST_CUES: ReadonlySet<string> = new Set([
  'pronouns',
  'connective',
  'elaboration',
  'correction',
  'imperative',
  'logLength',
  'short',
  'question',
  'long',
  'code',
  'selfContained',
  'shortAnswer',
]);
const plain = (group: TermGroup, names: readonly Exclude<keyof Features, 'cues'>[]): Term[] =>
  names.map((name) => term(group, name, (f) => f[name]));
const cue = (name: keyof Cues): Term => term('follow_up_wording', `newest_${name}`, (f) => f.cues[name] * newest(f));

const KINSHIP = ['kinPrompt', 'kinAnswer', 'kinBest', 'kinClosest', 'kinPrompts', 'kinThread', 'kinLead'] as const;

export const CONTENT_TERMS: readonly Term[] = [
  term('prior', 'content', () => 1),
  term('prior', 'content_older', older),
  ...plain('same_matter', KINSHIP),
  ...KINSHIP.map((name) => term('same_matter', `older_${name}`, (f) => f[name] * older(f))),
  ...plain('similar_prompt', ['toPrompt', 'toBestPrompt', 'toCentroid', 'toPromptAndAnswer', 'lead', 'isBest']),
  ...plain('similar_answer', ['toAnswer', 'toBestAnswer', 'answered']),
  ...plain('shared_words', [
    'sharedWithPrompt',
    'sharedWithThread',
    'sharedWithAnswer',
    'sharedNumbers',
    'sharedIdentifiers',
    'sharedWithAnswers',
    'knownNames',
    'unknownNames',
  ]),
  ...plain('same_referent', ['referentInPrompts', 'referentInAnswers', 'referentInLast', 'sameGender', 'noPerson']),
  ...plain('same_manner', ['sameForm', 'sameVoice', 'sameStart', 'sameEnding', 'unanswered']),
  term('same_manner', 'older_sameForm', (f) => f.sameForm * older(f)),
  term('same_manner', 'older_sameVoice', (f) => f.sameVoice * older(f)),
  term('same_manner', 'older_sameStart', (f) => f.sameStart * older(f)),
  ...plain('follow_up_wording', [
    'answersQuestion',
    'afterFarewell',
    'lengthChange',
    'statesToQuestion',
    'asksToQuestion',
    'shortWithoutQuestion',
    'afterClosing',
  ]),
  term('follow_up_wording', 'older_statesToQuestion', (f) => f.statesToQuestion * older(f)),
  term('follow_up_wording', 'followUp_best', (f) => f.followUp * f.best),
  term('follow_up_wording', 'followUp_answer', (f) => f.followUp * f.toBestAnswer),
  term('similar_prompt', 'older_toBestPrompt', (f) => f.toBestPrompt * older(f)),
  term('similar_answer', 'older_toBestAnswer', (f) => f.toBestAnswer * older(f)),
  term('similar_prompt', 'older_lead', (f) => f.lead * older(f)),
  term('similar_prompt', 'newest_best', (f) => f.best * newest(f)),
  term('similar_prompt', 'length_best', (f) => f.best * f.cues.logLength),
  ...CUE_NAMES.filter((name) => NEWEST_CUES.has(name)).map(cue),
  term('follow_up_wording', 'newest_followUp', (f) => f.followUp * newest(f)),
  term('follow_up_wording', 'older_followUp', (f) => f.followUp * older(f)),
];
