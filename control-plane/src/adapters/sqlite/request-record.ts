// What a request's row holds beside its columns: the sample, the placement and the linker's input in one pressed record, the
// words in another, so that those go alone. `sample` and `placement` keep as plain JSON what queries look at, so that none
// of them has to open records; a row from before there were records has everything in them.
import { sql, type Selectable } from 'kysely';
import type { Sample } from '#contract';
import { packRecord, packWords, unpack } from './packed.ts';
import type { RequestTable } from './schema.ts';
import { scopeOf } from './scope.ts';

/** The columns that a sample is read from. */
export const SAMPLE_COLUMNS = [
  'sample',
  'packed',
  'scope',
  'id',
  'at',
  'ended_at',
  'principal',
  'model',
  'run_id',
  'trace_id',
  'correlation_id',
  'declared_session',
] as const;
type RequestRow = Selectable<RequestTable>;
export type SampleRow = Pick<RequestRow, (typeof SAMPLE_COLUMNS)[number]>;

/** Stands in a record for a value that a column holds; the contract has no number in any of these places. */
const IN_COLUMN = 0;

type Json = Record<string, unknown>;
const timeOf = (seconds: number): string => new Date(Math.round(seconds * 1_000)).toISOString();

/** Places in a sample, and what the row's columns say for them; undefined where they say nothing. */
const PLACES: readonly (readonly [path: readonly [string] | readonly [string, string], of: (row: Omit<SampleRow, 'packed'>) => unknown])[] =
  [
    [['id'], ({ id }) => id],
    [['runId'], ({ run_id: id }) => id],
    [['tenant'], ({ scope }) => scopeOf(scope).tenant],
    [['environment'], ({ scope }) => scopeOf(scope).environment],
    [['startedAt'], ({ at }) => timeOf(at)],
    [['endedAt'], ({ ended_at: at }) => (at === null ? null : timeOf(at))],
    [['correlationId'], ({ correlation_id: id }) => id],
    [['principal', 'id'], ({ principal }) => principal],
    [['session', 'id'], ({ declared_session: id }) => id],
    [['trace', 'traceId'], ({ trace_id: id }) => id],
    [['model', 'executed'], ({ model }) => model],
    [['call', 'responseId'], ({ sample }) => (JSON.parse(sample) as Sample).call?.responseId],
  ];

/** The object that holds the place, copied so that the caller's stays as it is; undefined where there is none. */
function holderOf(record: Json, path: readonly string[]): Json | undefined {
  if (path.length === 1) return record;
  const [outer = ''] = path;
  const held = record[outer];
  if (typeof held !== 'object' || held === null) return undefined;
  const copy = { ...held } as Json;
  record[outer] = copy;
  return copy;
}

function withoutColumns(sample: Sample, row: Omit<SampleRow, 'packed'>): Json {
  const record: Json = { ...sample };
  for (const [path, of] of PLACES) {
    const holder = holderOf(record, path);
    const name = path.at(-1) ?? '';
    if (typeof holder?.[name] === 'string' && holder[name] === of(row)) holder[name] = IN_COLUMN;
  }
  return record;
}

/** Writes into the record, which nobody else has. */
function withColumns(record: Json, row: SampleRow): Sample {
  for (const [[outer, inner], of] of PLACES) {
    const holder = inner === undefined ? record : (record[outer] as Json | null | undefined);
    const name = inner ?? outer;
    if (holder?.[name] !== IN_COLUMN) continue;
    const value = of(row) ?? undefined;
    if (value === undefined) Reflect.deleteProperty(holder, name);
    else holder[name] = value;
  }
  return record as unknown as Sample;
}

/** What statements look at, and no more: route, service, consumer, arm, the digest of the first instruction, tokens that cost otherwise and the like. */
function lookedAt({ mode, model, gateway, session, sampling, call, composition, usage }: Sample): Json {
  const { route, service, consumer } = gateway ?? {};
  const instruction = composition?.instructions?.[0];
  const digest = instruction?.template ? { template: { digest: instruction.template.digest } } : { digest: instruction?.digest };
  const isAlike = instruction !== undefined && (instruction.template !== undefined || instruction.salted !== true);
  const { reason, rule, probability } = sampling ?? {};
  const isWhole = (probability ?? 1) === 1 && reason !== 'rescued' && rule !== 'identity';
  const some = (value: Json): Json | undefined => (Object.values(value).some((one) => one !== undefined) ? value : undefined);
  return {
    mode: mode === 'full' ? undefined : mode,
    model: some({ requested: model?.requested }),
    gateway: some({ route, service, consumer }),
    session: some({ source: session?.source }),
    sampling: isWhole ? undefined : { reason, rule, probability },
    call: some({ responseId: call?.responseId }),
    usage: some({
      cacheReadTokens: usage?.cacheReadTokens || undefined,
      cacheWriteTokens: usage?.cacheWriteTokens || undefined,
      reasoningTokens: usage?.reasoningTokens || undefined,
    }),
    composition: some({ instructions: isAlike ? [digest] : undefined, variant: composition?.variant }),
  };
}

/** What a record holds. The three are kept as they were given, so that a reader's own types apply. */
interface Held<P, T> {
  readonly sample: Sample;
  readonly placement: P;
  readonly turn: T;
}
interface Words {
  readonly prompt: string | null;
  readonly answer: string | null;
  /** Of the linker's input, where they differ from the sample's. */
  readonly text?: string | undefined;
  readonly turnAnswer?: string | undefined;
}

/** The columns in their stored form. `row` has those that a sample is read from. */
export function packedColumns<P extends { readonly fork?: unknown }, T extends { readonly inferable: boolean }>(
  row: Omit<SampleRow, 'sample' | 'packed'>,
  { sample, placement, turn }: Held<P, T>,
  { prompt, answer, text, turnAnswer }: Words,
): Pick<RequestRow, 'sample' | 'placement' | 'turn' | 'packed' | 'prompt' | 'answer' | 'texts'> {
  const columns = JSON.stringify(lookedAt(sample));
  const record = withoutColumns(sample, { ...row, sample: columns });
  const own = [text ?? null, turnAnswer ?? null];
  const words = [prompt, answer, ...(own.every((one) => one === null) ? [] : own)];
  return {
    sample: columns,
    placement: JSON.stringify(placement.fork === true ? { fork: true } : {}),
    turn: turn.inferable ? '{}' : JSON.stringify({ inferable: false }),
    packed: packRecord(JSON.stringify({ sample: record, placement, turn })),
    // Empty: the words are in `texts`. NULL: there are none.
    prompt: prompt === null ? null : '',
    answer: answer === null ? null : '',
    texts: words.every((one) => one === null) ? null : packWords(JSON.stringify(words)),
  };
}

const recordOf = (packed: Uint8Array): { sample: Json; placement: Json; turn: Json } =>
  JSON.parse(unpack(packed)) as { sample: Json; placement: Json; turn: Json };

export function sampleIn(row: SampleRow): Sample {
  return row.packed === null ? (JSON.parse(row.sample) as Sample) : withColumns(recordOf(row.packed).sample, row);
}

/** A move that came later stands in the column, whole, and goes before what the record says. */
export function placementIn({ placement, packed }: Pick<RequestRow, 'placement' | 'packed'>): unknown {
  const column = JSON.parse(placement) as Json;
  return packed === null || 'reasons' in column ? column : { ...recordOf(packed).placement, ...column };
}

/** All of a row at once: its record is opened once. */
export function heldIn<P, T>(row: SampleRow & Pick<RequestRow, 'placement' | 'turn'>): Held<P, T> {
  const [placement, turn] = [JSON.parse(row.placement) as Json, JSON.parse(row.turn) as Json];
  if (row.packed === null) return { sample: JSON.parse(row.sample) as Sample, placement: placement as P, turn: turn as T };
  const record = recordOf(row.packed);
  return {
    sample: withColumns(record.sample, row),
    placement: { ...record.placement, ...placement } as P,
    turn: { ...record.turn, ...turn } as T,
  };
}

export function wordsIn({ prompt, answer, texts, turn }: Pick<RequestRow, 'prompt' | 'answer' | 'texts' | 'turn'>): Words {
  if (texts !== null) {
    const [kept = null, replied = null, text, turnAnswer] = JSON.parse(unpack(texts)) as (string | null)[];
    return { prompt: kept, answer: replied, text: text ?? undefined, turnAnswer: turnAnswer ?? undefined };
  }
  const { text, answer: turnAnswer } = JSON.parse(turn) as { readonly text?: string; readonly answer?: string };
  return { prompt, answer, text, turnAnswer };
}

/** The record without the identity of its run. */
export function withoutRun(packed: Uint8Array): Uint8Array {
  const record = recordOf(packed);
  delete record.sample['runId'];
  delete record.sample['composition'];
  return packRecord(JSON.stringify(record));
}

let opened: { readonly texts: Uint8Array; readonly words: readonly (string | null)[] } | undefined;

/** For statements: prompt (0) or answer (1) of a row. Asked for both in a row, it opens the words once. */
export function textOf(column: string | null, texts: Uint8Array | null, which: number): string | null {
  if (column === null || texts === null) return column;
  if (opened === undefined || Buffer.compare(opened.texts, texts) !== 0)
    opened = { texts, words: JSON.parse(unpack(texts)) as (string | null)[] };
  return opened.words[which] ?? null;
}

/** In SQL, of the table or alias that is named: the words of a row, pressed, wherever they lie. */
export const WORDS = (of = 'requests'): string => `coalesce(${of}.texts, (SELECT w.texts FROM request_words w WHERE w.seq = ${of}.seq))`;
/** For readers of whole rows, in place of the column. */
export const TEXTS = sql<Uint8Array | null>`${sql.raw(WORDS())}`.as('texts');
export const PROMPT = (of = 'requests'): string => `text_of(${of}.prompt, ${WORDS(of)}, 0)`;
export const ANSWER = (of = 'requests'): string => `text_of(${of}.answer, ${WORDS(of)}, 1)`;
