// Prints how well threads are found where clients declare ids: one for each conversation, one for each request, one for all.
// usage: node control-plane/training/sessions.ts --embeddings FILE [--data DIR]
import { join } from 'node:path';
import { PrincipalThreads } from '../src/threads/index.ts';
import { dataFolder, embeddingsFile, Embeddings, readLogs, type Labelled } from './corpus.ts';
import { score, type Decided } from './score.ts';

const NAMINGS: Readonly<Record<string, (one: Labelled) => string | undefined>> = {
  none: () => undefined,
  conversation: ({ truth }) => truth,
  request: ({ row }) => row.id,
  'one for all': () => 'default',
};

const args = process.argv.slice(2);
const embeddings = new Embeddings(embeddingsFile(args));
for (const name of ['A', 'B', 'C', 'real']) {
  const logs = readLogs(join(dataFolder(args), `threads_${name}.jsonl`), embeddings);
  for (const [naming, idOf] of Object.entries(NAMINGS)) {
    const decided = new Map<string, Decided>();
    for (const [user, log] of logs) {
      const threads = new PrincipalThreads({ threadIdSeed: user });
      for (const one of log) {
        const id = idOf(one);
        const { threadId, position } = threads.place(id === undefined ? one.turn : { ...one.turn, session: { id, source: 'import' } });
        decided.set(one.row.id, { thread: threadId, position });
      }
    }
    const { linkF1, bCubedF1 } = score([...logs.values()], decided);
    console.log(`${name.padEnd(5)} ${naming.padEnd(13)} link ${(100 * linkF1).toFixed(1)}  B3 ${(100 * bCubedF1).toFixed(1)}`);
  }
}
