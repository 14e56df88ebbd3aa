import { describe, expect, it } from 'vitest';
import { createRedactor } from '#redact';
import { UNITS } from '../../../support/redaction-fuzz.ts';

const { redact } = createRedactor();
/** Beyond those of the fuzz: values glued to words or to each other. */
const GLUED = ['12345678 ', '00:', '12:34:56:', 'ab:ab', '_4111111111111112', 'card4111111111111112', 'aGB82', 'DE89 3704 ', '\ud800'];
/** Marks within values, and signs that end them elsewhere. */
const QUOTED = ['password="\\"', `password='a''`, 'password=a"', 'password=a&', '://a:"', '://a:a#'];
const ALL = [...UNITS, ...GLUED, ...QUOTED];

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
  it.each(ALL)('is left alone by a second reading: %j', (unit) => {
    for (const size of [50, 333, 3_000])
      for (const end of ['', ' ', 'x', '[']) {
        const once = redact(unit.repeat(Math.ceil(size / unit.length)) + end).text;
        expect(redact(once).text).toBe(once);
      }
  });
});

describe('time', () => {
  it.each(ALL)('grows with the length and no faster: %j again and again', (unit) => {
    const size = 20_000;
    const once = fastest(unit.repeat(Math.ceil(size / unit.length)));
    const fourfold = fastest(unit.repeat(Math.ceil((4 * size) / unit.length)));
    // Quadratic time would be sixteenfold; the floor keeps the clock's grain and a busy machine out of it.
    expect(fourfold).toBeLessThan(12 * Math.max(once, 5));
  });
});
