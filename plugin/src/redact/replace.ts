// What stands in a value's place. Tokens are made of letters only, so that no detector takes one for a value.
import { createHmac } from 'node:crypto';
import { secretKey, type RedactionPolicy } from '#contract';
import type { Replacement } from './findings.ts';
import { RedactionError, type RedactorOptions } from './types.ts';

type Action = NonNullable<RedactionPolicy['types']>[string];

const HASH_LETTERS = 16;
const PSEUDONYM_LETTERS = 10;

/** What stands in a value's place, as a later reader finds it: the type, and a token where the policy asks for one. */
export const REPLACEMENT_FORM = /\[[A-Z][A-Z0-9_]{1,40}(?:[:_][a-z]{8,32})?\]/g;

/** Replacement by policy, for texts of the subject given. Throws RedactionError where the policy needs a key that is not given. */
export function createReplacement(options: RedactorOptions): (subject?: string) => Replacement {
  const actions = new Map<string, Action>(Object.entries(options.policy?.types ?? {}));
  const used = new Set(actions.values());
  const { key } = options;
  if ((used.has('hash') || used.has('pseudonym')) && (key === undefined || key.length < 16)) {
    throw new RedactionError('key_missing', 'Redaction policy uses hash or pseudonym; give the redactor a key of at least 16 bytes.');
  }
  return (subject = options.subject ?? '') =>
    (type, value) => {
      switch (actions.get(type) ?? 'mask') {
        case 'keep':
          return value;
        case 'drop':
          return '';
        case 'hash':
          return `[${type}:${letters(key, ['hash', type, normalise(type, value)], HASH_LETTERS)}]`;
        case 'pseudonym':
          return `[${type}_${letters(key, ['pseudonym', subject, type, normalise(type, value)], PSEUDONYM_LETTERS)}]`;
        default:
          return `[${type}]`;
      }
    };
}

/** The same value in two spellings gives one token: case and, in numbers, separators do not count. */
function normalise(type: string, value: string): string {
  const plain = value
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '');
  if (type === 'API_KEY' || type === 'JWT' || type === 'PASSWORD' || type === 'PRIVATE_KEY') return value;
  return /\d/.test(plain) && !plain.includes('@') ? plain.replace(/[^\p{L}\d+:]/gu, '') : plain.trim();
}

function letters(key: Uint8Array | undefined, parts: readonly string[], size: number): string {
  const mac = createHmac('sha256', key === undefined ? '' : secretKey(key));
  // A length before each part: no two lists of parts give the same bytes.
  for (const part of parts) mac.update(`${part.length}:`).update(part, 'utf16le');
  let token = '';
  for (const byte of mac.digest()) {
    token += String.fromCharCode(97 + (byte % 26));
    if (token.length === size) break;
  }
  return token;
}
