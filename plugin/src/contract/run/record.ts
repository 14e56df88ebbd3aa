// What a run was composed of, in a form whose bytes two parties can agree on.
import { hash } from 'node:crypto';
import { canonicalDigest } from '../canonical.ts';
import type { Composition, Model, Sample } from '../generated/sample.ts';

/** What a run was composed of, canonical JSON (RFC 8785). */
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

/** What of a sample makes its record. */
export type RunSource = Pick<Sample, 'runId' | 'dialect' | 'model' | 'parameters' | 'composition' | 'history'>;

/** The composition record of a sample, with its digest. Salts of commitments are not part of it. */
export function recordOf(source: RunSource): RunRecord {
  const record: CompositionRecord = {
    version: 1,
    runId: source.runId ?? null,
    dialect: source.dialect ?? 'unknown',
    model: source.model ?? { evidence: 'unknown' },
    parameters: source.parameters ?? {},
    composition: withoutSalts(source.composition ?? {}),
    history: historyOf(source.history),
  };
  return { record, digest: canonicalDigest(record) };
}

/** A salt opens its commitment, so it lives apart from the record and is what erasure destroys. */
function withoutSalts(composition: Composition): Composition {
  return JSON.parse(JSON.stringify(composition, (key, value: unknown) => (key === 'salt' ? undefined : value))) as Composition;
}

/**
 * One digest for the whole history: each message's digest chained to the one before. truncated: it is not whole by its own
 * showing, since it begins with a summary in place of messages or has more than are digested. That a client silently sends
 * fewer messages than before shows in the thread, not in one request.
 */
function historyOf(history: RunSource['history']): CompositionRecord['history'] {
  if (!history) return { length: 0, chain: null, truncated: false };
  const dropped = history.dropped ?? 0;
  let chain = '';
  for (const message of history.messages) chain = hash('sha256', `${chain}\n${message}`);
  return {
    length: history.messages.length + dropped,
    chain: chain === '' ? null : chain,
    truncated: dropped > 0 || history.summary === true,
  };
}
