// Texts and records as they lie in the file: pressed, since most of what a request takes is words and the names of fields.
// The first byte says how, so that rows of several forms can stand side by side and a form can be added, never changed.
import { brotliCompressSync, brotliDecompressSync, constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { putDigests, takeDigests } from './packed-digests.ts';
import { RECORDS_1, RECORDS_2 } from './packed-dictionary.ts';

/** UTF-8 as it is: what pressing would make longer. */
const PLAIN = 0;
/** Brotli, which knows words of many languages. */
const WORDS = 1;
/** The length of what follows in two bytes, digests as bytes, and raw deflate of the rest with a dictionary in its window. */
const RECORD_1 = 2;
const RECORD_2 = 3;
/** By form. New rows take the last one. */
const DICTIONARIES: Readonly<Record<number, Buffer>> = { [RECORD_1]: RECORDS_1, [RECORD_2]: RECORDS_2 };

// Quality 5: from there on it takes longer for hardly less. A window of 64 KB holds any text that is kept.
const BROTLI = {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: 5,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_LGWIN]: 16,
  },
};
const DEFLATE = { level: 7, memLevel: 6, windowBits: 14, dictionary: RECORDS_2 };
/** What one blob may hold: far above any sample. A damaged one must not fill the memory. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Room for what usually comes out at once: the default takes more memory from the heap of buffers than opening takes time. */
const CHUNK = 4_096;
/** Shorter texts stay as they are: opening one takes as long as opening a long one, and threads of thousands open them all. */
const LEAST_WORDS = 1_024;
/** As many as two bytes can say: a history of a thousand messages has 16,000. */
const MAX_DIGESTS = 0xffff;

function framed(form: number, plain: Buffer, pressed: Buffer): Uint8Array {
  const [head, body] = pressed.length < plain.length ? [form, pressed] : [PLAIN, plain];
  return Buffer.concat([Buffer.of(head), body]);
}

/** Prose. */
export function packWords(text: string): Uint8Array {
  const plain = Buffer.from(text);
  return framed(WORDS, plain, plain.length < LEAST_WORDS ? plain : brotliCompressSync(plain, BROTLI));
}

/** JSON with the fields of samples, statements and placements. */
export function packRecord(text: string): Uint8Array {
  const plain = Buffer.from(text);
  const taken = takeDigests(text);
  const { text: marked, bytes } = taken.bytes.length <= MAX_DIGESTS ? taken : { text, bytes: Buffer.alloc(0) };
  const size = Buffer.of(bytes.length >> 8, bytes.length & 0xff);
  return framed(RECORD_2, plain, Buffer.concat([size, bytes, deflateRawSync(Buffer.from(marked), DEFLATE)]));
}

function unpackRecord(body: Buffer, dictionary: Buffer): string {
  const end = 2 + body.readUInt16BE(0);
  const marked = inflateRawSync(body.subarray(end), {
    dictionary,
    windowBits: 14,
    chunkSize: CHUNK,
    maxOutputLength: MAX_BYTES,
  }).toString();
  return putDigests(marked, body.subarray(2, end));
}

/** What either of them was given. Throws where the bytes are none of theirs. */
export function unpack(packed: Uint8Array): string {
  const body = Buffer.from(packed.buffer, packed.byteOffset + 1, packed.byteLength - 1);
  if (packed[0] === WORDS) return brotliDecompressSync(body, { chunkSize: CHUNK, maxOutputLength: MAX_BYTES }).toString();
  const dictionary = DICTIONARIES[packed[0] ?? -1];
  if (dictionary !== undefined) return unpackRecord(body, dictionary);
  if (packed[0] === PLAIN) return body.toString();
  throw new Error('The database holds a record of a form that this version does not know; start the newer version');
}
