// Fits the intent models, prints how they do on texts they did not see, and writes control-plane/src/threads/weights/intent.json.
// usage: node control-plane/training/intents.ts --embeddings FILE [--data DIR]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Intent } from '../src/threads/index.ts';
import { classify, INTENTS, type IntentModels } from '../src/threads/intent.ts';
import { describeText } from '../src/threads/text/traits.ts';
import { dataFolder, embeddingsFile, Embeddings, foldOf, readRows } from './corpus.ts';
import { fitTextModel } from './text-model.ts';
import { roundModel } from './train.ts';

interface IntentRow {
  readonly id: string;
  readonly text: string;
  readonly intent: Intent;
}

type Example = IntentRow & { readonly vector: Float32Array };

const VECTOR_PENALTY = 0.5;
const FOLDS = 5;

function fit(examples: readonly Example[]): IntentModels {
  const models = INTENTS.map((intent) => {
    const labelled = examples.map(({ text, vector, intent: truth }) => ({ text, vector, positive: truth === intent }));
    return [intent, roundModel(fitTextModel(labelled, VECTOR_PENALTY, false))] as const;
  });
  return Object.fromEntries(models) as unknown as IntentModels;
}

function report(examples: readonly Example[], models: IntentModels): void {
  const given = examples.map(({ text, vector }) => classify(vector, describeText(text), models));
  const right = examples.filter(({ intent }, i) => intent === given[i]).length;
  const scores = INTENTS.map((intent) => {
    const truths = examples.filter((example) => example.intent === intent).length;
    const said = given.filter((one) => one === intent).length;
    const both = examples.filter((example, i) => example.intent === intent && given[i] === intent).length;
    return (2 * both) / Math.max(1, truths + said);
  });
  const macro = scores.reduce((sum, one) => sum + one, 0) / scores.length;
  console.log(
    `accuracy ${(right / examples.length).toFixed(3)}  macro-F1 ${macro.toFixed(3)}  ${INTENTS.map((intent, i) => `${intent} ${(scores[i] ?? 0).toFixed(2)}`).join('  ')}`,
  );
}

function main(args: readonly string[]): void {
  const embeddings = new Embeddings(embeddingsFile(args));
  const examples = readRows<IntentRow>(join(dataFolder(args), 'intents.jsonl')).flatMap((row) => {
    const vector = embeddings.of(row.text);
    return vector === undefined ? [] : [{ ...row, vector }];
  });
  const held = (example: Example): boolean => foldOf(example.text.toLowerCase(), FOLDS) === 0;
  report(examples.filter(held), fit(examples.filter((example) => !held(example))));
  const file = join(import.meta.dirname, '../src/threads/weights/intent.json');
  writeFileSync(file, `${JSON.stringify({ models: fit(examples) })}\n`);
}

if (import.meta.main) main(process.argv.slice(2));
