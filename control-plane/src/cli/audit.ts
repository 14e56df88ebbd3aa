// clew audit verify | export | list.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readPublicKey } from '#contract';
import { DossierError, verifyAudit, verifyDossier, type ChainedEntry, type VerifiedDossier } from '../audit/index.ts';
import { get } from './identity-server.ts';
import { resolvePath, UsageError } from './io.ts';

export const help = `clew audit verify [--head FILE …] [--vkey V] [--save FILE] [--url URL] [--token T]
  Reads the whole audit log of the token's tenant and environment and follows its chain: exit 0 only where every entry is the
  one that was written, in its place, and none is missing up to the signed end. --head: signed heads that you kept earlier; --save
  keeps the one of now. --vkey: the key that you trust; without it the server's own word is taken, and printed.
clew audit verify FILE [--key PEM] [--tenant T] [--environment E] [--thread T] [--head FILE …]
  An exported thread, offline: exit 0 only where the envelope is whole, of this key and place, and its entries are those of the signed
  log. --key: the public key that you trust (a file); without it the file's own word is taken. --head: one that is older is refused.
clew audit export --thread T [--out FILE] [--url URL] [--token T]
  A thread for an auditor, in a signed envelope (DSSE): its course without texts, proofs of its runs, what was done to it.
  docs/PRIVACY.md says how openssl checks it.`;

interface Item {
  readonly id: string;
  readonly entry: string;
  readonly hash: string;
}
interface Head {
  readonly tenant: string;
  readonly environment: string;
  readonly head: string | null;
  readonly vkey: string;
}
interface Server {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
}

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      head: { type: 'string', multiple: true },
      vkey: { type: 'string' },
      save: { type: 'string' },
      key: { type: 'string' },
      tenant: { type: 'string' },
      environment: { type: 'string' },
      thread: { type: 'string' },
      out: { type: 'string' },
      url: { type: 'string' },
      token: { type: 'string' },
    },
  });
  const [action, file] = positionals;
  if (action === 'verify' && file !== undefined) return verifyFile(file, values);
  if (action === 'verify') return verify(values);
  if (action === 'export' && values.thread !== undefined) return exportThread(values.thread, values.out, values);
  throw new UsageError(help);
}

async function verify(options: Server & { head?: string[]; vkey?: string; save?: string }): Promise<number> {
  const answer = (await get('/v1/audit/head', options)) as Head;
  const vkey = options.vkey ?? answer.vkey;
  const kept = await Promise.all((options.head ?? []).map((file) => readText(file)));
  const heads = [...(answer.head === null ? [] : [answer.head]), ...kept];
  const { tenant, environment } = answer;
  const verdict = await verifyAudit(entries(options), { scope: { tenant, environment }, heads, vkey });
  for (const fault of verdict.faults) process.stderr.write(`${fault}\n`);
  if (options.save !== undefined && answer.head !== null && verdict.ok) await writeFile(resolvePath(options.save), answer.head);
  process.stdout.write(`${JSON.stringify({ ...verdict, tenant, environment, vkey })}\n`);
  return verdict.ok ? 0 : 1;
}

interface Expected {
  readonly key?: string;
  readonly tenant?: string;
  readonly environment?: string;
  readonly thread?: string;
  readonly head?: string[];
}

/** What is wrong is named; nothing of the file is repeated. */
async function verifyFile(file: string, { key: keyFile, head = [], ...place }: Expected): Promise<number> {
  const key = keyFile === undefined ? undefined : readPublicKey(await readText(keyFile));
  if (keyFile !== undefined && !key) throw new UsageError(`${keyFile} is no public key of Ed25519 (PEM).`);
  const text = await readText(file);
  const heads = await Promise.all(head.map((one) => readText(one)));
  try {
    process.stdout.write(`${JSON.stringify({ verified: true, ...opened(text, { ...place, key, heads }) })}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof DossierError)) throw error;
    process.stdout.write(`${JSON.stringify({ verified: false, code: error.code, why: error.message })}\n`);
    process.stderr.write(`Not verified (${error.code}): ${error.message}\n`);
    return 1;
  }
}

function opened(text: string, expected: Parameters<typeof verifyDossier>[1]): VerifiedDossier {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw new DossierError('malformed_dossier', 'The file is no JSON: it was cut or is something else');
  }
  return verifyDossier(file, expected);
}

/** Read before the end is known would miss entries; so the head is asked for first, and entries behind it are counted. */
async function* entries(server: Server): AsyncGenerator<ChainedEntry> {
  let cursor: string | null = '0';
  while (cursor !== null) {
    const page = (await get(`/v1/audit?order=asc&limit=500&cursor=${cursor}`, server)) as { items: readonly Item[]; next: string | null };
    for (const { id, entry, hash } of page.items) yield { seq: Number(id), text: entry, hash };
    cursor = page.next;
  }
}

async function exportThread(thread: string, out: string | undefined, server: Server): Promise<number> {
  const dossier = `${JSON.stringify(await get(`/v1/audit/threads/${encodeURIComponent(thread)}`, server))}\n`;
  if (out === undefined) process.stdout.write(dossier);
  else await writeFile(resolvePath(out), dossier);
  return 0;
}

async function readText(file: string): Promise<string> {
  return readFile(resolvePath(file), 'utf8').catch((error: unknown) => {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}). Check the path.`);
  });
}
