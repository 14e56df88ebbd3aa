// Vectors as they lie in the file: in steps, or, where they are too short for that, as float32, little endian as every
// platform that Node runs on has them in memory. Files from before have float32 throughout. The two differ in length: one of
// steps has five bytes before its numbers, so no multiple of four.
import { isStepped, stepsOf, vectorOf } from '../../kernel/index.ts';

/** A byte that says the form, and the worth of a step as float32. */
const HEAD = 5;
const IN_STEPS = 1;

export function toBlob(vector: Float32Array): Uint8Array {
  if (!isStepped(vector.length)) return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  const { worth, counts } = stepsOf(vector);
  const blob = Buffer.alloc(HEAD + counts.length);
  blob.writeUInt8(IN_STEPS, 0);
  blob.writeFloatLE(worth, 1);
  blob.set(new Uint8Array(counts.buffer), HEAD);
  return blob;
}

export function fromBlob(blob: Uint8Array): Float32Array {
  if (blob.byteLength % 4 !== 0) {
    const counts = new Int8Array(blob.buffer, blob.byteOffset + HEAD, blob.byteLength - HEAD);
    return vectorOf({ worth: Buffer.from(blob.buffer, blob.byteOffset, HEAD).readFloatLE(1), counts });
  }
  if (blob.byteOffset % 4 === 0) return new Float32Array(blob.buffer, blob.byteOffset, blob.byteLength >> 2);
  const copy = blob.slice();
  return new Float32Array(copy.buffer, 0, copy.byteLength >> 2);
}
