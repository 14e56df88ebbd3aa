// What spans are made of.
import type { CompositionRecord } from '#contract';
import type { RequestView } from '../threads/index.ts';

/** What is known of a run's identity: digests, names and parameters. */
export interface RunFacts {
  readonly digest: string;
  readonly record: Pick<CompositionRecord, 'model' | 'parameters' | 'composition'>;
  readonly judgement: {
    readonly verdict: string;
    readonly manifest: { readonly name: string; readonly revision: string } | null;
    readonly differences: readonly { readonly path: string }[];
  };
  readonly signed: { readonly by: string; readonly keyId: string } | null;
  readonly logIndex: number | null;
}

export interface RequestFacts {
  readonly request: RequestView;
  /** The request before it in its thread. */
  readonly predecessor?: RequestView | undefined;
  readonly run?: RunFacts | undefined;
  readonly topic?: { readonly id: string; readonly label: string } | undefined;
}
