// Values with a word glued to either side: names of variables, of files and of columns.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, createStreamRedactor } from '#redact';
import { luhn } from '../../../../plugin/src/redact/checksums.ts';

const { redact } = createRedactor();
const alphabet = (letters: string, size: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...Array.from(letters)), { minLength: size, maxLength: size }).map((parts) => parts.join(''));
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const BASE62 = `${LOWER}${LOWER.toUpperCase()}0123456789`;
/** As chance makes it; what lacks a kind of character is as rare as it is with real keys. */
const secret = (size: number): fc.Arbitrary<string> =>
  alphabet(BASE62, size).filter((value) => (value.match(/\d/g) ?? []).length >= 2 && /[a-z]/.test(value) && /[A-Z]/.test(value));

/** Marks, and how much chance stands behind each. */
const MARKS: readonly (readonly [prefix: string, size: number])[] = [
  ...['sk-ant-api03-', 'sk-proj-', 'sk-or-v1-', 'xoxb-', 'sk_live_', 'rk_live_', 'whsec_', 'hf_', 'sk-'].map(
    (prefix) => [prefix, 40] as const,
  ),
  ...['ghp_', 'gho_', 'github_pat_', 'glpat-', 'npm_', 'gsk_', 'ntn_', 'hvs.'].map((prefix) => [prefix, 36] as const),
  ...['pypi-', 'xai-', 'nvapi-'].map((prefix) => [prefix, 60] as const),
  ['AIza', 35],
  ['GOCSPX-', 28],
];
const key = fc.constantFrom(...MARKS).chain(([prefix, size]) => secret(size).map((value) => ({ text: `${prefix}${value}`, value })));
const awsKey = alphabet('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)
  .filter((value) => /[2-7]/.test(value))
  .map((value) => ({ text: `AKIA${value}`, value }));
const card = alphabet('0123456789', 14).map((digits) => {
  const body = `4${digits}`;
  const last = Array.from('0123456789').find((digit) => luhn(body + digit)) ?? '0';
  return { text: body + last, value: body + last };
});
const jwt = secret(30).map((value) => {
  const text = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from('{"sub":"1"}').toString('base64url')}.${value}`;
  return { text, value };
});
const iban = fc
  .constantFrom('GB82WEST12345698765432', 'NL91ABNA0417164300', 'DE89370400440532013000')
  .map((text) => ({ text, value: text }));
/** Of no language: words like "order" or "eq" say that a number is none of a person. */
const word = fc.stringMatching(/^[a-z]{0,10}$/).map((letters) => `z${letters}q`);

describe('a value with a word glued to it', () => {
  it('goes where an underscore joins them, on either side or both', () => {
    fc.assert(
      fc.property(fc.oneof(key, awsKey, jwt, card, iban), word, word, fc.boolean(), (given, before, after, isClosed) => {
        const text = `${before}_${given.text}${isClosed ? `_${after}` : ''}`;
        expect(redact(text).text).not.toContain(given.value);
      }),
      { numRuns: 1_500 },
    );
  });

  it('goes where letters or digits touch it, where it carries its own proof', () => {
    fc.assert(
      fc.property(fc.oneof(key, awsKey, jwt), word, (given, before) => {
        expect(redact(`${before}${given.text} end`).text).not.toContain(given.value);
        expect(redact(`${before}7${given.text} end`).text).not.toContain(given.value);
      }),
      { numRuns: 1_500 },
    );
  });

  it('goes where letters touch a card or an account', () => {
    for (const text of ['card4111111111111111', 'visa4111111111111111.', 'number4111111111111111x', 'accountGB82WEST12345698765432'])
      expect(redact(text).counts).toEqual({ [text.includes('GB') ? 'IBAN_CODE' : 'CREDIT_CARD']: 1 });
  });

  it('goes where the name before it says what it is', () => {
    const named = ['ssn_219-09-9999', 'phone_415-555-0123', 'tel_+14155550123_home', 'dni_12345678Z', 'nie_X1234567L', 'ip_203.0.113.7'];
    for (const text of named) expect(Object.values(redact(text).counts), text).toEqual([1]);
  });

  it('is found in a stream as in the whole, wherever that is split', () => {
    fc.assert(
      fc.property(fc.oneof(key, awsKey, jwt, card), word, fc.integer({ min: 1, max: 300 }), fc.nat(900), (given, before, size, pad) => {
        const text = `${'long_name_'.repeat(Math.ceil(pad / 10))}${before}_${given.text}_${'and_more_'.repeat(120)}`;
        const stream = createStreamRedactor();
        let out = '';
        for (let at = 0; at < text.length; at += size) out += stream.push(text.slice(at, at + size));
        out += stream.end();
        expect(out).toBe(redact(text).text);
        expect(out).not.toContain(given.value);
      }),
      { numRuns: 300 },
    );
  });
});
