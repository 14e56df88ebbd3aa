// Bodies as text: content encodings undone off the main thread, with a limit on what they may grow to.
import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Body } from './companion.ts';

/** Texts from this length on arrive as bytes, so that they become text off the thread that answers Kong. */
export const LONG_TEXT_BYTES = 32 * 1024;

const gunzip = promisify(zlib.gunzip);
const inflate = promisify(zlib.inflate);
const inflateRaw = promisify(zlib.inflateRaw);
const brotli = promisify<Uint8Array, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress);

/** Undefined when it is no text, grows beyond the limit, or is encoded in a way that is not known. */
export async function decodeBody(body: Body | undefined, encoding: string | undefined, maxBytes: number): Promise<string | undefined> {
  if (body === undefined || typeof body === 'string') return body;
  // A long text that was never encoded, whatever the header says: no compressed body of that length is UTF-8.
  if (body.length >= LONG_TEXT_BYTES && isUtf8(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const steps = (encoding ?? '')
    .split(',')
    .map((step) => step.trim().toLowerCase())
    .filter((step) => step !== '' && step !== 'identity')
    .reverse();
  if (steps.length > 3) return undefined;
  try {
    let bytes: Uint8Array = body;
    for (const step of steps) bytes = await undo(step, bytes, maxBytes);
    return new TextDecoder().decode(bytes);
  } catch {
    return undefined;
  }
}

/** Flushing instead of finishing: a stream that the client broke off still gives what came before. */
async function undo(step: string, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const options = { maxOutputLength: maxBytes, finishFlush: zlib.constants.Z_SYNC_FLUSH };
  switch (step) {
    case 'gzip':
    case 'x-gzip':
      return gunzip(bytes, options);
    case 'deflate':
      // Some servers leave out the zlib header.
      return ((bytes[0] ?? 0) & 0x0f) === 8 ? inflate(bytes, options) : inflateRaw(bytes, options);
    case 'br':
      return brotli(bytes, { maxOutputLength: maxBytes, finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH });
    default:
      throw new Error('unknown content encoding');
  }
}
