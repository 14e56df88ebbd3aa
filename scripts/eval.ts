// `npm run eval [--data FOLDER] [--only threads,intents,topics,pii] [--names] [--tier local,static]`: how good the shipped models and rules are on
// labelled data, JSON on stdout and a table on stderr. Everything goes through the commands that people call.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { TIERS, type Tier } from '../control-plane/src/cli/embedder.ts';
import { evaluate, KINDS, type Kind } from './eval/evaluate.ts';
import { tableOf } from './eval/table.ts';

const ROOT = path.dirname(import.meta.dirname);
const OWN_DATA = path.join(ROOT, 'test', 'fixtures', 'eval');
const HELP = `npm run eval -- [--data FOLDER] [--only ${KINDS.join(',')}] [--names] [--tier ${TIERS.join(',')}]
  FOLDER holds JSON lines: threads*.jsonl {id, ts, user, conv, text, response?, pos?, orphan?}, intents*.jsonl {id, text, intent},
  follow_ups*.jsonl {id, before, answer?, text, followUp} (a kind or none),
  topics*.jsonl {id, user, text, topic}, pii*.jsonl {id, text, spans: [{type, start, end}]} in code points, clean*.jsonl
  {id, text}. Without one, the small samples of the repository are read: they show that all works, not how well.
  --tier reads meaning by these embedding models, one after the other; what it costs is shown beside. local unless given.
  --names replaces names in conversations before they are linked, as serving does; it takes several times as long.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      only: { type: 'string' },
      names: { type: 'boolean' },
      tier: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stderr.write(`${HELP}\n`);
    return 0;
  }
  const folder = values.data === undefined ? OWN_DATA : path.resolve(process.env['CLEW_CALLED_FROM'] ?? process.cwd(), values.data);
  const kinds = (values.only?.split(',') ?? KINDS).filter((kind): kind is Kind => KINDS.some((known) => known === kind));
  if (!existsSync(folder) || kinds.length === 0) {
    process.stderr.write(`${existsSync(folder) ? '--only names no kind' : 'The folder of --data is not there'}\n${HELP}\n`);
    return 2;
  }
  const tiers = (values.tier?.split(',') ?? ['local']).filter((tier): tier is Tier => TIERS.some((known) => known === tier));
  if (tiers.length === 0) {
    process.stderr.write(`--tier names no model\n${HELP}\n`);
    return 2;
  }
  const report = await evaluate(folder, { kinds, tiers, names: values.names === true, say: (line) => process.stderr.write(`${line}\n`) });
  process.stderr.write(`${tableOf(report)}\n`);
  if (values.data === undefined) process.stderr.write('These are samples of the repository, too few for a verdict; give --data FOLDER\n');
  process.stdout.write(`${JSON.stringify({ data: values.data === undefined ? 'own samples' : path.basename(folder), ...report })}\n`);
  return report.results.length > 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  },
);
