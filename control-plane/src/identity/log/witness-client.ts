// C2SP tlog-witness, the log's side: POST <prefix>/add-checkpoint.
import { WitnessRefused, type Witness, type WitnessRequest } from './ports.ts';
import { COSIGNATURE_V1, parseVkey, parseNote, type NoteVerifier } from './note.ts';
import { cosignedAt } from './cosignature.ts';

interface WitnessOptions {
  /** Prefix of its routes. */
  readonly url: string;
  /** Its vkey, of kind cosignature/v1. */
  readonly vkey: string;
  readonly fetch?: typeof fetch;
  readonly timeoutMs?: number;
}

/** True for the vkey of a witness: kind cosignature/v1. */
export const isWitnessKey = (vkey: string): boolean => parseVkey(vkey)?.type === COSIGNATURE_V1;

const MAX_ANSWER = 64 * 1024;

/** Throws RangeError where the vkey is none of a witness. */
export function witnessClient({ url, vkey, fetch: send = fetch, timeoutMs = 5_000 }: WitnessOptions): Witness {
  const verifier = parseVkey(vkey);
  if (verifier?.type !== COSIGNATURE_V1) throw new RangeError('The key of a witness is no vkey of kind cosignature/v1');
  /** What the witness has seen of each log, as it last told us. */
  const seen = new Map<string, number>();

  async function post(request: WitnessRequest, oldSize: number): Promise<Response> {
    const hashes = (await request.prove(oldSize)).map((hash) => `${Buffer.from(hash).toString('base64')}\n`);
    return send(`${url.replace(/\/+$/, '')}/add-checkpoint`, {
      method: 'POST',
      body: `old ${oldSize}\n${hashes.join('')}\n${request.checkpoint}`,
      signal: AbortSignal.timeout(timeoutMs),
    });
  }

  return {
    name: verifier.name,
    vkey,
    async cosign(request) {
      const { origin, size } = request;
      let response = await post(request, Math.min(seen.get(origin) ?? 0, size));
      if (response.status === 409) {
        // It has another size than we thought, and says which. Larger than ours: it saw a history that we do not have.
        const known = await sizeIn(response);
        if (known === undefined) throw new Error('The witness did not say which size it has');
        if (known > size) throw new WitnessRefused('larger_log', known);
        response = await post(request, known);
        // Asked from the size that it named: it has another root there.
        if (response.status === 409) throw new WitnessRefused('other_history', known);
      }
      if (response.status === 422) throw new WitnessRefused('other_history', undefined);
      if (response.status !== 200) throw new Error(`The witness answered ${response.status}`);
      const lines = ownLines(await text(response), request.checkpoint, verifier);
      seen.set(origin, size);
      return lines;
    },
  };
}

async function text(response: Response): Promise<string> {
  const body = await response.text();
  if (body.length > MAX_ANSWER) throw new Error('The witness answered too much');
  return body;
}

async function sizeIn(response: Response): Promise<number | undefined> {
  const body = (await text(response)).trim();
  return /^(0|[1-9]\d{0,15})$/.test(body) ? Number(body) : undefined;
}

/** Only lines that hold are put below our note: a bad one would make it worthless for everybody. */
function ownLines(answer: string, checkpoint: string, verifier: NoteVerifier): string[] {
  const lines = answer.split('\n').filter((line) => {
    const note = parseNote(`${checkpoint}${line}\n`);
    const last = note?.signatures.at(-1);
    return note !== undefined && last !== undefined && cosignedAt({ text: note.text, signatures: [last] }, verifier) !== undefined;
  });
  if (lines.length === 0) throw new Error('The witness answered no signature of its key');
  return lines;
}
