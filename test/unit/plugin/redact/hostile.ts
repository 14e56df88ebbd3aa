// Hostile texts: values, what looks like values and what mail clients, editors and attackers put between them.
import fc from 'fast-check';
import { PLAIN, VALUES } from './values.ts';

const WORDS = [
  'the',
  'card',
  'phone',
  'order',
  'at',
  'is',
  'password',
  'é',
  '电话',
  '🙂',
  'EMP-12345',
  'blue',
  'heron',
  'kestrel',
  'dot',
  'version',
  'office',
];
const SIGNS = [
  '.',
  ',',
  ' - ',
  ':',
  '::',
  '@',
  '(',
  ')',
  '[',
  ']',
  '=',
  '"',
  '\\',
  '/',
  '://',
  '+',
  '%40',
  '-----BEGIN ',
  '_',
  'my_',
  'sk-',
  'ghp_',
  'AKIA',
  'eyJ',
  '\u200b',
  '\ud835',
  '\ud800',
  '\n',
  '0x',
  'x',
  '#',
];
const digits = fc.stringMatching(/^[0-9]{1,12}$/);
const piece = fc.oneof(
  fc.constantFrom(...VALUES.map(([, text]) => text)),
  fc.constantFrom(...PLAIN),
  fc.constantFrom(...WORDS),
  fc.constantFrom(...SIGNS),
  digits,
  fc.string({ unit: 'binary', maxLength: 8 }),
);

/** Of up to about 1,000 characters. */
export const hostileText = fc
  .array(fc.tuple(piece, fc.constantFrom(' ', ' ', '', '\n')), { maxLength: 24 })
  .map((pieces) => pieces.flat().join(''));
