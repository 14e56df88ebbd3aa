// How well the linker does on another source of conversations than it learned from: weights are fitted without all conversations of
// one source, and judge people's logs with nothing but these left in them. Harder than the table of evaluate.ts, and nearer to what a
// new place brings.
// usage: node control-plane/training/leave-out.ts --embeddings FILE [--data DIR]
import { dataFolder, embeddingsFile, Embeddings, type Log } from './corpus.ts';
import { allLogs, NAMES, readSets, replay } from './cross-validation.ts';
import { DEFAULT_FIT, fitLinker } from './fit.ts';
import { score } from './score.ts';

/** Sources are named by how theirs begins: CAsT has four years, CANARD and MT-Bench-101 one name each. */
const SOURCES = ['canard', 'cast', 'sgd', 'mtbench'];
const percent = (value: number): string => (100 * value).toFixed(1);

/** Requests of the source alone, or all others; people with a single one left have nothing to link. */
const parted = (logs: readonly Log[], source: string, own: boolean): Log[] =>
  logs.map((log) => log.filter(({ row }) => row.source.startsWith(source) === own)).filter((log) => log.length > 1);

function main(args: readonly string[]): void {
  const sets = readSets(dataFolder(args), new Embeddings(embeddingsFile(args)));
  for (const source of SOURCES) {
    const weights = fitLinker(parted(allLogs(sets), source, false), DEFAULT_FIT);
    const figures = NAMES.map((name) => {
      const logs = parted([...sets[name].values()], source, true);
      const placements = replay(logs, { weights });
      const decided = new Map([...placements].map(([id, { threadId, position }]) => [id, { thread: threadId, position }]));
      const { linkF1, bCubedF1 } = score(logs, decided);
      return `${name} link ${percent(linkF1)} B3 ${percent(bCubedF1)}`;
    });
    console.log(`without ${source.padEnd(8)} ${figures.join('   ')}`);
  }
}

if (import.meta.main) main(process.argv.slice(2));
