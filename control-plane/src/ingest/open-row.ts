import { parseSample, type Sample } from '#contract';
import type { Deposit, Vault } from '../vault/index.ts';
import type { JournalKeys } from './journal-keys.ts';
import type { Workshop } from './workshop.ts';
import type { JournalRow } from './ports.ts';
import type { Incoming } from './processor.ts';
import { sanitize } from './sanitize.ts';
import { incomingOf } from './stored-turn.ts';

export interface OpenedRow {
  readonly row: JournalRow;
  /** Everything but prompt and answer is redacted. */
  readonly sample: Sample;
  readonly incoming: Incoming;
  /** What the vault keeps of it. */
  readonly deposit: Deposit | undefined;
}

export async function openRow(
  row: JournalRow,
  keys: JournalKeys,
  { redactor, embeds }: Pick<Workshop, 'redactor' | 'embeds'>,
  key: Uint8Array,
  vault?: Pick<Vault, 'deposit'>,
): Promise<OpenedRow> {
  const given = await sampleIn(row, keys);
  const sample = sanitize(given, redactor, key);
  const incoming = incomingOf(row.scope, sample);
  // A value is kept no longer and no more openly than the text that it was taken from.
  const isKept = incoming.mode === 'full' && incoming.principal !== null;
  const deposit = isKept ? await vault?.deposit(row.scope, incoming.principal, given) : undefined;
  return { row, sample, deposit, incoming: embeds === undefined ? incoming : { ...incoming, embeds: embeds(row.scope, sample) } };
}

/** The sample as it was accepted. */
export async function sampleIn(row: JournalRow, keys: Pick<JournalKeys, 'open'>): Promise<Sample> {
  const clear = await keys.open(row);
  // Judged again: a row may have been written by another version.
  const parsed = parseSample(JSON.parse(clear.toString('utf8')));
  if (!parsed.ok) throw new Error('A journal row holds no sample of this version');
  return parsed.value;
}
