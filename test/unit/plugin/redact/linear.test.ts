import { describe, expect, it } from 'vitest';
import { createRedactor } from '#redact';

const { redact } = createRedactor();
const UNITS = [
  ...['1', '1 ', '1-', '1/1/', '0 0 ', '12345678 ', '4111 1111 1111 1112 ', '1.1.1.', '+1', '(', '((1', '+(1) '],
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
    '00:',
    'ab:',
    'ab-',
    '12:34:56:',
    'ab:ab',
    '://',
    '://a:',
    '[A',
  ],
  ...[
    'eyJ.',
    'eyJhbGciOiJub25lIn0.',
    '-----BEGIN PRIVATE KEY-----',
    'a=',
    'password=',
    'password:"',
    'token=a1',
    'sk-',
    '_sk-',
    'ghp_',
    '_4111111111111112',
    'xAKIA',
    'card4111111111111112',
    '_eyJ',
    'aGB82',
    'AA00 ',
    'DE89 3704 ',
    '0x',
    'bc1q',
    '\u200b1',
    '\ud835',
    '\ud800',
  ],
];

/** CPU time in milliseconds: other work on the machine does not count. */
function fastest(text: string): number {
  let best = Infinity;
  for (let turn = 0; turn < 3; turn += 1) {
    const start = process.threadCpuUsage();
    redact(text);
    const { user, system } = process.threadCpuUsage(start);
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}

describe('a value or half of one again and again', () => {
  it.each(UNITS)('is left alone by a second reading: %j', (unit) => {
    for (const size of [50, 333, 3_000])
      for (const end of ['', ' ', 'x', '[']) {
        const once = redact(unit.repeat(Math.ceil(size / unit.length)) + end).text;
        expect(redact(once).text).toBe(once);
      }
  });
});

describe('time', () => {
  it.each(UNITS)('grows with the length and no faster: %j again and again', (unit) => {
    const size = 20_000;
    const once = fastest(unit.repeat(Math.ceil(size / unit.length)));
    const fourfold = fastest(unit.repeat(Math.ceil((4 * size) / unit.length)));
    // Quadratic time would be sixteenfold; the floor keeps the clock's grain and a busy machine out of it.
    expect(fourfold).toBeLessThan(12 * Math.max(once, 5));
  });
});
