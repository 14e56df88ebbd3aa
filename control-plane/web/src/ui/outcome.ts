import type { Outcome } from '../api/views.ts';
import type { Tone } from './badge.tsx';

export const OUTCOMES: readonly Outcome[] = ['open', 'completed', 'corrected', 'abandoned', 'failed'];

export const OUTCOME_TONES: Readonly<Record<Outcome, Tone>> = {
  open: 'plain',
  completed: 'good',
  corrected: 'warn',
  abandoned: 'warn',
  failed: 'bad',
};
