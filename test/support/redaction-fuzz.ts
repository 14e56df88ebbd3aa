// Hostile texts for the pattern engine, as many as wanted, each the same for its number: what patterns begin with,
// repeated, nested and cut, and random characters of their alphabets.
import { createRedactor } from '#redact';
import { seeded } from '../../control-plane/src/kernel/index.ts';

/** What patterns begin with, and halves of what they find. Adding one changes what each number stands for. */
export const UNITS = [
  ...[
    'curl -u a:bcd ',
    ' -u ',
    ' -pabc',
    'mysql -p',
    'basic ',
    'basic YTpi',
    'basic YTpiYTpi',
    ':thin:a/',
    ':thin:a/bc@',
    'password for a ',
    ' for a: ',
  ],
  ...[
    '1',
    '1 ',
    '1-',
    '0 0 ',
    '4111 1111 1111 1112 ',
    '1.1.1.',
    '+1',
    '(',
    '((1',
    '+(1) ',
    '12345678901234567890',
    '1/1/',
    'GB82WEST',
    'AA00 ',
  ],
  ...[
    '@',
    'a@',
    'a.a.',
    '"@',
    '%40',
    ' at a',
    'a at b dot ',
    '[at]a.com',
    ':',
    '::',
    '0:',
    'ab:',
    'ab-',
    '://',
    '://a:',
    '//a:b@',
    '[A',
    '[',
  ],
  ...[
    'eyJ.',
    'eyJhbGciOiJub25lIn0.',
    '-----BEGIN ',
    '-----BEGIN PRIVATE KEY-----',
    '-----END',
    'a=',
    'password=',
    'password:"',
    'token=a1',
  ],
  ...[
    'my password is ',
    'sk-',
    '_sk-',
    'ghp_',
    'xAKIA',
    '_eyJ',
    '0x',
    'bc1q',
    '[EMAIL_ADDRESS',
    '[EMAIL_ADDRESS_1]',
    '\u200b1',
    '\ud835',
    '４',
    '\n',
    '\\',
    '\\"',
  ],
] as const;
const ALPHABETS = [
  '0123456789 -./',
  'abcdefABCDEF0123456789:.-_',
  'a@b.c <>"\'',
  'eyJABCabc012-_.=',
  ' \t\n[](){}=:"\'\\',
  'äöüß€電話🙂\u200b\u00ad',
] as const;

/** At most `most` UTF-16 units. */
export function hostileText(number: number, most: number): string {
  const next = seeded(number);
  const pick = <T>(of: ArrayLike<T>): T => of[Math.floor(next() * of.length)] as T;
  const size = 1 + Math.floor(next() * most);
  let text = '';
  while (text.length < size) {
    const way = next();
    if (way < 0.4) text += pick(UNITS).repeat(1 + Math.floor(next() * 40));
    else if (way < 0.7) text += pick(UNITS) + pick(UNITS);
    else {
      const alphabet = pick(ALPHABETS);
      for (let count = 1 + Math.floor(next() * 60); count > 0; count -= 1) text += pick(alphabet);
    }
  }
  return text.slice(0, size);
}

export interface FuzzFigures {
  readonly inputs: number;
  readonly characters: number;
  /** Of processor time. */
  readonly seconds: number;
  /** The longest that a character of one input took, in microseconds, over inputs of 256 characters and more. */
  readonly worstPerCharacter: number;
  readonly worstInput: number;
}

/** Throws where the engine does. Inputs that seem slow are measured again: what else runs on the machine does not count. */
export function fuzz(from: number, count: number, most: number): FuzzFigures {
  const { redact } = createRedactor();
  const measure = (text: string): number => {
    const before = process.threadCpuUsage();
    redact(text);
    const { user, system } = process.threadCpuUsage(before);
    return user + system;
  };
  let [characters, total, worstPerCharacter, worstInput] = [0, 0, 0, from];
  for (let number = from; number < from + count; number += 1) {
    const text = hostileText(number, most);
    const first = measure(text);
    characters += text.length;
    total += first;
    if (text.length < 256 || first / text.length <= worstPerCharacter) continue;
    const least = Math.min(first, measure(text), measure(text));
    if (least / text.length <= worstPerCharacter) continue;
    worstPerCharacter = least / text.length;
    worstInput = number;
  }
  return { inputs: count, characters, seconds: total / 1e6, worstPerCharacter, worstInput };
}
