// clew replay FILE.jsonl --out OUT.jsonl: past conversations through the code that links live ones.
import { parseArgs } from 'node:util';
import { tenantKeys } from '#contract';
import { createRedactor } from '#redact';
import { openNameFinder } from '../adapters/onnx/index.ts';
import { createProcessor, incomingOf, type Incoming } from '../ingest/index.ts';
import { createNameRedactor } from '../privacy/index.ts';
import { openTier } from './embedder.ts';
import { progress, readRows, rowWriter, UsageError } from './io.ts';
import { sampleOf, type ConversationRow } from './rows.ts';

export const help = `clew replay FILE.jsonl [--out OUT.jsonl] [--no-names] [--embedder local|static]
  Rows {id, ts, user, text, response?, session?, messages?, model?}, ts in epoch seconds or ISO, no other field is read.
  Rows {id, thread, position, intent, predecessor, confidence, method, similarity, session, ms}: each decided when it
  arrives, so the same when the file ends there. --no-names leaves the name model out; --embedder static reads
  meaning from word vectors instead of the model.`;

const BATCH = 32;
const SCOPE = { tenant: 'replay', environment: 'replay' };
/** Replays keep nothing, so their pseudonyms need no secret; a fixed one makes their output repeatable. */
const KEYS = tenantKeys('clew replay', SCOPE.tenant);

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { out: { type: 'string' }, 'no-names': { type: 'boolean' }, embedder: { type: 'string' } },
  });
  const file = positionals[0];
  if (file === undefined) throw new UsageError(help);
  const { rows, bad } = await readAll(file);
  const output = rowWriter(values.out);
  const embedder = openTier(values.embedder);
  const finder = values['no-names'] === true ? undefined : openNameFinder();
  const names = createNameRedactor(finder ? { finder } : { finder: { find: (texts) => Promise.resolve(texts.map(() => [])) } });
  const processor = createProcessor({ redactor: createRedactor(), names, embedder });
  const rowIds = new Map(rows.map(({ id, sample }) => [sample.id, id]));
  const meter = progress('rows');
  try {
    for (let start = 0; start < rows.length; start += BATCH) {
      const batch = rows.slice(start, start + BATCH);
      const prepareStart = performance.now();
      const prepared = await processor.embed(
        await processor.names(processor.patterns(batch.map(({ sample }): Incoming => incomingOf(SCOPE, sample)))),
      );
      const prepareMs = (performance.now() - prepareStart) / batch.length;
      for (const [index, item] of prepared.entries()) {
        const placeStart = performance.now();
        const { placement } = await processor.place(item);
        await output.write({
          id: batch[index]?.id,
          thread: placement.threadId,
          position: placement.position,
          intent: placement.intent,
          predecessor: placement.predecessorId === undefined ? null : (rowIds.get(placement.predecessorId) ?? null),
          confidence: placement.confidence,
          method: placement.method,
          similarity: placement.similarity ?? null,
          session: placement.sessionId,
          ms: Math.round((prepareMs + performance.now() - placeStart) * 1000) / 1000,
        });
      }
      meter.step(batch.length);
    }
  } finally {
    await Promise.all([embedder.close(), finder?.close()]);
    await output.close();
  }
  meter.done();
  return bad > 0 ? 1 : 0;
}

/**
 * All usable rows in the order of their time. Files come in that order as a rule and are then taken as they are; where
 * one is not, its rows are sorted, since a decision must not look at what had not happened yet.
 */
async function readAll(file: string): Promise<{ readonly rows: readonly ConversationRow[]; readonly bad: number }> {
  const rows: ConversationRow[] = [];
  let bad = 0;
  const reject = (line: number, problem: string): void => {
    bad += 1;
    process.stderr.write(`line ${line}: ${problem}; passed over\n`);
  };
  for await (const { number, value } of readRows(file, reject)) {
    const row = sampleOf(value, KEYS);
    if ('problem' in row) reject(number, row.problem);
    else rows.push(row);
  }
  const last = new Map<string, number>();
  const isOrdered = rows.every(({ user, atMs }) => {
    const inOrder = atMs >= (last.get(user) ?? -Infinity);
    last.set(user, atMs);
    return inOrder;
  });
  if (isOrdered) return { rows, bad };
  process.stderr.write('Some rows stand before earlier ones of the same user: taken in the order of their time\n');
  return { rows: rows.toSorted((a, b) => a.atMs - b.atMs), bad };
}
