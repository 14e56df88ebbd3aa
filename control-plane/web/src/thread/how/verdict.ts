import type { Insight } from '../../api/insight.ts';
import type { Tone } from '../../ui/badge.tsx';

export const VERDICT_TONES: Readonly<Record<Insight['satisfaction']['verdict'], Tone>> = {
  satisfied: 'good',
  mixed: 'warn',
  unsatisfied: 'bad',
  unknown: 'plain',
};
