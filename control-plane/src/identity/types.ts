import type { Composition, Model, Sample } from '#contract';

/** What a run was composed of, canonical JSON (RFC 8785); digest = SHA-256 of its canonical bytes. */
export interface CompositionRecord {
  readonly version: 1;
  readonly runId: string | null;
  readonly dialect: string;
  readonly model: Model;
  readonly parameters: Readonly<Record<string, number | boolean | string | readonly string[]>>;
  readonly composition: Composition;
  readonly history: { readonly length: number; readonly chain: string | null; readonly truncated: boolean };
}

export interface RunRecord {
  readonly record: CompositionRecord;
  /** Lower-case hex SHA-256 of the canonical bytes of `record`. */
  readonly digest: string;
}

export type RunSource = Pick<Sample, 'runId' | 'dialect' | 'model' | 'parameters' | 'composition' | 'history'>;
