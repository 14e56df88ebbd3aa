import { describe, expect, it } from 'vitest';
import { createRedactor } from '#redact';
import { PLAIN, VALUES } from './values.ts';

const { redact } = createRedactor();

describe('values', () => {
  it.each(VALUES)('%s in %j', (type, text, value) => {
    expect(text).toContain(value);
    const redacted = redact(text);
    expect(redacted.text).not.toContain(value);
    expect(redacted.findings.map((finding) => finding.type)).toContain(type);
    expect(redacted.counts[type]).toBeGreaterThan(0);
  });

  it.each(VALUES)('%s stays gone when %j is read again', (_type, text) => {
    const once = redact(text).text;
    expect(redact(once).text).toBe(once);
  });
});

describe('what is no value', () => {
  it.each(PLAIN)('stays: %j', (text) => {
    expect(redact(text).text).toBe(text);
  });

  it('a number that fails its check is no card, account or identity number', () => {
    for (const text of [
      'card 4111 1111 1111 1112',
      'IBAN DE89 3704 0044 0532 0130 01',
      'DNI 12345678A',
      'CPF 529.982.247-26',
      'SSN 000-12-3456',
      'BSN 111222334',
    ]) {
      expect(redact(text).findings.filter(({ type }) => type !== 'PHONE_NUMBER')).toEqual([]);
    }
  });
});

describe('offsets', () => {
  it('lead from the redacted text to the text as given, past folded characters', () => {
    const text = '\u200bHi 🙂 ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ or +31 6 12345678 ok';
    const redacted = redact(text);
    expect(redacted.text).toBe('\u200bHi 🙂 [EMAIL_ADDRESS] or [PHONE_NUMBER] ok');
    expect(redacted.findings.map(({ start, end }) => text.slice(start, end))).toEqual([
      'ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ',
      '+31 6 12345678',
    ]);
    for (const word of ['Hi', 'or', 'ok']) expect(redacted.toInput(redacted.text.lastIndexOf(word))).toBe(text.lastIndexOf(word));
    expect(redacted.toInput(redacted.text.indexOf('MAIL'))).toBe(text.indexOf('ｊ'));
    expect(redacted.toInput(redacted.text.length)).toBe(text.length);
  });

  it('do not split surrogate pairs nor mend lone ones', () => {
    const redacted = redact('\ud800 𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏 \udc00');
    expect(redacted.text).toBe('\ud800 [CREDIT_CARD] \udc00');
  });
});
