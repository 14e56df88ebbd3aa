// Reads what a folder holds, has it judged by the commands of the product, and scores their answers.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openEmbedder, openTier, type Tier } from '../../control-plane/src/cli/embedder.ts';
import { scoreIntents, scoreTopics, type IntentFigures, type TopicFigures } from './labels.ts';
import { followUpsOf } from './follow-ups.ts';
import { scoreClean, scorePersonal, type LabelledText, type PersonalFigures } from './personal.ts';
import { cosineRule, gapRule } from './rules.ts';
import { scoreThreads, type FoundTurn, type ThreadFigures, type TrueTurn } from './threads.ts';

export const KINDS = ['threads', 'intents', 'follow_ups', 'topics', 'pii'] as const;
export type Kind = (typeof KINDS)[number];

export type Result =
  | {
      readonly kind: 'threads';
      readonly file: string;
      readonly ours: ThreadFigures;
      /** Model that read the meaning, and how many texts it reads a second on one core, by processor time. */
      readonly tier: Tier;
      readonly textsPerSecond: number;
      readonly gap: ThreadFigures;
      readonly cosine: ThreadFigures;
    }
  | { readonly kind: 'intents'; readonly file: string; readonly mapped: IntentFigures | null; readonly real: IntentFigures | null }
  | { readonly kind: 'follow_ups'; readonly file: string; readonly figures: IntentFigures }
  | { readonly kind: 'topics'; readonly file: string; readonly tier: Tier; readonly figures: TopicFigures }
  | { readonly kind: 'pii'; readonly file: string; readonly figures: PersonalFigures }
  | { readonly kind: 'clean'; readonly file: string; readonly rows: number; readonly altered: number };

export interface Report {
  readonly results: readonly Result[];
  /** What was not measured, and why. */
  readonly notFound: readonly string[];
}

export interface Options {
  readonly kinds: readonly Kind[];
  readonly tiers: readonly Tier[];
  /** Replace names in conversations first. */
  readonly names: boolean;
  readonly say: (line: string) => void;
}

const ROOT = path.resolve(import.meta.dirname, '../..');
const FILES: readonly { readonly prefix: string; readonly kind: Kind; readonly fields: readonly string[] }[] = [
  { prefix: 'threads', kind: 'threads', fields: ['id', 'ts', 'user', 'conv', 'text'] },
  { prefix: 'intents', kind: 'intents', fields: ['id', 'text', 'intent'] },
  { prefix: 'follow_ups', kind: 'follow_ups', fields: ['id', 'before', 'text', 'followUp'] },
  { prefix: 'topics', kind: 'topics', fields: ['id', 'user', 'text', 'topic'] },
  { prefix: 'pii', kind: 'pii', fields: ['id', 'text', 'spans'] },
  { prefix: 'clean', kind: 'pii', fields: ['id', 'text'] },
];

type Row = Readonly<Record<string, unknown>> & { readonly id: string; readonly text: string };

/** Throws where a file cannot be read as what its name says, or a command fails. */
export async function evaluate(folder: string, { kinds, names, tiers, say }: Options): Promise<Report> {
  const results: Result[] = [];
  const notFound: string[] = [];
  const work = mkdtempSync(path.join(tmpdir(), 'clew-eval-'));
  try {
    for (const { prefix, kind, fields } of FILES) {
      if (!kinds.includes(kind)) continue;
      const files = readdirSync(folder).filter((name) => name.startsWith(prefix) && name.endsWith('.jsonl'));
      if (files.length === 0) notFound.push(`${prefix}: no ${prefix}*.jsonl in the folder; its rows would be {${fields.join(', ')}}`);
      for (const name of files.sort()) {
        const rows = readRows(path.join(folder, name), fields);
        if (rows.length === 0) {
          notFound.push(`${name}: holds no rows`);
          continue;
        }
        say(`${name}: ${rows.length} rows`);
        // What reads no meaning is the same for every model.
        for (const tier of kind === 'threads' || kind === 'topics' ? tiers : tiers.slice(0, 1)) {
          const at = { file: name, path: path.join(folder, name), work, names, tier };
          results.push(await JUDGES[prefix === 'clean' ? 'clean' : kind](rows, at));
        }
        notFound.push(...unlabelled(name, kind, rows));
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return { results, notFound };
}

interface Place {
  readonly file: string;
  readonly path: string;
  readonly work: string;
  readonly names: boolean;
  readonly tier: Tier;
}

const JUDGES: Readonly<Record<Kind | 'clean', (rows: readonly Row[], at: Place) => Promise<Result>>> = {
  async threads(rows, { file, path: source, work, names, tier }) {
    const answers = await clew(['replay', source, '--embedder', tier, ...(names ? [] : ['--no-names'])], work);
    const found = new Map(
      answers.map((row) => [String(row['id']), { thread: String(row['thread']), position: String(row['position']) } satisfies FoundTurn]),
    );
    const truth = rows as unknown as readonly TrueTurn[];
    const score = (by: ReadonlyMap<string, FoundTurn>): ThreadFigures => scoreThreads(truth, by);
    return {
      kind: 'threads',
      file,
      tier,
      textsPerSecond: await speedOf(tier, rows),
      ours: score(found),
      gap: score(gapRule(truth)),
      cosine: score(cosineRule(truth, await vectorsOf(rows))),
    };
  },
  async intents(rows, { file, work }) {
    // Each text as the first and only one of its user: nothing but the text is to tell its intent.
    const alone = rows.map(({ id, text }, at) => JSON.stringify({ id, text, user: `user-${at}`, ts: 1_760_000_000 + at }));
    const source = path.join(work, 'intents.jsonl');
    writeFileSync(source, alone.join('\n'));
    const found = new Map((await clew(['replay', source, '--no-names'], work)).map((row) => [String(row['id']), String(row['intent'])]));
    const part = (isReal: boolean): IntentFigures | null => {
      const truth = rows
        .filter((row) => (row['source'] === 'real') === isReal)
        .map((row) => ({ id: row.id, intent: String(row['intent']) }));
      return truth.length === 0 ? null : scoreIntents(truth, found);
    };
    return { kind: 'intents', file, mapped: part(false), real: part(true) };
  },
  async follow_ups(rows, { file }) {
    const truth = rows.map((row) => ({ id: row.id, intent: String(row['followUp']) }));
    return { kind: 'follow_ups', file, figures: scoreIntents(truth, await followUpsOf(rows)) };
  },
  async topics(rows, { file, path: source, work, tier }) {
    const found = new Map(
      (await clew(['topics', source, '--embedder', tier], work)).map((row) => [
        String(row['id']),
        { topic: textOrNull(row['topic']), label: textOrNull(row['label']) },
      ]),
    );
    return { kind: 'topics', file, tier, figures: scoreTopics(rows as unknown as readonly { id: string; topic: string }[], found) };
  },
  async pii(rows, { file, path: source, work }) {
    return { kind: 'pii', file, figures: scorePersonal(rows as unknown as readonly LabelledText[], await redacted(source, work)) };
  },
  async clean(rows, { file, path: source, work }) {
    return { kind: 'clean', file, rows: rows.length, altered: scoreClean(rows, await redacted(source, work)) };
  },
};

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

async function redacted(source: string, work: string): Promise<Map<string, { text: string; spans: { start: number; end: number }[] }>> {
  const answers = await clew(['redact', source], work);
  return new Map(answers.map((row) => [String(row['id']), row as unknown as { text: string; spans: { start: number; end: number }[] }]));
}

/** What the labels leave open. */
function unlabelled(name: string, kind: Kind, rows: readonly Row[]): readonly string[] {
  if (kind !== 'threads' || rows.some((row) => row['pos'] !== undefined)) return [];
  return [`${name}: no row has "pos", so positions are not scored`];
}

function readRows(file: string, fields: readonly string[]): readonly Row[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, at) => {
      if (line.trim() === '') return [];
      const row = parsed(line);
      const missing = fields.filter((field) => row?.[field] === undefined);
      if (!row || missing.length > 0)
        throw new Error(`${path.basename(file)}, line ${at + 1}: ${row ? `has no ${missing.join(', ')}` : 'is not a JSON object'}`);
      return [{ ...row, id: String(row['id']), text: String(row['text']) }];
    });
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Runs a command that writes rows; its own progress is not shown, what it says when it fails is. */
async function clew(args: readonly string[], work: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const out = path.join(work, 'answer.jsonl');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', path.join(ROOT, 'control-plane/src/cli/main.ts'), ...args, '--out', out],
    { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0)
    throw new Error(`clew ${args[0] ?? ''} failed (exit ${code ?? 'by a signal'}): ${said.trim().split('\n').slice(-3).join('; ')}`);
  return readFileSync(out, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const MEASURED = 200;

/** Processor time of the whole process: what else the machine does hardly shows in it. */
async function speedOf(tier: Tier, rows: readonly Row[]): Promise<number> {
  const texts = rows.slice(0, MEASURED).map(({ text }) => text);
  const embedder = openTier(tier);
  try {
    await embedder.embed(texts.slice(0, 1));
    const began = process.cpuUsage();
    // The fast ones need more to do than the clock's grain.
    const rounds = tier === 'static' ? 20 : 1;
    for (let round = 0; round < rounds; round += 1) await embedder.embed(texts);
    const { user, system } = process.cpuUsage(began);
    return Math.round((1e6 * rounds * texts.length) / (user + system));
  } finally {
    await embedder.close();
  }
}

async function vectorsOf(rows: readonly Row[]): Promise<Map<string, Float32Array>> {
  const embedder = openEmbedder();
  try {
    const vectors = await embedder.embed(rows.map(({ text }) => text));
    return new Map(rows.flatMap(({ id }, at) => (vectors[at] ? [[id, vectors[at]] as const] : [])));
  } finally {
    await embedder.close();
  }
}
