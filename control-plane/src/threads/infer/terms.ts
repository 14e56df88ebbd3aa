// The terms of the linker's sum. Those of time are kept apart: without a vector they decide alone.
import type { Cues } from '../text/traits.ts';
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

/** Numbers that terms read: of the candidate, or of the request's wording. Each reads one name, which is what makes reading fast. */
const READERS = {
  one: () => 1,
  rank: (f) => f.rank,
  logGap: (f) => f.logGap,
  logGapToPace: (f) => f.logGapToPace,
  logGapToNewest: (f) => f.logGapToNewest,
  longPauses: (f) => f.longPauses,
  alternation: (f) => f.alternation,
  logTurns: (f) => f.logTurns,
  logTurnsSince: (f) => f.logTurnsSince,
  activeThreads: (f) => f.activeThreads,
  activeInSession: (f) => f.activeInSession,
  recentSwitches: (f) => f.recentSwitches,
  kinPrompt: (f) => f.kinPrompt,
  kinAnswer: (f) => f.kinAnswer,
  kinBest: (f) => f.kinBest,
  kinClosest: (f) => f.kinClosest,
  kinPrompts: (f) => f.kinPrompts,
  kinThread: (f) => f.kinThread,
  kinLead: (f) => f.kinLead,
  toPrompt: (f) => f.toPrompt,
  toBestPrompt: (f) => f.toBestPrompt,
  toCentroid: (f) => f.toCentroid,
  toPromptAndAnswer: (f) => f.toPromptAndAnswer,
  lead: (f) => f.lead,
  best: (f) => f.best,
  isBest: (f) => f.isBest,
  toAnswer: (f) => f.toAnswer,
  toBestAnswer: (f) => f.toBestAnswer,
  answered: (f) => f.answered,
  sharedWithPrompt: (f) => f.sharedWithPrompt,
  sharedWithThread: (f) => f.sharedWithThread,
  sharedWithAnswer: (f) => f.sharedWithAnswer,
  sharedNumbers: (f) => f.sharedNumbers,
  sharedIdentifiers: (f) => f.sharedIdentifiers,
  sharedWithAnswers: (f) => f.sharedWithAnswers,
  knownNames: (f) => f.knownNames,
  unknownNames: (f) => f.unknownNames,
  referentInPrompts: (f) => f.referentInPrompts,
  referentInAnswers: (f) => f.referentInAnswers,
  referentInLast: (f) => f.referentInLast,
  sameGender: (f) => f.sameGender,
  noPerson: (f) => f.noPerson,
  sameForm: (f) => f.sameForm,
  sameVoice: (f) => f.sameVoice,
  sameStart: (f) => f.sameStart,
  sameEnding: (f) => f.sameEnding,
  unanswered: (f) => f.unanswered,
  answersQuestion: (f) => f.answersQuestion,
  afterFarewell: (f) => f.afterFarewell,
  lengthChange: (f) => f.lengthChange,
  statesToQuestion: (f) => f.statesToQuestion,
  asksToQuestion: (f) => f.asksToQuestion,
  shortWithoutQuestion: (f) => f.shortWithoutQuestion,
  afterClosing: (f) => f.afterClosing,
  followUp: (f) => f.followUp,
  pronouns: (f) => f.cues.pronouns,
  connective: (f) => f.cues.connective,
  elaboration: (f) => f.cues.elaboration,
  correction: (f) => f.cues.correction,
  imperative: (f) => f.cues.imperative,
  logLength: (f) => f.cues.logLength,
  short: (f) => f.cues.short,
  question: (f) => f.cues.question,
  long: (f) => f.cues.long,
  code: (f) => f.cues.code,
  selfContained: (f) => f.cues.selfContained,
  shortAnswer: (f) => f.cues.shortAnswer,
} as const satisfies Readonly<Record<string, (features: Features) => number>>;
export type Quantity = keyof typeof READERS;
export const readerOf = (quantity: Quantity): ((features: Features) => number) => READERS[quantity];

/** The threads that a term says something of: to the others it is 0. */
type Side = 'all' | 'newest' | 'second' | 'older';

export interface Term {
  readonly name: string;
  readonly group: TermGroup;
  /** The threads by which its usual value is known, where its name tells: to the others it is 0. Absent: all. */
  readonly only?: 'newest' | 'older' | undefined;
  readonly side: Side;
  readonly of: Quantity;
  /** By how much the quantity is above this, 0 below it. */
  readonly over?: number | undefined;
  readonly times?: Quantity | undefined;
  readonly value: (features: Features) => number;
}

export const isOn = (side: Side, rank: number): boolean =>
  side === 'all' || (side === 'newest' ? rank === 0 : side === 'second' ? rank === 1 : rank > 0);

const HINGES = ['20s', '1m', '3m', '10m', '30m', '60m', '180m', '480m'].map((name) => ({
  name,
  log: Math.log(Number.parseInt(name) * (name.endsWith('m') ? 60 : 1)),
}));
const TURNS = [2, 4, 6, 8, 9, 11];

function term(group: TermGroup, name: string, side: Side, of: Quantity, more: Pick<Term, 'over' | 'times'> = {}): Term {
  const { over, times } = more;
  const read: (features: Features) => number = READERS[of];
  const factor: ((features: Features) => number) | undefined = times && READERS[times];
  const value = (features: Features): number => {
    if (!isOn(side, features.rank)) return 0;
    const measured = over === undefined ? read(features) : Math.max(0, read(features) - over);
    return factor === undefined ? measured : measured * factor(features);
  };
  return { name, group, only: saidOf(name), side, of, over, times, value };
}
const saidOf = (name: string): Term['only'] => (name.startsWith('newest') ? 'newest' : name.startsWith('older') ? 'older' : undefined);

export const TIME_TERMS: readonly Term[] = [
  term('prior', 'newest', 'newest', 'one'),
  term('prior', 'older', 'older', 'one'),
  term('time', 'second', 'second', 'one'),
  term('time', 'older_rank', 'older', 'rank'),
  term('time', 'newest_gap', 'newest', 'logGap'),
  term('time', 'older_gap', 'older', 'logGap'),
  ...HINGES.map(({ name, log }) => term('time', `newest_gap_over_${name}`, 'newest', 'logGap', { over: log })),
  ...HINGES.map(({ name, log }) => term('time', `older_gap_over_${name}`, 'older', 'logGap', { over: log })),
  term('time', 'newest_gap_to_pace', 'newest', 'logGapToPace'),
  term('time', 'newest_gap_over_pace', 'newest', 'logGapToPace', { over: 1 }),
  term('time', 'newest_gap_far_over_pace', 'newest', 'logGapToPace', { over: 2.3 }),
  term('time', 'older_gap_to_pace', 'older', 'logGapToPace'),
  term('time', 'older_gap_over_pace', 'older', 'logGapToPace', { over: 1 }),
  term('time', 'older_gap_far_over_pace', 'older', 'logGapToPace', { over: 2.3 }),
  term('time', 'newest_long_pauses', 'newest', 'longPauses'),
  term('time', 'newest_long_pauses_gap', 'newest', 'longPauses', { times: 'logGap' }),
  term('time', 'second_gap_to_newest', 'second', 'logGapToNewest'),
  term('time', 'older_turns_since', 'older', 'logTurnsSince'),
  term('time', 'newest_turns', 'newest', 'logTurns'),
  term('time', 'older_turns', 'older', 'logTurns'),
  ...TURNS.map((turns) => term('time', `newest_turns_over_${turns}`, 'newest', 'logTurns', { over: Math.log1p(turns) })),
  ...TURNS.map((turns) => term('time', `older_turns_over_${turns}`, 'older', 'logTurns', { over: Math.log1p(turns) })),
  term('parallel_work', 'newest_threads', 'newest', 'activeThreads'),
  term('parallel_work', 'older_threads', 'older', 'activeThreads'),
  term('parallel_work', 'newest_active', 'newest', 'activeInSession'),
  term('parallel_work', 'older_active', 'older', 'activeInSession'),
  term('parallel_work', 'newest_switches', 'newest', 'recentSwitches'),
  term('parallel_work', 'older_switches', 'older', 'recentSwitches'),
  term('parallel_work', 'newest_alternation', 'newest', 'alternation'),
  term('parallel_work', 'older_alternation', 'older', 'alternation'),
  term('parallel_work', 'newest_alternation_gap', 'newest', 'alternation', { times: 'logGap' }),
];

/** Cues that say something about joining the newest thread; the others only serve the follow-up detector. */
const NEWEST_CUES = [
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
  'shortAnswer',
  'selfContained',
] as const satisfies readonly (keyof Cues & Quantity)[];
const plain = (group: TermGroup, names: readonly Quantity[]): Term[] => names.map((name) => term(group, name, 'all', name));

const KINSHIP = ['kinPrompt', 'kinAnswer', 'kinBest', 'kinClosest', 'kinPrompts', 'kinThread', 'kinLead'] as const;

export const CONTENT_TERMS: readonly Term[] = [
  term('prior', 'content', 'all', 'one'),
  term('prior', 'content_older', 'older', 'one'),
  ...plain('same_matter', KINSHIP),
  ...KINSHIP.map((name) => term('same_matter', `older_${name}`, 'older', name)),
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
  term('same_manner', 'older_sameForm', 'older', 'sameForm'),
  term('same_manner', 'older_sameVoice', 'older', 'sameVoice'),
  term('same_manner', 'older_sameStart', 'older', 'sameStart'),
  ...plain('follow_up_wording', [
    'answersQuestion',
    'afterFarewell',
    'lengthChange',
    'statesToQuestion',
    'asksToQuestion',
    'shortWithoutQuestion',
    'afterClosing',
  ]),
  term('follow_up_wording', 'older_statesToQuestion', 'older', 'statesToQuestion'),
  term('follow_up_wording', 'followUp_best', 'all', 'followUp', { times: 'best' }),
  term('follow_up_wording', 'followUp_answer', 'all', 'followUp', { times: 'toBestAnswer' }),
  term('similar_prompt', 'older_toBestPrompt', 'older', 'toBestPrompt'),
  term('similar_answer', 'older_toBestAnswer', 'older', 'toBestAnswer'),
  term('similar_prompt', 'older_lead', 'older', 'lead'),
  term('similar_prompt', 'newest_best', 'newest', 'best'),
  term('similar_prompt', 'length_best', 'all', 'best', { times: 'logLength' }),
  ...NEWEST_CUES.map((name) => term('follow_up_wording', `newest_${name}`, 'newest', name)),
  term('follow_up_wording', 'newest_followUp', 'newest', 'followUp'),
  term('follow_up_wording', 'older_followUp', 'older', 'followUp'),
];
