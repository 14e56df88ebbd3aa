// clew calibrate [--apply | --revert]: what the tenant's own evidence says the linker should do otherwise.
import { parseArgs } from 'node:util';
import { UsageError } from './io.ts';
import { problemOf, serverClient, type ServerClient } from './server-client.ts';

export const help = `clew calibrate [--apply | --revert [--to VERSION] | --list] [--url URL] [--token TOKEN]
  What the evidence of the own traffic (session ids, history, people's repairs) says the linker should do otherwise: threshold, time
  and confidence, with the effect on evidence that was not learned from. Changes nothing without --apply, which asks for an admin
  token; in force from the next decision on. --revert goes back to what was in force before, --to 0 to the linker as it is shipped.
  Exit 1 where there is too little evidence, or nothing to apply or revert. docs/ACCURACY.md says more.`;

interface Outcome {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly bCubed: { readonly f1: number };
  readonly ece: number | null;
}

interface Proposal {
  readonly state: 'proposed' | 'unchanged' | 'too_little';
  readonly explanation: string;
  readonly preview: { readonly before: Outcome; readonly after: Outcome; readonly heldOut: { readonly n: number } } | null;
}

export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      apply: { type: 'boolean', default: false },
      revert: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      to: { type: 'string' },
      url: { type: 'string' },
      token: { type: 'string' },
    },
  });
  if ([values.apply, values.revert, values.list].filter(Boolean).length > 1) throw new UsageError(help);
  if (values.to !== undefined && (!values.revert || !/^\d{1,9}$/.test(values.to)))
    throw new UsageError('--to takes a version, with --revert');
  const server = serverClient(values);
  if (values.list) return print(await ask(server, 'GET', '/v1/calibrations'));
  if (values.revert) return change(server, { action: 'revert', ...(values.to !== undefined && { to: Number(values.to) }) });
  const proposal = (await ask(server, 'GET', '/v1/calibrations/proposal')).json as Proposal;
  process.stderr.write(`${proposal.explanation}\n${previewOf(proposal)}`);
  if (!values.apply) {
    process.stdout.write(`${JSON.stringify(proposal)}\n`);
    if (proposal.state === 'proposed') process.stderr.write('Nothing was changed; --apply applies it.\n');
    return proposal.state === 'too_little' ? 1 : 0;
  }
  return change(server, { action: 'apply' });
}

interface Answer {
  readonly status: number;
  readonly json: unknown;
}

async function ask(server: ServerClient, method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
  const answer = await server.request(method, path, body === undefined ? undefined : JSON.stringify(body));
  if (!answer) throw new UsageError(`Nothing listens at ${server.url}. Start the control plane with npm start, or give --url.`);
  if (answer.status >= 400 && answer.status !== 409) throw new UsageError(`${problemOf(answer.json)} (HTTP ${answer.status})`);
  return answer;
}

async function change(server: ServerClient, body: object): Promise<number> {
  const answer = await ask(server, 'POST', '/v1/calibrations', body);
  if (answer.status === 409) {
    process.stderr.write(`${problemOf(answer.json)}\n`);
    return 1;
  }
  return print(answer);
}

function print({ json }: Answer): number {
  process.stdout.write(`${JSON.stringify(json)}\n`);
  return 0;
}

function previewOf({ preview }: Proposal): string {
  if (preview === null) return '';
  const percent = (share: number | null): string => (share === null ? '    –' : (100 * share).toFixed(1).padStart(5));
  const line = (name: string, of: (outcome: Outcome) => number | null): string =>
    `  ${name.padEnd(18)} ${percent(of(preview.before))} → ${percent(of(preview.after))}\n`;
  return [
    `On ${preview.heldOut.n} newer decisions, before → after, in percent:\n`,
    line('precision', ({ precision }) => precision),
    line('recall', ({ recall }) => recall),
    line('B-cubed F1', ({ bCubed }) => bCubed.f1),
    line('calibration error', ({ ece }) => ece),
  ].join('');
}
