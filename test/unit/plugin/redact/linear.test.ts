import { describe, expect, it } from 'vitest';
import { createRedactor } from '#redact';

const { redact } = createRedactor();
const UNITS = [
  ...['1', '1 ', '1-', '1/1/', '0 0 ', '12345678 ', '4111 1111 1111 1112 ', '1.1.1.', '+1', '(', '((1', '+(1) '],
  ...['@', 'a@', 'a.a.', '"@', '%40', ' at a', 'a at b dot ', '[at]a.com', ':', '::', '0:', '00:', 'ab:', '://', '://a:', '[A'],
  ...[
    'eyJ.',
    'eyJhbGciOiJub25lIn0.',
    '-----BEGIN PRIVATE KEY-----',
    'a=',
    'password=',
    'password:"',
    'token=a1',
    'sk-',
    'AA00 ',
    'DE89 3704 ',
    '0x',
    'bc1q',
    '\u200b1',
    '\ud835',
    '\ud800',
  ],
];

function fastest(text: string): number {
  let best = Infinity;
  for (let turn = 0; turn < 3; turn += 1) {
    const start = performance.now();
    redact(text);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

describe('time', () => {
  it.each(UNITS)('grows with the length and no faster: %j again and again', (unit) => {
    const size = 20_000;
    const once = fastest(unit.repeat(Math.ceil(size / unit.length)));
    const fourfold = fastest(unit.repeat(Math.ceil((4 * size) / unit.length)));
    // Quadratic time would be sixteenfold; the floor keeps the clock's grain and a busy machine out of it.
    expect(fourfold).toBeLessThan(12 * Math.max(once, 5));
  });
});
