import { createHash, randomBytes } from 'node:crypto';
import type { CommitTo } from '#contract';

/** A commitment with a fresh salt, as gateways make them. */
export const commitTo: CommitTo = (text) => {
  const salt = randomBytes(16);
  const bytes = Buffer.from(text.toWellFormed(), 'utf8');
  const digest = createHash('sha256').update(salt).update(bytes).digest('hex');
  return { digest, salted: true, salt: salt.toString('base64url'), length: bytes.length };
};
