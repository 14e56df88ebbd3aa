// What is judged of a run, and what a judgement says: also the words of the checks that it is made of.
import type { Composition, Model, Sample } from '../generated/sample.ts';

export type Verdict = 'matched' | 'drifted' | 'undeclared';

export interface Deviation {
  /** JSON pointer into the composition record. */
  readonly path: string;
  /** changed: not what is approved; missing; unexpected; unproven: nothing shows that it is what is approved. */
  readonly kind: 'changed' | 'missing' | 'unexpected' | 'unproven';
  /** Names, numbers and digests; never a text that a person may have written. */
  readonly expected?: unknown;
  readonly found?: unknown;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** The manifest that judged; null where none covers the run. */
  readonly manifest: { readonly name: string; readonly revision: string; readonly digest: string } | null;
  /** What the manifest speaks of: of the rest a verdict says nothing. */
  readonly checked: readonly Aspect[];
  readonly differences: readonly Deviation[];
}

export const ASPECTS = ['instructions', 'models', 'tools', 'parameters', 'context', 'responseFormat', 'variants'] as const;
export type Aspect = (typeof ASPECTS)[number];

export const UNDECLARED: Judgement = { verdict: 'undeclared', manifest: null, checked: [], differences: [] };

/** What is judged. Salts may be absent: then texts can be checked only where whoever saw them named their template. */
export interface JudgedRun {
  readonly model: Model;
  readonly parameters: NonNullable<Sample['parameters']>;
  readonly composition: Composition;
  /** False before the provider was called, and where it gave no answer. */
  readonly isAnswered: boolean;
}
