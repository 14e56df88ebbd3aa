// clew redact < IN.jsonl > OUT.jsonl: rows {id, text} to {id, text, spans}; offsets in UTF-16 units of the input text.
import { parseArgs } from 'node:util';
import { createRedactor, type Finding, type Redacted } from '#redact';
import { openNameFinder } from '../adapters/onnx/index.ts';
import { createNameRedactor } from '../privacy/index.ts';
import { batches, progress, readRows, rowWriter, type Line } from './io.ts';

export const help = `clew redact [FILE] [--out FILE] [--no-names]
  Rows {id, text} on stdin or in FILE; rows {id, text, spans: [{start, end, type}]} on stdout or in --out.
  Patterns first, then names and addresses by the local model (--no-names: patterns only).`;

const BATCH = 64;

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { out: { type: 'string' }, 'no-names': { type: 'boolean' } },
  });
  const patterns = createRedactor();
  const finder = values['no-names'] === true ? undefined : openNameFinder();
  const names = finder && createNameRedactor({ finder });
  const output = rowWriter(values.out);
  const meter = progress('texts');
  let bad = 0;
  const reject = (line: number, problem: string): void => {
    bad += 1;
    process.stderr.write(`line ${line}: ${problem}; passed over\n`);
  };
  try {
    for await (const batch of batches(texts(positionals[0] ?? '-', reject), BATCH)) {
      const first = batch.map(({ text }) => patterns.redact(text));
      const second = await names?.redact(first.map(({ text }) => text));
      for (const [index, { id }] of batch.entries()) {
        const masked = first[index];
        if (!masked) continue;
        const named = second?.[index];
        await output.write({ id, text: named?.text ?? masked.text, spans: inInput(masked, named?.findings ?? []) });
      }
      meter.step(batch.length);
    }
  } finally {
    await finder?.close();
    await output.close();
  }
  meter.done();
  return bad > 0 ? 1 : 0;
}

async function* texts(file: string, reject: (line: number, problem: string) => void): AsyncGenerator<{ id: unknown; text: string }> {
  for await (const { number, value } of readRows(file, reject) as AsyncIterable<Line>) {
    const { id, text } = value;
    if (typeof text !== 'string') reject(number, 'field "text" must be a string');
    else yield { id, text };
  }
}

/** Findings of both passes in offsets of the input, in order. */
function inInput(masked: Redacted, names: readonly Finding[]): readonly Finding[] {
  // A name's end is where the character after its last one begins, since an offset within a replacement maps to its start.
  const mapped = names.map(({ start, end, type }) => ({ start: masked.toInput(start), end: masked.toInput(end - 1) + 1, type }));
  return [...masked.findings, ...mapped].sort((a, b) => a.start - b.start);
}
