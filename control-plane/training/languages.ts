// Prints what is linked of the requests in labels/languages.txt, one matter after the other, with and without the backgrounds.
// usage: node control-plane/training/languages.ts --embeddings FILE
import { PrincipalThreads } from '../src/threads/index.ts';
import { SURE } from '../src/threads/infer/linker.ts';
import { shippedWeights, type LinkerWeights } from '../src/threads/infer/weights.ts';
import { LANGUAGES, type Language } from '../src/threads/text/language.ts';
import { readLanguageExamples } from './background.ts';
import { embeddingsFile, Embeddings } from './corpus.ts';

const PAUSES_MINUTES = [5, 20, 60, 150, 270];
const START = 1_760_000_000;

/** A person's requests about all matters, beginning with another one in each round, and how they were linked. */
function linked(
  language: Language,
  minutes: number,
  weights: LinkerWeights,
  embeddings: Embeddings,
): { links: number; wrong: number; wrongSure: number; requests: number } {
  const own = readLanguageExamples().filter((one) => one.language === language);
  const matters = [...new Set(own.map(({ matter }) => matter))];
  const total = { links: 0, wrong: 0, wrongSure: 0, requests: 0 };
  matters.forEach((_, round) => {
    const threads = new PrincipalThreads({ threadIdSeed: language, weights });
    const last = new Map<string, string>();
    let at = START;
    [...matters.slice(round), ...matters.slice(0, round)].forEach((matter, m) => {
      own
        .filter((one) => one.matter === matter)
        .forEach(({ text }, i) => {
          at += i === 0 ? minutes * 60 * (0.8 + 0.1 * ((m * 7 + round) % 5)) : 60 + 40 * ((m + i * 3 + round) % 4);
          const { threadId, isNew, confidence } = threads.place({ id: `r${at}`, at, inferable: true, text, vector: embeddings.of(text) });
          const wrong = !isNew && last.get(threadId) !== matter;
          total.requests++;
          total.links += Number(!isNew);
          total.wrong += Number(wrong);
          total.wrongSure += Number(wrong && confidence >= SURE);
          last.set(threadId, matter);
        });
    });
  });
  return total;
}

function main(args: readonly string[]): void {
  const embeddings = new Embeddings(embeddingsFile(args));
  for (const minutes of PAUSES_MINUTES)
    for (const [name, weights] of [
      ['without', { ...shippedWeights, backgrounds: undefined }],
      ['with', shippedWeights],
    ] as const) {
      const all = LANGUAGES.map((language) => linked(language, minutes, weights, embeddings));
      const sum = (pick: (one: (typeof all)[number]) => number): number => all.reduce((total, one) => total + pick(one), 0);
      console.log(
        `${minutes} min between matters, ${name} backgrounds: ${sum(({ requests }) => requests)} requests, ${sum(({ links }) => links)} links, ${sum(({ wrong }) => wrong)} wrong, ${sum(({ wrongSure }) => wrongSure)} of these stated as sure`,
      );
    }
}

if (import.meta.main) main(process.argv.slice(2));
