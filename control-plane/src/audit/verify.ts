// Verification of an audit log by whoever reads it: the chain from its first entry, and heads that were signed.
import type { Scope } from '../kernel/index.ts';
import { EMPTY, follow, type ChainedEntry, type ChainEnd } from './chain.ts';
import { openHead } from './head.ts';

export interface AuditVerdict {
  readonly ok: boolean;
  /** Entries that hold. */
  readonly entries: number;
  /** Entries behind the head: written in the last moments, signed next. */
  readonly unsigned: number;
  readonly faults: readonly string[];
}

/**
 * @param heads signed notes: the newest, and any that the reader kept from earlier. None: nothing can be said of a log's end
 * @param vkey checks them
 */
export async function verifyAudit(
  entries: AsyncIterable<ChainedEntry> | Iterable<ChainedEntry>,
  options: { readonly scope: Scope; readonly heads: readonly string[]; readonly vkey: string },
): Promise<AuditVerdict> {
  const faults: string[] = [];
  const signed: ChainEnd[] = [];
  for (const note of options.heads) {
    const head = openHead(note, options.vkey);
    if (head) signed.push(head);
    else faults.push('a head is not signed by this key for this log');
  }
  const waiting = new Map(signed.filter(({ size }) => size > 0).map((head) => [head.size, head]));
  for (const head of signed)
    if (waiting.get(head.size)?.hash !== head.hash && head.size > 0) faults.push(`two heads of ${head.size} entries differ`);
  const chain = follow(options.scope);
  for await (const entry of entries) {
    const fault = chain.next(entry);
    if (fault) {
      faults.push(`entry ${fault.seq}: ${fault.problem}`);
      break;
    }
    const head = waiting.get(chain.end().size);
    if (head && head.hash !== chain.end().hash) faults.push(`entry ${head.size - 1} is not the one that was signed`);
    waiting.delete(chain.end().size);
  }
  const { size } = chain.end();
  for (const head of waiting.values()) faults.push(`${head.size} entries were signed, and ${size} hold: the rest was removed or changed`);
  const largest = signed.reduce((most, head) => Math.max(most, head.size), EMPTY.size);
  if (size > 0 && signed.length === 0) faults.push('no head is signed: what was cut off at the end cannot be told');
  return { ok: faults.length === 0, entries: size, unsigned: Math.max(0, size - largest), faults };
}
