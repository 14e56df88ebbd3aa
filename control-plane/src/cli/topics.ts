// clew topics FILE.jsonl --out OUT.jsonl: rows {id, user, text} in file order through the online clustering.
import { parseArgs } from 'node:util';
import { createRedactor } from '#redact';
import { openEmbedder, openNameFinder } from '../adapters/onnx/index.ts';
import { createNameRedactor } from '../privacy/index.ts';
import { TopicClusters } from '../topics/index.ts';
import { batches, progress, readRows, rowWriter, UsageError } from './io.ts';

export const help = `clew topics FILE.jsonl [--out OUT.jsonl]
  Rows {id, user, text}; rows {id, topic, label}: topics as they stand after the last row.`;

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { out: { type: 'string' } } });
  const file = positionals[0];
  if (file === undefined) throw new UsageError(help);
  const patterns = createRedactor();
  const finder = openNameFinder();
  const names = createNameRedactor({ finder });
  const embedder = openEmbedder();
  const clusters = new TopicClusters();
  const placed: { id: unknown; topic: string | null }[] = [];
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
        placed.push({
          id: value['id'],
          topic: vector && text.trim() !== '' ? clusters.assign(String(value['id']), vector, text).id : null,
        });
      }
      meter.step(rows.length);
    }
  } finally {
    await Promise.all([finder.close(), embedder.close()]);
  }
  const output = rowWriter(values.out);
  for (const { id, topic } of placed) await output.write({ id, topic, label: topic === null ? null : clusters.label(topic) });
  await output.close();
  meter.done();
  return bad > 0 ? 1 : 0;
}
