// clew reembed --model M: the store's vectors, made anew by another model, while the server serves or with it stopped.
import { parseArgs } from 'node:util';
import { openOffline } from './offline-store.ts';
import { resolvePath, UsageError } from './io.ts';
import { problemOf, serverClient, type ServerClient } from './server-client.ts';

export const help = `clew reembed --model local|static|openai|cohere|ID [--detach] | --status | --cancel   [--url URL] [--token TOKEN] [--data FOLDER]
  Moves the vectors of the store to another embedding model, in the background; threads stay as they are, and the old vectors
  serve until all new ones are there. Called again, or after a crash, it goes on where it was. Needs the operator's token; where
  no server runs, it works on the folder itself. Rows {model, state, total, moved, lost, reason} about once a second, until the
  old vectors are gone; --detach leaves as soon as it has begun. lost: vectors whose text is not kept any more.`;

interface Row {
  readonly model: string;
  readonly state: 'moving' | 'removing' | 'waiting' | 'done';
  readonly total: number;
  readonly moved: number;
  readonly lost: number;
  readonly reason: string | null;
}

interface View {
  readonly model: string;
  readonly move: (Omit<Row, 'model' | 'state'> & { readonly state: Exclude<Row['state'], 'done'>; readonly to: string }) | null;
}

const INTERVAL_MS = 1_000;
/** A server that restarts comes back within this; the move goes on by itself. */
const PATIENCE = 120;

export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string' },
      status: { type: 'boolean' },
      cancel: { type: 'boolean' },
      detach: { type: 'boolean' },
      url: { type: 'string' },
      token: { type: 'string' },
      data: { type: 'string' },
    },
  });
  const { model } = values;
  if ([model !== undefined, values.status === true, values.cancel === true].filter(Boolean).length !== 1) throw new UsageError(help);
  const server = serverClient(values);
  const first = await server.request('GET', '/v1/embeddings');
  if (first !== undefined) return online(server, viewIn(first), values);
  if (model === undefined) throw new UsageError(`${server.url} does not answer. Start the control plane, or name it with --url.`);
  return offline(model, values.data);
}

interface Wanted {
  readonly model?: string | undefined;
  readonly status?: boolean | undefined;
  readonly cancel?: boolean | undefined;
  readonly detach?: boolean | undefined;
}

async function online(server: ServerClient, before: View, { model, status, cancel, detach }: Wanted): Promise<number> {
  if (status === true) {
    write(rowOf(before, before.move));
    return 0;
  }
  if (cancel === true) {
    write(rowOf(viewIn(await server.request('DELETE', '/v1/embeddings/move')), null));
    return 0;
  }
  const answer = await server.request('POST', '/v1/embeddings/move', JSON.stringify({ model }));
  const begun = viewIn(answer);
  write(rowOf(begun, begun.move));
  return detach === true || begun.move === null ? 0 : follow(server, begun);
}

async function follow(server: ServerClient, begun: View): Promise<number> {
  let last = begun.move;
  for (let silent = 0; ;) {
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    const answer = await server.request('GET', '/v1/embeddings').catch((error: unknown) => {
      // A server that goes down takes open connections along.
      if (error instanceof UsageError && error.message.includes('does not answer')) return undefined;
      throw error;
    });
    if (answer === undefined) {
      silent += 1;
      if (silent === 1) process.stderr.write(`${server.url} does not answer; the move goes on when it is back\n`);
      if (silent > PATIENCE) throw new UsageError(`${server.url} stayed away. Start it: the move goes on by itself.`);
      continue;
    }
    silent = 0;
    const view = viewIn(answer);
    write(rowOf(view, last));
    if (view.move === null) return view.model === begun.move?.to ? 0 : 1;
    last = view.move;
  }
}

async function offline(model: string, data: string | undefined): Promise<number> {
  process.stderr.write('No server answers: working on the folder itself\n');
  const opened = await openOffline(model, data === undefined ? undefined : resolvePath(data));
  try {
    await opened.mover.begin(opened.modelId);
    let last: View['move'] = null;
    const tell = async (): Promise<void> => {
      const view = await opened.mover.view();
      write(rowOf(view, last));
      last = view.move ?? last;
    };
    const timer = setInterval(() => void tell(), INTERVAL_MS);
    await tell();
    await opened.mover.idle();
    clearInterval(timer);
    await tell();
    return 0;
  } finally {
    await opened.close();
  }
}

function viewIn(answer: { readonly status: number; readonly json: unknown } | undefined): View {
  if (answer === undefined) throw new UsageError('The control plane went away. Call again: the move goes on where it was.');
  if (answer.status >= 300) throw new UsageError(`${problemOf(answer.json)} (HTTP ${answer.status})`);
  return answer.json as View;
}

/** @param last what was known of the move before it ended */
function rowOf({ model, move }: View, last: View['move']): Row {
  const { total = 0, moved = 0, lost = 0 } = move ?? last ?? {};
  return { model, state: move?.state ?? 'done', total, moved, lost, reason: move?.reason ?? null };
}

const write = (row: Row): void => void process.stdout.write(`${JSON.stringify(row)}\n`);
