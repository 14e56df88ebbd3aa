import type { Outcome } from '../api/views.ts';
import type { Tone } from './badge.tsx';

export const OUTCOME_TONES: Readonly<Record<Outcome, Tone>> = {
  open: 'accent',
  completed: 'good',
  corrected: 'warn',
  abandoned: 'plain',
  failed: 'bad',
};
