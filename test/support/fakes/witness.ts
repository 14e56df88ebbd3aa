// A small C2SP witness: POST /add-checkpoint, cosignature/v1. It keeps the newest checkpoint of each log that it knows and
// signs only what continues it.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fromBase64, signingKey } from '../../../plugin/src/contract/index.ts';
import { parseCheckpoint } from '../../../control-plane/src/identity/log/checkpoint.ts';
import { cosign } from '../../../control-plane/src/identity/log/cosignature.ts';
import { EMPTY_ROOT, verifyConsistency } from '../../../control-plane/src/identity/log/merkle.ts';
import { COSIGNATURE_V1, formatNote, isSignedBy, parseNote, parseVkey, vkeyOf } from '../../../control-plane/src/identity/log/note.ts';

export interface FakeWitness {
  readonly url: string;
  readonly vkey: string;
  /** Statuses that were answered, in order. */
  readonly answers: readonly number[];
  /** A log that it knows. */
  trust(vkey: string): void;
  /** Answers 503 from now on, or not any more. */
  setAway(away: boolean): void;
  close(): Promise<void>;
}

export async function startWitness(name = 'witness.example/one'): Promise<FakeWitness> {
  const key = signingKey(new Uint8Array(32).fill(99));
  const logs = new Map<string, string>();
  const seen = new Map<string, { readonly size: number; readonly root: Buffer }>();
  const answers: number[] = [];
  let isAway = false;

  function addCheckpoint(body: string): { readonly status: number; readonly text: string } {
    const split = body.indexOf('\n\n');
    const [head, note] = [body.slice(0, Math.max(0, split)), body.slice(split + 2)];
    const [first = '', ...hashes] = head.split('\n');
    const old = /^old (0|[1-9]\d*)$/.exec(first)?.[1];
    const path = hashes.map((line) => fromBase64(line));
    const parsed = parseNote(note);
    const checkpoint = parsed && parseCheckpoint(parsed.text);
    if (old === undefined || path.length > 63 || path.includes(undefined) || !parsed || !checkpoint)
      return { status: 400, text: 'malformed' };
    const vkey = logs.get(checkpoint.origin);
    const verifier = vkey === undefined ? undefined : parseVkey(vkey);
    if (!verifier) return { status: 404, text: 'unknown log' };
    if (!isSignedBy(parsed, verifier)) return { status: 403, text: 'bad signature' };
    const known = seen.get(checkpoint.origin) ?? { size: 0, root: EMPTY_ROOT };
    if (Number(old) > checkpoint.size) return { status: 400, text: 'old is larger' };
    if (Number(old) !== known.size) return { status: 409, text: `${known.size}\n` };
    const isSame = known.size === checkpoint.size && !known.root.equals(checkpoint.root);
    if (isSame) return { status: 409, text: `${known.size}\n` };
    const proof = path.flatMap((hash) => (hash ? [hash] : []));
    if (!verifyConsistency(known.size, checkpoint.size, known.root, checkpoint.root, proof))
      return { status: 422, text: 'no continuation' };
    seen.set(checkpoint.origin, checkpoint);
    const line = formatNote({ text: '\n', signatures: [cosign(parsed.text, name, key, Math.floor(Date.now() / 1000))] }).slice(2);
    return { status: 200, text: line };
  }

  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { status, text } = isAway ? { status: 503, text: 'away' } : addCheckpoint(Buffer.concat(chunks).toString());
      answers.push(status);
      response.writeHead(status, { 'Content-Type': status === 409 ? 'text/x.tlog.size' : 'text/plain' }).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    vkey: vkeyOf(name, key.publicKey, COSIGNATURE_V1),
    answers,
    trust(vkey) {
      logs.set(vkey.split('+')[0] ?? '', vkey);
    },
    setAway(away) {
      isAway = away;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
