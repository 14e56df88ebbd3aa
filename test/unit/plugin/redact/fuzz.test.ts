// A part of what test/bench/redaction-fuzz.ts does with a million texts.
import { expect, it } from 'vitest';
import { createRedactor } from '#redact';
import { fuzz, hostileText } from '../../../support/redaction-fuzz.ts';

it('reads hostile texts in linear time', () => {
  // Ten times what the slowest of a million takes; a squared engine would need a hundred times as much for the longer ones.
  expect(fuzz(0, 2000, 1024).worstPerCharacter).toBeLessThan(50);
  expect(fuzz(1_000_000, 6, 60_000).worstPerCharacter).toBeLessThan(50);
});

it('leaves nothing to find in them', () => {
  const { redact } = createRedactor();
  for (let number = 0; number < 1000; number += 1) {
    const { text } = redact(hostileText(number, 256));
    expect(redact(text).text, `input ${number}`).toBe(text);
  }
});
