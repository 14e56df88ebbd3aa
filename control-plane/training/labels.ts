// The prompts labelled by hand, joined with their texts from the data.
import { join } from 'node:path';
import type { FollowUp, Intent } from '../src/threads/index.ts';
import type { Before, Said } from '../src/threads/speech/lean.ts';
import { foldOf, readRows, type Embeddings } from './corpus.ts';
import { conversations, singles, type Prompt } from './label-sample.ts';

export interface Labels {
  readonly intent: Intent;
  /** Absent where the prompt goes on with nothing. */
  readonly followUp?: FollowUp | 'none';
}

interface LabelRow {
  readonly corpus: string;
  readonly id: string;
  readonly pass1: Labels;
  readonly pass2: Labels;
  readonly final: Labels;
}

export interface LabelledPrompt extends LabelRow {
  readonly said: Said;
  readonly before?: Before | undefined;
  /** Conversation: never torn apart between training and test. */
  readonly group: string;
  readonly isTest: boolean;
}

const FOLDS = 5;
/** Two conversations in five test. */
const TEST_FOLDS = 2;

export function readLabels(data: string, embeddings: Embeddings): LabelledPrompt[] {
  const rows = readRows<LabelRow>(join(import.meta.dirname, 'labels/prompts.jsonl'));
  const prompts = new Map<string, Prompt>();
  for (const corpus of new Set(rows.map((row) => row.corpus)))
    for (const prompt of corpus === 'intents' ? singles(data) : conversations(data, corpus)) prompts.set(`${corpus}/${prompt.id}`, prompt);
  return rows.map((row) => {
    const prompt = prompts.get(`${row.corpus}/${row.id}`);
    if (prompt === undefined) throw new Error(`${row.corpus} holds no ${row.id}: these are other data than those that were labelled`);
    const { text, previous, group } = prompt;
    const answer = previous?.response === '' ? undefined : previous?.response;
    return {
      ...row,
      said: { text, vector: embeddings.of(text) },
      before: previous && {
        text: previous.text,
        vector: embeddings.of(previous.text),
        answer,
        answerVector: answer === undefined ? undefined : embeddings.of(answer),
      },
      group,
      isTest: foldOf(group, FOLDS) < TEST_FOLDS,
    };
  });
}
