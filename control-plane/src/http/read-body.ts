// Bodies under limits. An attacker controls length headers and compression ratios, so both sides of the decompressor are
// counted and reading stops at the first byte too many.
import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ClewError } from '../kernel/index.ts';

export interface BodyLimits {
  /** Bytes as sent. */
  readonly bodyBytes: number;
  /** Bytes after decompression. */
  readonly decompressedBytes: number;
}

/** The whole body, decompressed. Throws body_too_large, malformed_gzip, invalid_encoding. */
export async function readBody(source: Readable, encoding: string | undefined, limits: BodyLimits): Promise<Buffer> {
  switch ((encoding ?? 'identity').trim().toLowerCase()) {
    case '':
    case 'identity':
      return collect(source, Math.min(limits.bodyBytes, limits.decompressedBytes));
    case 'gzip':
    case 'x-gzip':
      return gunzip(source, limits);
    default:
      throw new ClewError('invalid_encoding', 'Content-Encoding is neither gzip nor identity');
  }
}

/** Parses a JSON body; an empty one is undefined. */
export async function readJson(source: Readable, encoding: string | undefined, limits: BodyLimits): Promise<unknown> {
  const bytes = await readBody(source, encoding, limits);
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw new ClewError('invalid_encoding', 'the body is not UTF-8');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new ClewError('malformed_json');
  }
}

/** Leaving early must not cut the connection: the sender is still to be told why. */
const bytesOf = (source: Readable): AsyncIterable<Buffer> => source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;

async function collect(source: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytesOf(source)) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit, 'as sent');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

async function gunzip(source: Readable, limits: BodyLimits): Promise<Buffer> {
  const unzip = createGunzip();
  let sent = 0;
  const feed = async (): Promise<void> => {
    for await (const chunk of bytesOf(source)) {
      sent += chunk.length;
      if (sent > limits.bodyBytes) throw tooLarge(limits.bodyBytes, 'as sent');
      if (unzip.destroyed) return;
      if (!unzip.write(chunk)) await drained(unzip);
    }
    unzip.end();
  };
  const feeding = feed().catch((error: unknown) => {
    unzip.destroy(error as Error);
  });
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of unzip as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limits.decompressedBytes) throw tooLarge(limits.decompressedBytes, 'after decompression');
      chunks.push(chunk);
    }
    await feeding;
    return Buffer.concat(chunks, size);
  } catch (error) {
    if (error instanceof ClewError) throw error;
    if (String((error as { code?: unknown }).code).startsWith('Z_')) throw new ClewError('malformed_gzip', undefined, { cause: error });
    throw error;
  } finally {
    unzip.destroy();
  }
}

function drained(stream: ReturnType<typeof createGunzip>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}

const tooLarge = (limit: number, what: string): ClewError => new ClewError('body_too_large', `at most ${limit} bytes ${what}`);
