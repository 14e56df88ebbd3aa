// What waits is encrypted: a heap dump, a swap file or a stolen spool holds no one's prompts. AES-256-GCM, 12-byte nonce
// and 16-byte tag before the ciphertext.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { secretKey } from '#contract';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Sealer {
  seal(plain: Uint8Array): Buffer;
  /** Throws when the bytes were changed or sealed under another key. */
  open(sealed: Uint8Array): Buffer;
}

/** A key that only this process has and that dies with it. */
export function processSealer(): Sealer {
  return createSealer(randomBytes(32));
}

/**
 * The spool outlives the process, so its key comes from the tenant's secret, which Kong resolves from its vault at each
 * start: no key lies beside the files. Rotating the secret makes old files unreadable; they are counted and removed.
 */
export function spoolSealer(hashKey: string): Sealer {
  return createSealer(Buffer.from(hkdfSync('sha256', hashKey, '', 'clew/spool/1', 32)));
}

function createSealer(bytes: Uint8Array): Sealer {
  const key = secretKey(bytes);
  return {
    seal(plain) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const body = [cipher.update(plain), cipher.final()];
      return Buffer.concat([nonce, cipher.getAuthTag(), ...body]);
    },
    open(sealed) {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    },
  };
}
