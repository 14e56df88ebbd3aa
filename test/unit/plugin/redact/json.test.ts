import { describe, expect, it } from 'vitest';
import { createRedactor } from '#redact';

const { redactJson } = createRedactor();

describe('redactJson', () => {
  it('redacts every string, at any place, and counts', () => {
    const { value, counts } = redactJson({ to: ['a@example.com', { deep: 'call +31 6 12345678' }], n: 5, ok: true, none: null });
    expect(value).toEqual({ to: ['[EMAIL_ADDRESS]', { deep: 'call [PHONE_NUMBER]' }], n: 5, ok: true, none: null });
    expect(counts).toEqual({ EMAIL_ADDRESS: 1, PHONE_NUMBER: 1 });
  });

  it('takes the key as context, also for numbers', () => {
    const { value } = redactJson({
      password: 'correcthorse',
      phone: '78 651 450',
      mobile: 31612345678,
      card_number: 4111111111111111,
      epoch: 1700000000000,
      ssn: '219099999',
    });
    expect(value).toEqual({
      password: '[PASSWORD]',
      phone: '[PHONE_NUMBER]',
      mobile: '[PHONE_NUMBER]',
      card_number: '[CREDIT_CARD]',
      epoch: 1700000000000,
      ssn: '[US_SSN]',
    });
  });

  it('never throws: cycles, depth, getters that throw, lone surrogates, odd keys', () => {
    const cycle: Record<string, unknown> = { mail: 'a@example.com' };
    cycle['self'] = cycle;
    expect(redactJson(cycle).value).toEqual({ mail: '[EMAIL_ADDRESS]', self: '[TOO_DEEP]' });
    let deep: unknown = 'a@example.com';
    for (let level = 0; level < 10_000; level += 1) deep = [deep];
    expect(JSON.stringify(redactJson(deep).value)).not.toContain('@');
    const throwing = Object.defineProperty({}, 'x', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    expect(redactJson([throwing]).value).toEqual(['[UNREADABLE]']);
    expect(redactJson('\ud800 a@example.com').value).toBe('\ud800 [EMAIL_ADDRESS]');
    const odd = redactJson(JSON.parse('{"__proto__":{"x":"a@example.com"}}')).value;
    expect(JSON.stringify(odd)).toBe('{"__proto__":{"x":"[EMAIL_ADDRESS]"}}');
  });

  it('leaves the value that was given alone', () => {
    const given = { a: ['a@example.com'] };
    redactJson(given);
    expect(given).toEqual({ a: ['a@example.com'] });
  });
});
