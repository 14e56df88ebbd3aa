// The door: from posted bytes to durable, sealed rows. 202 is answered only after the journal has them.
import type { Policy, Sample } from '#contract';
import type { UnkeptAccount } from '../identity/index.ts';
import { ClewError, type Clock, type ErrorCode, type Scope } from '../kernel/index.ts';
import { modeOf } from '../policies/index.ts';
import type { JournalKeys } from './journal-keys.ts';
import { judge } from './judge.ts';
import type { AppendResult, IngestMeter, Journal, JournalEntry } from './ports.ts';
import { splitBody, type Item } from './split.ts';
import { withoutTexts } from './without-texts.ts';

export interface Rejection {
  /** Position in the posted batch, from 0. */
  readonly index: number;
  readonly code: ErrorCode;
  /** Place and expectation, never a value. */
  readonly message: string;
}

export interface AcceptResult {
  /** Samples that need not be sent again, duplicates among them. */
  readonly accepted: number;
  readonly duplicates: number;
  /** Fields that version 1 does not know, left out. */
  readonly unknownFields: number;
  readonly rejected: readonly Rejection[];
}

/** A sample that another way in has made. */
export interface Offer {
  readonly sample: unknown;
  /** Not processed before: more may be learned of the request until then. */
  readonly holdUntilMs?: number | undefined;
  /** Id of a held sample whose place this one takes; where that is being processed already, both are kept. */
  readonly replaces?: string | undefined;
}

export interface Acceptor {
  /** Throws overloaded, malformed_json, invalid_encoding, body_too_large. */
  accept(body: Buffer, contentType: string | undefined, scope: Scope): Promise<AcceptResult>;
  /** The same for samples at hand, judged and counted alike; `rejected` has their positions. */
  offer(offers: readonly Offer[], scope: Scope): Promise<AcceptResult>;
  /** Throws overloaded where the journal is full: asked before a body is read. */
  admit(): Promise<void>;
}

export interface AcceptorParts {
  readonly journal: Journal;
  readonly keys: JournalKeys;
  readonly policy: () => Policy;
  /** Told of numbered runs that the policy wants nothing of; absent: they will look left out. */
  readonly unkept?: UnkeptAccount | undefined;
  readonly meter: IngestMeter;
  readonly clock: Clock;
  readonly limits: { readonly batchItems: number; readonly journalRows: number };
  /** Tells the pipeline that rows wait. */
  readonly arrived: () => void;
}

/** After so many items other requests get a turn of the event loop. */
const BREATHER = 256;

export function createAcceptor(parts: AcceptorParts): Acceptor {
  const { journal, limits } = parts;
  return {
    async admit() {
      const { waiting } = await journal.depth();
      if (waiting < limits.journalRows) return;
      throw new ClewError('overloaded', `${waiting} samples wait, the limit is ${limits.journalRows}`);
    },
    async accept(body, contentType, scope) {
      return settle(splitBody(body, contentType), scope, parts, []);
    },
    offer(offers, scope) {
      const items = offers.map(({ sample }, index) => ({ index, value: sample }));
      return settle(items, scope, parts, offers);
    },
  };
}

async function settle(items: Iterable<Item>, scope: Scope, parts: AcceptorParts, offers: readonly Offer[]): Promise<AcceptResult> {
  const { meter } = parts;
  const batch = await judgeAll(items, scope, parts);
  const result = batch.samples.size === 0 ? { appended: 0, duplicates: [] } : await append(batch.samples, scope, parts, offers);
  const duplicates = batch.repeated + result.duplicates.length;
  await parts.unkept?.note(scope, batch.off, 'mode_off');
  const accepted = result.appended + duplicates + batch.off.length;
  meter.accepted(result.appended);
  meter.duplicates(duplicates);
  meter.unknownFields(batch.unknownFields);
  if (batch.off.length > 0) meter.dropped('mode_off', batch.off.length);
  for (const { code } of batch.rejected) meter.rejected(code, 1);
  if (result.appended > 0) parts.arrived();
  return { accepted, duplicates, unknownFields: batch.unknownFields, rejected: batch.rejected };
}

interface Judged {
  /** By id, with the position in the batch. */
  readonly samples: ReadonlyMap<string, { readonly sample: Sample; readonly index: number }>;
  readonly rejected: readonly Rejection[];
  /** Ids that came twice in one batch; the first one counts. */
  readonly repeated: number;
  /** Samples that the policy wants nothing of. */
  readonly off: readonly Sample[];
  readonly unknownFields: number;
}

async function judgeAll(items: Iterable<Item>, scope: Scope, parts: AcceptorParts): Promise<Judged> {
  const samples = new Map<string, { sample: Sample; index: number }>();
  const rejected: Rejection[] = [];
  const policy = parts.policy();
  const nowMs = parts.clock.nowMs();
  const off: Sample[] = [];
  let [repeated, unknownFields] = [0, 0];
  for (const item of items) {
    if (item.index >= parts.limits.batchItems) throw new ClewError('body_too_large', `at most ${parts.limits.batchItems} samples a post`);
    if (item.index > 0 && item.index % BREATHER === 0) await new Promise((resolve) => setImmediate(resolve));
    if (!('value' in item)) {
      rejected.push(item);
      continue;
    }
    const judgement = judge(item.value, scope, nowMs);
    if (!judgement.ok) {
      rejected.push({ index: item.index, code: judgement.code, message: judgement.message });
      continue;
    }
    unknownFields += judgement.unknownFields;
    const mode = modeOf(policy, judgement.sample);
    if (samples.has(judgement.sample.id)) repeated += 1;
    else if (mode === 'off') off.push(judgement.sample);
    else {
      const sample = mode === 'metadata_only' ? withoutTexts(judgement.sample) : { ...judgement.sample, mode };
      samples.set(sample.id, { sample, index: item.index });
    }
  }
  return { samples, rejected, repeated, off, unknownFields };
}

async function append(samples: Judged['samples'], scope: Scope, parts: AcceptorParts, offers: readonly Offer[]): Promise<AppendResult> {
  const { journal } = parts;
  const lease = await parts.keys.lease();
  try {
    const receivedAtMs = parts.clock.nowMs();
    const entries: JournalEntry[] = [];
    let replaced = 0;
    for (const [id, { sample, index }] of samples) {
      const { holdUntilMs: dueAtMs, replaces } = offers[index] ?? {};
      const sealed = lease.seal({ scope, id }, Buffer.from(JSON.stringify(sample), 'utf8'));
      const entry: JournalEntry = { scope, id, receivedAtMs, sealed, keyId: lease.keyId, dueAtMs };
      if (replaces !== undefined && (await journal.replace(replaces, entry))) replaced += 1;
      else entries.push(entry);
    }
    const { appended, duplicates } = await journal.append(entries);
    return { appended: appended + replaced, duplicates };
  } finally {
    lease.release();
  }
}
