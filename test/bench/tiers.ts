// What each way to read meaning costs and how well it links: the local model, and word vectors. What whole tiers take in a second
// stands in plane.ts; `npm run eval -- --tier local,static` judges on data of one's own.
import path from 'node:path';
import { openEmbedder, openStaticEmbedder, type OnnxEmbedder } from '../../control-plane/src/adapters/onnx/index.ts';
import { evaluate } from '../../scripts/eval/evaluate.ts';
import { metric, type Metric } from './metric.ts';

const OWN_DATA = path.resolve(import.meta.dirname, '../fixtures/eval');

const ASKS = ['How do I change', 'Why does it say that about', 'Can you explain', 'What is wrong with', 'Please rewrite'];
const THINGS = ['the second invoice', 'my router at home', 'a train ticket to Vienna', 'this recursive function', 'the rye bread'];
const textAt = (at: number): string =>
  `${ASKS[at % 5] ?? ''} ${THINGS[(at * 3) % 5] ?? ''} number ${at}? It worked last week, and now it does not any more.`;

/** Texts a second of one core: by processor time, so that other work on the machine hardly shows. */
async function rateOf(embedder: OnnxEmbedder, texts: readonly string[], rounds: number): Promise<number> {
  await embedder.embed(texts.slice(0, 2));
  const began = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) await embedder.embed(texts.map((text) => `${text} ${round}`));
  const { user, system } = process.cpuUsage(began);
  return (1e6 * rounds * texts.length) / (user + system);
}

export async function tierMetrics({ quick }: { readonly quick: boolean }): Promise<Metric[]> {
  const texts = Array.from({ length: quick ? 20 : 200 }, (_, at) => textAt(at));
  const [local, words] = [openEmbedder(), openStaticEmbedder()];
  const [slow, fast]: [number[], number[]] = [[], []];
  try {
    for (let run = 0; run < (quick ? 1 : 3); run += 1) {
      slow.push(await rateOf(local, texts, 1));
      fast.push(await rateOf(words, texts, 50));
    }
  } finally {
    await Promise.all([local.close(), words.close()]);
  }
  const note = 'texts a second of one core, by processor time';
  return [
    ...(await qualities()),
    metric('embeddings of a core, local', '/s', 'higher', slow, note),
    metric('embeddings of a core, static', '/s', 'higher', fast, note),
    metric(
      'embeddings, static to local',
      'times',
      'higher',
      fast.map((rate, run) => rate / (slow[run] ?? Number.NaN)),
      'in one run',
    ),
  ];
}

/** On conversations of the repository: few, so that a tier that broke shows, and no verdict between tiers. */
async function qualities(): Promise<Metric[]> {
  const { results } = await evaluate(OWN_DATA, { kinds: ['threads'], tiers: ['local', 'static'], names: false, say: () => undefined });
  const note = 'percent, own samples: see docs/EMBEDDINGS.md for a verdict';
  return results.flatMap((result) =>
    result.kind !== 'threads'
      ? []
      : [
          metric(`link F1, ${result.tier}`, '%', 'higher', [result.ours.linkF1], note),
          metric(`B³ F1, ${result.tier}`, '%', 'higher', [result.ours.bCubedF1], note),
        ],
  );
}
