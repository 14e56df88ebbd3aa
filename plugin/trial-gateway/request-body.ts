import type { IncomingMessage } from 'node:http';

export interface ReadBody {
  readonly bytes: Buffer;
  /** False: the cap was reached; the stream is paused and the rest is still to be read from it. */
  readonly isWhole: boolean;
}

/** Reads a body up to a cap. Rejects when the client goes away meanwhile. */
export function readBody(request: IncomingMessage, capBytes: number): Promise<ReadBody> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let total = 0;
    const settle = (isWhole: boolean): void => {
      request.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      resolve({ bytes: Buffer.concat(chunks), isWhole });
    };
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      total += chunk.length;
      if (total <= capBytes) return;
      request.pause();
      settle(false);
    };
    const onEnd = (): void => settle(true);
    const onGone = (): void => reject(new Error('The client went away while it sent its request'));
    request.on('data', onData).once('end', onEnd).once('close', onGone).once('error', onGone);
  });
}
