// clew topics FILE.jsonl --out OUT.jsonl: rows {id, user, text} in file order through the online clustering.
import { parseArgs } from 'node:util';
import { createRedactor } from '#redact';
import { openNameFinder } from '../adapters/onnx/index.ts';
import { createNameRedactor } from '../privacy/index.ts';
import { Lexicon, TopicRun, type TopicName } from '../topics/index.ts';
import { openTier } from './embedder.ts';
import { batches, progress, readRows, rowWriter, UsageError } from './io.ts';

export const help = `clew topics FILE.jsonl [--out OUT.jsonl] [--embedder local|static]
  Rows {id, user, text}; rows {id, topic, label, parent, parentLabel}: topics as they stand after the last row, and the
  coarser ones that they lie in.`;

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { out: { type: 'string' }, embedder: { type: 'string' } },
  });
  const file = positionals[0];
  if (file === undefined) throw new UsageError(help);
  const patterns = createRedactor();
  const finder = openNameFinder();
  const names = createNameRedactor({ finder });
  const embedder = openTier(values.embedder);
  const topics = new TopicRun({ lexicon: new Lexicon((words) => embedder.embed(words)) });
  const ids: unknown[] = [];
  let found: ReadonlyMap<string, TopicName>;
  const meter = progress('texts');
  let bad = 0;
  const reject = (line: number, problem: string): void => {
    bad += 1;
    process.stderr.write(`line ${line}: ${problem}; passed over\n`);
  };
  try {
    for await (const batch of batches(readRows(file, reject), 64)) {
      const rows = batch.filter(({ number, value }) => {
        const usable = typeof value['text'] === 'string';
        if (!usable) reject(number, 'field "text" must be a string');
        return usable;
      });
      const masked = await names.redact(rows.map(({ value }) => patterns.redact(String(value['text'])).text));
      const vectors = await embedder.embed(masked.map(({ text }) => text));
      for (const [index, { value }] of rows.entries()) {
        const vector = vectors[index];
        const text = masked[index]?.text ?? '';
        // Ids of rows may repeat; their place in the file does not.
        if (vector && text.trim() !== '') topics.add(String(ids.length), vector, text);
        ids.push(value['id']);
      }
      meter.step(rows.length);
    }
    found = await topics.finish();
  } finally {
    await Promise.all([finder.close(), embedder.close()]);
  }
  const output = rowWriter(values.out);
  for (const [index, id] of ids.entries()) {
    const name = found.get(String(index));
    await output.write({
      id,
      topic: name?.id ?? null,
      label: name?.label ?? null,
      parent: name?.parent?.id ?? null,
      parentLabel: name?.parent?.label ?? null,
    });
  }
  await output.close();
  meter.done();
  return bad > 0 ? 1 : 0;
}
