import type { Reason } from '../types.ts';
import type { Features } from './features.ts';
import type { Scored } from './linker.ts';
import { shareByGroup } from './sum.ts';
import type { TermGroup } from './terms.ts';

/** Shares below this many log-odds are left out. */
const WORTH_SAYING = 0.2;
const MOST = 5;

/** Why a thread was joined, or why even the best candidate was not: what speaks for it has a weight above zero. */
export function reasonsFor(candidate: Scored, decision: 'joined' | 'new'): Reason[] {
  const sign = decision === 'joined' ? 1 : -1;
  const reasons = shareByGroup(candidate.explain())
    .filter(({ share }) => Math.abs(share) >= WORTH_SAYING)
    .sort((a, b) => sign * (b.share - a.share))
    .slice(0, MOST)
    .map(({ group, share }) => ({ ...sentence(group, share, candidate.features), weight: Math.round(share * 100) / 100 }));
  return reasons.length > 0 ? reasons : [{ code: 'balanced', text: 'Nothing speaks clearly for or against an earlier thread.', weight: 0 }];
}

function sentence(group: TermGroup, weight: number, f: Features): { code: string; text: string } {
  const supports = weight > 0;
  switch (group) {
    case 'time':
      return supports
        ? { code: 'short_gap', text: `Only ${span(f.logGap)} passed since the thread's last request.` }
        : { code: 'long_gap', text: `${span(f.logGap)} passed since the thread's last request.` };
    case 'parallel_work':
      return {
        code: 'parallel_work',
        text: f.alternation > 0.1 ? 'The user works on several matters at once.' : 'The user works on one matter at a time.',
      };
    case 'same_matter':
      return {
        code: supports ? 'same_matter' : 'other_matter',
        text: `What it asks about is ${f.kinThread.toFixed(2)} close to what the thread is about.`,
      };
    case 'similar_prompt':
      return {
        code: supports ? 'similar_prompt' : 'unlike_prompts',
        text: `Similarity to the thread's closest prompt is ${f.toBestPrompt.toFixed(2)}.`,
      };
    case 'similar_answer':
      return {
        code: supports ? 'similar_answer' : 'unlike_answers',
        text:
          f.answered === 0 ? 'No answer of the thread is known.' : `Similarity to the thread's answers is ${f.toBestAnswer.toFixed(2)}.`,
      };
    case 'shared_words':
      return {
        code: supports ? 'shared_words' : 'few_shared_words',
        text: `It shares ${Math.round(100 * f.sharedWithThread)}% of its rare words with the thread.`,
      };
    case 'same_referent':
      return supports
        ? { code: 'same_referent', text: 'The thread speaks of the kind of person or thing that its pronouns stand for.' }
        : { code: 'other_referent', text: 'The thread speaks of another kind of person or thing than its pronouns stand for.' };
    case 'same_manner':
      return supports
        ? { code: 'same_manner', text: `It is put like ${Math.round(100 * f.sameForm)}% of the thread's prompts.` }
        : { code: 'other_manner', text: `It is put otherwise than ${Math.round(100 * (1 - f.sameForm))}% of the thread's prompts.` };
    case 'follow_up_wording':
      return supports
        ? { code: 'follow_up_wording', text: `It is worded like a follow-up (${Math.round(100 * f.followUp)}%).` }
        : { code: 'opening_wording', text: `It is worded like the opening of a matter (${Math.round(100 * (1 - f.followUp))}%).` };
    case 'prior':
      return {
        code: f.rank === 0 ? 'newest_thread' : 'older_thread',
        text: f.rank === 0 ? 'It is the thread that was active last.' : 'Another thread was active since.',
      };
  }
}

function span(logSeconds: number): string {
  const seconds = Math.exp(logSeconds);
  if (seconds < 90) return `${Math.round(seconds)} seconds`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 360) / 10} hours`;
}
