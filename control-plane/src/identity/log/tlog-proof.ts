// C2SP tlog-proof: that a leaf is in a log, as one text.
//
//     c2sp.org/tlog-proof@v1
//     index <decimal>
//     <base64 hash, leaf's sibling first>…
//     <empty line>
//     <checkpoint, a signed note>
import { fromBase64 } from '#contract';
import { HASH_BYTES } from './merkle.ts';

const HEADER = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^53 leaves has paths no longer than this. */
const MAX_PATH = 53;

export interface TlogProof {
  readonly index: number;
  readonly path: readonly Buffer[];
  /** A signed note. */
  readonly checkpoint: string;
}

export function formatProof({ index, path, checkpoint }: TlogProof): string {
  return `${HEADER}\nindex ${index}\n${path.map((hash) => `${hash.toString('base64')}\n`).join('')}\n${checkpoint}`;
}

/** Undefined for any other text. An "extra" line is taken and not read. */
export function parseProof(text: string): TlogProof | undefined {
  const split = text.indexOf('\n\n');
  if (split < 0) return undefined;
  const lines = text.slice(0, split).split('\n');
  if (lines.shift() !== HEADER) return undefined;
  if (lines[0]?.startsWith('extra ') === true && fromBase64(lines.shift()?.slice('extra '.length) ?? '') === undefined) return undefined;
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '')?.[1];
  if (index === undefined || lines.length > MAX_PATH) return undefined;
  const path: Buffer[] = [];
  for (const line of lines) {
    const hash = fromBase64(line);
    if (hash?.length !== HASH_BYTES) return undefined;
    path.push(hash);
  }
  return { index: Number(index), path, checkpoint: text.slice(split + 2) };
}
