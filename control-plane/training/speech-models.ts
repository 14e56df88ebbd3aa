// How the models of intent and of follow-up kinds are fitted; the same for the weights that are shipped and for those that are measured.
import { join } from 'node:path';
import type { Intent } from '../src/threads/index.ts';
import { FOLLOW_UPS } from '../src/threads/follow-up.ts';
import { INTENTS, isCasual, type IntentModels } from '../src/threads/intent.ts';
import { leaningOf, LEAN_NAMES } from '../src/threads/speech/lean.ts';
import type { SpeechModel } from '../src/threads/speech/model.ts';
import { SIGN_NAMES, signsOf } from '../src/threads/speech/signs.ts';
import { foldOf, readRows, type Embeddings } from './corpus.ts';
import type { LabelledPrompt } from './labels.ts';
import { readOwnPrompts } from './own-prompts.ts';
import { fitSoftmax, type SpeechExample } from './softmax.ts';

export interface MappedPrompt {
  readonly id: string;
  readonly text: string;
  readonly intent: Intent;
  readonly vector: Float32Array;
  /** A fifth, by the text alone. */
  readonly isHeldOut: boolean;
}

const FOLDS = 5;
/**
 * How much a labelled or own prompt counts beside a mapped one: there are thirty times as many of those, and most are orders to
 * voice assistants. Chosen, as the penalties, by cross-validation within the training part.
 */
const COMPOSED = { real: 20, written: 6, own: 10, otherStyle: 0.3, numberPenalty: 10, vectorPenalty: 0.7 };
const CASUAL = { real: 2, written: 2, own: 2, otherStyle: 0.3, numberPenalty: 7, vectorPenalty: 0.4 };

const BALANCE = 0.4;

export function readMapped(data: string, embeddings: Embeddings): MappedPrompt[] {
  return readRows<{ id: string; text: string; intent: Intent }>(join(data, 'intents.jsonl')).flatMap((row) => {
    const vector = embeddings.of(row.text);
    return vector === undefined ? [] : [{ ...row, vector, isHeldOut: foldOf(row.text.toLowerCase(), FOLDS) === 0 }];
  });
}

export function fitIntents(mapped: readonly MappedPrompt[], labelled: readonly LabelledPrompt[], embeddings: Embeddings): IntentModels {
  const examplesFor = ({ real, written, own, otherStyle }: typeof COMPOSED, forCasual: boolean | undefined): SpeechExample[] => {
    const example = (text: string, vector: Float32Array | undefined, label: Intent, weight: number): SpeechExample => ({
      label,
      numbers: signsOf(text),
      vector,
      weight: forCasual === undefined || isCasual(text) === forCasual ? weight : weight * otherStyle,
    });
    return [
      ...mapped.map(({ text, vector, intent }) => example(text, vector, intent, 1)),
      ...labelled.map(({ said, final, corpus }) =>
        example(said.text, said.vector, final.intent, corpus === 'threads_real' ? real : written),
      ),
      ...readOwnPrompts().map(({ text, intent }) => example(text, embeddings.of(text), intent, own)),
    ];
  };
  const common = { labels: INTENTS, names: SIGN_NAMES, balance: BALANCE };
  return {
    composed: fitSoftmax(examplesFor(COMPOSED, false), { ...common, ...COMPOSED }),
    casual: fitSoftmax(examplesFor(CASUAL, true), { ...common, ...CASUAL }),
    signsAlone: fitSoftmax(examplesFor(COMPOSED, undefined), { ...common, numberPenalty: COMPOSED.numberPenalty }),
  };
}

export function fitFollowUps(labelled: readonly LabelledPrompt[], embeddings: Embeddings): SpeechModel {
  const own = readOwnPrompts().map(({ text, before, followUp, intent }) => ({
    said: { text, vector: embeddings.of(text) },
    before: before && { ...before, vector: embeddings.of(before.text), answerVector: embeddings.of(before.answer) },
    final: { intent, followUp },
  }));
  const examples = [...labelled, ...own].flatMap(({ said, before, final }) => {
    // Asking for the same again is a rule.
    if (before === undefined || final.followUp === undefined || final.followUp === 'repeat') return [];
    const signs = signsOf(said.text);
    return [{ label: final.followUp, numbers: { ...signs, ...leaningOf(said, signs, before) }, weight: 1 }];
  });
  const labels = ['none', ...FOLLOW_UPS.filter((kind) => kind !== 'repeat')];
  return fitSoftmax(examples, { labels, names: [...SIGN_NAMES, ...LEAN_NAMES], numberPenalty: 25, balance: 0.5 });
}
