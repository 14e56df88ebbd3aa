import { createSecretKey, type KeyObject } from 'node:crypto';

const made = new WeakMap<Uint8Array, KeyObject>();

/**
 * The key as an object of Node's, made once for each array of bytes: handed over as bytes, a key takes several times as long as
 * what is done with it. The bytes must not change while they are used; the object's own copy is overwritten when it is freed,
 * soon after the array.
 */
export function secretKey(bytes: Uint8Array): KeyObject {
  let key = made.get(bytes);
  if (key === undefined) {
    key = createSecretKey(bytes);
    made.set(bytes, key);
  }
  return key;
}
