// What live accuracy would say on labelled conversations whose clients declare them, and what calibration would make of it.
// --pace N: of people who pause N times as long.
// usage: node control-plane/training/live-accuracy.ts --embeddings FILE [--data DIR] [--pace N]
import { join } from 'node:path';
import { outcomeOf, propose, untuned, type KeptVerdict, type Outcome } from '../src/accuracy/index.ts';
import { PrincipalThreads, shippedLinker } from '../src/threads/index.ts';
import { dataFolder, Embeddings, embeddingsFile, readLogs, type Log } from './corpus.ts';

const SETS = ['A', 'B', 'C', 'real'] as const;
const source = 'header:x-conversation-id';

const args = process.argv.slice(2);
const pace = args.includes('--pace') ? Number(args[args.indexOf('--pace') + 1]) : 1;

/** Verdicts on one person's requests, each with the session id of its conversation. */
function verdictsOn(user: string, log: Log): KeptVerdict[] {
  const threads = new PrincipalThreads({ threadIdSeed: user, judge: true });
  const start = log[0]?.turn.at ?? 0;
  return log.flatMap(({ turn, truth }) => {
    const at = start + (turn.at - start) * pace;
    const { verdicts = [] } = threads.place({ ...turn, at, session: { id: truth, source } });
    return verdicts.map((verdict): KeptVerdict => ({ ...verdict, principal: user }));
  });
}

const percent = (share: number | null): string => (share === null ? '   –' : (100 * share).toFixed(1).padStart(5));
const line = ({ precision, recall, bCubed, ece }: Outcome): string =>
  `precision ${percent(precision)}  recall ${percent(recall)}  B3 ${percent(bCubed.f1)}  calibration error ${percent(ece)}`;

const embeddings = new Embeddings(embeddingsFile(args));
const shipped = untuned(shippedLinker.joinFrom);
for (const name of SETS) {
  const logs = readLogs(join(dataFolder(args), `threads_${name}.jsonl`), embeddings);
  const verdicts = [...logs].flatMap(([user, log]) => verdictsOn(user, log)).toSorted((a, b) => a.at - b.at);
  const { state, preview, tuning } = propose(verdicts, shipped, 0);
  console.log(`${name.padEnd(5)} ${String(verdicts.length).padStart(5)} judged   ${line(outcomeOf(verdicts, shipped))}`);
  if (preview === null) continue;
  console.log(`      ${String(preview.heldOut.n).padStart(5)} newer    ${line(preview.before)}`);
  console.log(`            ${state.padEnd(9)}  ${line(preview.after)}  ${tuning === null ? '' : JSON.stringify(tuning)}`);
}
