// How far the labelling passes agree, and how well intents and follow-up kinds are found in prompts of conversations that no model saw.
// usage: node control-plane/training/evaluate-labels.ts --embeddings FILE [--data DIR]
import { followUpOf } from '../src/threads/follow-up.ts';
import { intentOf, INTENTS } from '../src/threads/intent.ts';
import { FOLLOW_UPS } from '../src/threads/follow-up.ts';
import { dataFolder, Embeddings, embeddingsFile, foldOf } from './corpus.ts';
import { readLabels, type LabelledPrompt } from './labels.ts';
import { fitFollowUps, fitIntents, readMapped } from './speech-models.ts';

interface Judged {
  readonly wanted: string;
  readonly found: string;
  /** What is drawn as a whole when intervals are made. */
  readonly group: string;
}

const RESAMPLINGS = 500;
const MIN_EXAMPLES = 5;
const FOLDS = 5;

const f1 = (judged: readonly Judged[], label: string): number => {
  const [wanted, found, both] = [0, 1, 2].map(
    (kind) => judged.filter((one) => [one.wanted === label, one.found === label, one.wanted === label && one.found === label][kind]).length,
  );
  return (2 * (both ?? 0)) / Math.max(1, (wanted ?? 0) + (found ?? 0));
};
const recall = (judged: readonly Judged[], label: string): number => {
  const wanted = judged.filter((one) => one.wanted === label);
  return wanted.filter(({ found }) => found === label).length / Math.max(1, wanted.length);
};
const accuracy = (judged: readonly Judged[]): number =>
  judged.filter(({ wanted, found }) => wanted === found).length / Math.max(1, judged.length);

/** Over the labels that have enough examples. */
function macroF1(judged: readonly Judged[], labels: readonly string[]): number {
  const counted = labels.filter((label) => judged.filter(({ wanted }) => wanted === label).length >= MIN_EXAMPLES);
  return counted.reduce((sum, label) => sum + f1(judged, label), 0) / Math.max(1, counted.length);
}

/** The middle 95% over resampled groups; a generator with a fixed seed draws them. */
function interval(judged: readonly Judged[], score: (judged: readonly Judged[]) => number): string {
  const groups = [...Map.groupBy(judged, ({ group }) => group).values()];
  let state = 12_345;
  const draw = (): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  const scores = Array.from({ length: RESAMPLINGS }, () =>
    score(Array.from({ length: groups.length }, () => groups[Math.floor(draw() * groups.length)] ?? []).flat()),
  ).toSorted((a, b) => a - b);
  const at = (share: number): string => (scores[Math.floor(share * (RESAMPLINGS - 1))] ?? 0).toFixed(2);
  return `${at(0.025)}–${at(0.975)}`;
}

function report(name: string, judged: readonly Judged[], labels: readonly string[]): void {
  const macro = (some: readonly Judged[]): number => macroF1(some, labels);
  console.log(`\n${name}: ${judged.length} prompts`);
  console.log(
    `  accuracy ${accuracy(judged).toFixed(3)} (${interval(judged, accuracy)})  macro-F1 ${macro(judged).toFixed(3)} (${interval(judged, macro)})`,
  );
  for (const label of labels) {
    const wanted = judged.filter((one) => one.wanted === label).length;
    console.log(
      `  ${label.padEnd(24)} n ${String(wanted).padStart(4)}  F1 ${f1(judged, label).toFixed(2)} (${interval(judged, (some) => f1(some, label))})  recall ${recall(judged, label).toFixed(2)}`,
    );
  }
}

/** Cohen's kappa, and the plain share of agreement. */
function agreement(name: string, pairs: readonly (readonly [string, string])[]): void {
  const labels = [...new Set(pairs.flat())];
  const observed = pairs.filter(([a, b]) => a === b).length / pairs.length;
  const share = (side: 0 | 1, label: string): number => pairs.filter((pair) => pair[side] === label).length / pairs.length;
  const expected = labels.reduce((sum, label) => sum + share(0, label) * share(1, label), 0);
  console.log(`${name}: kappa ${((observed - expected) / (1 - expected)).toFixed(3)}, ${(100 * observed).toFixed(1)}% of ${pairs.length}`);
}

function main(args: readonly string[]): void {
  const embeddings = new Embeddings(embeddingsFile(args));
  const data = dataFolder(args);
  const labelled = readLabels(data, embeddings);
  agreement(
    'Intent, pass one and two',
    labelled.map(({ pass1, pass2 }) => [pass1.intent, pass2.intent]),
  );
  agreement(
    'Follow-up kind, pass one and two',
    labelled.flatMap(({ pass1, pass2 }) =>
      pass1.followUp === undefined || pass2.followUp === undefined ? [] : [[pass1.followUp, pass2.followUp]],
    ),
  );
  const mapped = readMapped(data, embeddings);
  const intentById = new Map(mapped.map(({ id, intent }) => [id, intent]));
  agreement(
    'Intent, labels and the mapping of others',
    labelled.flatMap(({ corpus, id, final }) => (corpus === 'intents' ? [[final.intent, intentById.get(id) ?? '']] : [])),
  );

  const test = labelled.filter(({ isTest }) => isTest);
  const training = labelled.filter(({ isTest }) => !isTest);
  const seenTexts = new Set(test.map(({ said }) => said.text.toLowerCase()));
  const models = fitIntents(
    mapped.filter(({ text, isHeldOut }) => !isHeldOut && !seenTexts.has(text.toLowerCase())),
    training.filter(({ corpus, id }) => corpus !== 'intents' || mapped.find((row) => row.id === id)?.isHeldOut !== true),
    embeddings,
  );
  const intents = (some: readonly LabelledPrompt[], by = models): Judged[] =>
    some.map(({ said, final, group }) => ({ wanted: final.intent, found: intentOf(said, undefined, by), group }));
  report(
    'Intent, mapped, the held-out fifth',
    mapped
      .filter(({ isHeldOut }) => isHeldOut)
      .map((row) => ({ wanted: row.intent, found: intentOf(row, undefined, models), group: row.id })),
    INTENTS,
  );
  report('Intent, real log, held-out conversations', intents(test.filter(({ corpus }) => corpus === 'threads_real')), INTENTS);
  report(
    'Intent, written conversations, held-out',
    intents(test.filter(({ corpus }) => corpus.startsWith('threads') && corpus !== 'threads_real')),
    INTENTS,
  );
  report(
    'Intent, real log without embeddings',
    test
      .filter(({ corpus }) => corpus === 'threads_real')
      .map(({ said, final, group }) => ({ wanted: final.intent, found: intentOf({ text: said.text }, undefined, models), group })),
    INTENTS,
  );

  const kinds = ['none', ...FOLLOW_UPS];
  const model = fitFollowUps(training, embeddings);
  const found = (some: readonly LabelledPrompt[], by = model): Judged[] =>
    some.flatMap(({ said, before, final, group }) =>
      before === undefined || final.followUp === undefined
        ? []
        : [{ wanted: final.followUp, found: followUpOf(said, before, by) ?? 'none', group }],
    );
  const crossed = Array.from({ length: FOLDS }, (_, fold) => {
    const held = labelled.filter(({ group, corpus }) => corpus !== 'intents' && foldOf(group, FOLDS) === fold);
    const rest = labelled.filter((prompt) => !held.includes(prompt));
    const texts = new Set(held.map(({ said }) => said.text.toLowerCase()));
    const unseen = mapped.filter(({ text }) => !texts.has(text.toLowerCase()));
    return { held, models: fitIntents(unseen, rest, embeddings), model: fitFollowUps(rest, embeddings) };
  });
  const ofReal = (some: readonly LabelledPrompt[]): LabelledPrompt[] => some.filter(({ corpus }) => corpus === 'threads_real');
  report(
    'Intent, real log, each fifth of the conversations by models of the others',
    crossed.flatMap(({ held, models: others }) => intents(ofReal(held), others)),
    INTENTS,
  );
  report(
    'Intent, real log, each fifth by models of the others, with the follow-up kind that was found',
    crossed.flatMap(({ held, models: others, model: kind }) =>
      ofReal(held).map(({ said, before, final, group }) => {
        const followUp = before && followUpOf(said, before, kind);
        return { wanted: final.intent, found: intentOf(said, followUp, others), group };
      }),
    ),
    INTENTS,
  );
  report(
    'Follow-up kind, each fifth of the conversations by models of the others',
    crossed.flatMap(({ held, model: others }) => found(held, others)),
    kinds,
  );
  report('Follow-up kind, held-out conversations', found(test), kinds);
  report('Follow-up kind, real log, held-out', found(test.filter(({ corpus }) => corpus === 'threads_real')), kinds);
}

if (import.meta.main) main(process.argv.slice(2));
