import type { Answer, Question } from '../api/runs.ts';
import type { Tone } from '../ui/badge.tsx';

interface Asked {
  readonly question: Question;
  /** Of one run. */
  readonly text: string;
  /** Of a time, for the answer that somebody has to look at. */
  readonly concern: { readonly answer: Answer; readonly text: string };
  readonly tones: Readonly<Record<Answer, Tone>>;
}

const APPROVAL = { yes: 'good', no: 'bad', unknown: 'plain' } as const;

export const QUESTIONS: readonly Asked[] = [
  {
    question: 'prompt',
    text: 'Was the system prompt the approved one?',
    concern: { answer: 'no', text: 'Runs with another system prompt than the approved one' },
    tones: APPROVAL,
  },
  {
    question: 'model',
    text: 'Was the model that answered authorised?',
    concern: { answer: 'no', text: 'Runs that another model answered than is authorised' },
    tones: APPROVAL,
  },
  {
    question: 'composition',
    text: 'Did all of it match what is declared?',
    concern: { answer: 'no', text: 'Runs that are not composed as declared' },
    tones: APPROVAL,
  },
  {
    question: 'change',
    text: 'Does it differ from the run before it?',
    concern: { answer: 'yes', text: 'Runs that are not composed as the run before them' },
    tones: { yes: 'warn', no: 'good', unknown: 'plain' },
  },
];
