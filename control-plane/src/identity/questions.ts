// The four questions about a run, out of what was established when it came in.
import type { Aspect, Deviation } from '#contract';
import { diffRecords, type Difference } from './diff.ts';
import type { StoredRun } from './ports.ts';

/**
 * prompt: was the system prompt the approved one? model: was the executing model the authorised one? composition: did all
 * of it match what was declared? change: does it differ from the run before it in its thread?
 */
export const QUESTIONS = ['prompt', 'model', 'composition', 'change'] as const;
export type Question = (typeof QUESTIONS)[number];

export interface Answer {
  /** unknown: nothing was declared about it, nothing shows it, or there is nothing to compare with. */
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly why: string;
  readonly differences: readonly (Deviation | Difference)[];
}

const ASPECT: Readonly<Record<'prompt' | 'model', { readonly aspect: Aspect; readonly paths: readonly string[] }>> = {
  prompt: { aspect: 'instructions', paths: ['/composition/instructions'] },
  model: { aspect: 'models', paths: ['/model', '/composition/attempts'] },
};

/** @param before the run before it, for "change" */
export function answerTo(question: Question, run: StoredRun, before?: StoredRun): Answer {
  if (question === 'change') return changeSince(run, before);
  const { verdict, checked, differences } = run.judgement;
  if (verdict === 'undeclared') return { answer: 'unknown', why: 'no manifest covers the run', differences: [] };
  if (question === 'composition') return declared(differences);
  const { aspect, paths } = ASPECT[question];
  if (!checked.includes(aspect)) return { answer: 'unknown', why: `the manifest declares no ${aspect}`, differences: [] };
  const answer = declared(differences.filter(({ path }) => paths.some((start) => path === start || path.startsWith(`${start}/`))));
  // A manifest may let such a run pass; that the model was the authorised one is said of none that does not show its model.
  const isShown = question !== 'model' || run.record.model.executed !== undefined;
  return answer.answer === 'yes' && !isShown ? { answer: 'unknown', why: 'nothing shows which model answered', differences: [] } : answer;
}

function declared(differences: readonly Deviation[]): Answer {
  if (differences.length === 0) return { answer: 'yes', why: 'it is what is declared', differences };
  const isProven = differences.some(({ kind }) => kind !== 'unproven');
  return isProven
    ? { answer: 'no', why: 'it differs from what is declared', differences }
    : { answer: 'unknown', why: 'nothing shows that it is what is declared', differences };
}

function changeSince(run: StoredRun, before: StoredRun | undefined): Answer {
  if (!before) return { answer: 'unknown', why: 'there is no run before it in its thread', differences: [] };
  // That a conversation went on is no change of what the run was composed of.
  const differences = diffRecords(before.record, run.record).filter(({ path }) => !GROWS.test(path));
  return differences.length === 0
    ? { answer: 'no', why: `composed as run ${before.id} before it`, differences }
    : { answer: 'yes', why: `differs from run ${before.id} before it`, differences };
}

const GROWS = /^\/(history|composition\/(input|output|context))(\/|$)/;
