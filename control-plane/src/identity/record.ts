// What a run was composed of, in a form whose bytes two parties can agree on.
import { createHash } from 'node:crypto';
import { canonicalDigest } from '#contract';
import type { CompositionRecord, RunRecord, RunSource } from './types.ts';

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
function withoutSalts(composition: NonNullable<RunSource['composition']>): CompositionRecord['composition'] {
  return JSON.parse(
    JSON.stringify(composition, (key, value: unknown) => (key === 'salt' ? undefined : value)),
  ) as CompositionRecord['composition'];
}

/** One digest for the whole history: each message's digest chained to the one before. */
function historyOf(history: RunSource['history']): CompositionRecord['history'] {
  if (!history) return { length: 0, chain: null, truncated: false };
  const dropped = history.dropped ?? 0;
  let chain = '';
  for (const message of history.messages) chain = createHash('sha256').update(`${chain}\n${message}`).digest('hex');
  return { length: history.messages.length + dropped, chain: chain === '' ? null : chain, truncated: dropped > 0 };
}
