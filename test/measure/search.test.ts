// Search over the demo's own conversations, asked as somebody would who remembers what it was about and not the words. Real store, real
// model. The bound of gather.ts was chosen on the first half of the questions; the bars are on the second. Figures are printed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbedder, type OnnxEmbedder } from '../../control-plane/src/adapters/onnx/index.ts';
import { openSqlite, type SqliteStore } from '../../control-plane/src/adapters/sqlite/index.ts';
import { createSearch, type Found, type Search } from '../../control-plane/src/search/index.ts';
import { CONVERSATIONS } from '../../scripts/demo/conversations/index.ts';
import { HERE, storedTurn } from '../contract/store-fixtures.ts';

/** What is asked, and the conversations that fit. */
type Question = readonly [asked: string, ...fits: string[]];
const CHOSEN_ON: readonly Question[] = [
  ['my train was late', 'rail: delay compensation'],
  ['who can cancel a ticket when ill', 'rail: refund for a cancelled trip'],
  ['the app crashes when opened', 'rail: app does not start'],
  ['how much yeast in pizza dough', 'kitchen: pizza dough'],
  ['someone forgot a bag in the train', 'rail: lost rucksack'],
  ['landlord does not pay back the deposit', 'en: landlord keeps the deposit'],
  ['test that sometimes fails', 'dev: flaky checkout test'],
  ['infant wakes up at night', 'en: baby sleeps badly'],
  ['phishing mail', 'desk: suspicious mail'],
  ['limit how often clients may call our API', 'dev: rate limiter'],
  ['working from another country', 'people: home office abroad'],
  ['plant with brown leaves', 'en: houseplant with brown tips'],
  ['speech for a wedding', 'en: wedding speech'],
  ['invoice booked two times', 'ledger: duplicate invoices'],
];
const HELD_BACK: readonly Question[] = [
  ['taking a bike on the train', 'rail: bicycle on board'],
  ['paid twice for one ticket', 'rail: card was charged twice'],
  ['disabled passenger needs help', 'rail: wheelchair assistance'],
  ['container image is too big', 'dev: docker image size'],
  ['memory grows until the worker dies', 'agent: memory leak in the worker'],
  ['neighbour makes noise at night', 'en: noisy upstairs neighbour'],
  ['colours of the printer are wrong', 'desk: printer on floor 3'],
  ['files disappeared from the network drive', 'desk: shared folder is gone'],
  ['meetings an hour off after a trip', 'desk: calendar shows the wrong time'],
  ['who earns how much', 'people: salaries of others'],
  ['leave for new parents', 'people: parental leave'],
  ['cake for people who cannot eat wheat', 'kitchen: gluten-free birthday cake'],
  ['sharpen a kitchen knife', 'kitchen: knife sharpening'],
  ['afraid of exams', 'study: exam nerves'],
];

let embedder: OnnxEmbedder;
let store: SqliteStore;
let search: Search;
const folder = mkdtempSync(path.join(tmpdir(), 'clew-search-'));

beforeAll(async () => {
  embedder = openEmbedder();
  store = openSqlite({ folder, clock: { nowMs: () => Date.now() } });
  const turns = CONVERSATIONS.flatMap(({ name, user, turns: said }) =>
    said.map(([prompt, answer = ''], at) => ({ name, user, prompt, answer, at })),
  );
  const vectors = await embedder.embed(turns.flatMap(({ prompt, answer }) => [prompt, answer]));
  const nowS = Date.now() / 1_000;
  await store.turns.commit(
    turns.map(({ name, user, prompt, answer, at }, index) => {
      const [vector, answerVector] = [vectors[index * 2], vectors[index * 2 + 1]];
      return storedTurn(`${name} ${at}`, name, {
        at: nowS - (turns.length - index) * 30,
        principal: user,
        prompt,
        answer,
        embeddingModel: embedder.modelId,
        turn: { ...(vector && { vector }), ...(answerVector && { answerVector }) },
      });
    }),
    [],
    [],
  );
  const nearest = async (scope: typeof HERE, text: string, limit: number) => {
    const [vector] = await embedder.embed([text]);
    return vector === undefined ? [] : store.vectors.nearest({ scope, model: embedder.modelId, vector, limit });
  };
  search = createSearch({ reader: store.threads, texts: store.texts, meaning: { nearest } });
});

afterAll(async () => {
  await store.close();
  await embedder.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Figures {
  /** Share of questions whose first hit fits, and that have one that fits among the first five. */
  readonly first: number;
  readonly among5: number;
  /** Share of the hits shown that fit, of the first five and of all. */
  readonly of5: number;
  readonly ofAll: number;
  /** Hits shown, by question. */
  readonly hits: number;
}

async function figuresOf(questions: readonly Question[], ask: (asked: string) => Promise<Found>): Promise<Figures> {
  let [first, among5, fit5, shown5, fit, shown] = [0, 0, 0, 0, 0, 0];
  for (const [asked, ...fits] of questions) {
    const { items } = await ask(asked);
    const isFit = items.map(({ thread }) => fits.includes(thread));
    const best = isFit.slice(0, 5);
    first += Number(best[0] ?? false);
    among5 += Number(best.includes(true));
    fit5 += best.filter(Boolean).length;
    shown5 += best.length;
    fit += isFit.filter(Boolean).length;
    shown += items.length;
  }
  const n = questions.length;
  return { first: first / n, among5: among5 / n, of5: fit5 / shown5, ofAll: fit / shown, hits: shown / n };
}

const percent = (share: number): string => `${(share * 100).toFixed(0)}%`;
function print(what: string, { first, among5, of5, ofAll, hits }: Figures): void {
  process.stdout.write(
    `search, ${what}: first fits ${percent(first)}, one of five fits ${percent(among5)}, of the first five fit ${percent(of5)}, of all ${percent(ofAll)}, ${hits.toFixed(1)} hits a question\n`,
  );
}

describe('search by plain sentences', () => {
  it('shows what fits, and little else', async () => {
    const ask = (asked: string) => search.find(HERE, asked, 50, undefined);
    const all = (asked: string) => search.find(HERE, asked, 50, undefined, true);
    print('chosen on', await figuresOf(CHOSEN_ON, ask));
    print('chosen on, with weak ones', await figuresOf(CHOSEN_ON, all));
    const figures = await figuresOf(HELD_BACK, ask);
    const weak = await figuresOf(HELD_BACK, all);
    print('held back', figures);
    print('held back, with weak ones', weak);
    expect(figures.among5).toBeGreaterThanOrEqual(weak.among5);
    expect(figures.first).toBeGreaterThanOrEqual(0.75);
    expect(figures.hits).toBeLessThan(weak.hits / 3);
    expect(figures.ofAll).toBeGreaterThan(2 * weak.ofAll);
  });

  it('says how many weaker ones there are, and gives them when they are asked for', async () => {
    const [asked] = CHOSEN_ON[0]!;
    const { items, weaker } = await search.find(HERE, asked, 100, undefined);
    const whole = await search.find(HERE, asked, 100, undefined, true);
    expect(weaker).toBeGreaterThan(0);
    expect(whole).toMatchObject({ weaker: 0 });
    expect(whole.items).toHaveLength(items.length + weaker);
    expect(whole.items.slice(0, 2).map(({ id }) => id)).toEqual(items.slice(0, 2).map(({ id }) => id));
  });
});
