import { describe, expect, it } from 'vitest';
import { createRedactor, RedactionError, unsafePatternReason } from '#redact';

const key = Buffer.alloc(32, 7);
const text = 'Mail Jane@Example.com or jane@example.com, call +31 6 12345678.';

describe('actions', () => {
  it('mask is what happens where nothing is said', () => {
    expect(createRedactor().redact(text).text).toBe('Mail [EMAIL_ADDRESS] or [EMAIL_ADDRESS], call [PHONE_NUMBER].');
  });

  it('keep leaves and does not report', () => {
    const redacted = createRedactor({ policy: { types: { EMAIL_ADDRESS: 'keep' } } }).redact(text);
    expect(redacted.text).toBe('Mail Jane@Example.com or jane@example.com, call [PHONE_NUMBER].');
    expect(redacted.counts).toEqual({ PHONE_NUMBER: 1 });
  });

  it('drop removes', () => {
    expect(createRedactor({ policy: { types: { EMAIL_ADDRESS: 'drop' } } }).redact(text).text).toBe('Mail  or , call [PHONE_NUMBER].');
  });

  it('hash gives one token per value, whatever its case and whoever it belongs to', () => {
    const policy = { types: { EMAIL_ADDRESS: 'hash' as const } };
    const first = createRedactor({ policy, key, subject: 'a' }).redact(text).text;
    expect(first).toMatch(/^Mail (\[EMAIL_ADDRESS:[a-z]{16}\]) or \1, call/);
    expect(createRedactor({ policy, key, subject: 'b' }).redact(text).text).toBe(first);
    expect(createRedactor({ policy, key: Buffer.alloc(32, 8) }).redact(text).text).not.toBe(first);
  });

  it('pseudonym gives one token per value and subject, without state', () => {
    const policy = { types: { PHONE_NUMBER: 'pseudonym' as const } };
    const of = (subject: string, value: string): string => createRedactor({ policy, key, subject }).redact(value).text;
    expect(of('a', '+31 6 12345678')).toMatch(/^\[PHONE_NUMBER_[a-z]{10}\]$/);
    expect(of('a', '+31 6 12345678')).toBe(of('a', '+31-6-1234-5678'));
    expect(of('a', '+31 6 12345678')).not.toBe(of('b', '+31 6 12345678'));
  });

  it('serves many subjects with one redactor, in JSON too', () => {
    const policy = { types: { PHONE_NUMBER: 'pseudonym' as const } };
    const shared = createRedactor({ policy, key });
    for (const subject of ['a', 'b']) {
      const own = createRedactor({ policy, key, subject });
      expect(shared.redact(text, subject)).toMatchObject({ text: own.redact(text).text });
      expect(shared.redactJson({ note: text }, subject)).toEqual(own.redactJson({ note: text }));
    }
  });

  it('refuses to hash without a key', () => {
    expect(() => createRedactor({ policy: { types: { EMAIL_ADDRESS: 'hash' } } })).toThrow(RedactionError);
  });
});

describe('lists', () => {
  it('allowed values stay, whatever their case', () => {
    expect(createRedactor({ policy: { allow: ['JANE@example.com'] } }).redact(text).counts).toEqual({ PHONE_NUMBER: 1 });
  });

  it('dictionaries match whole words, the longest entry, any case', () => {
    const { redact } = createRedactor({ policy: { dictionaries: [{ type: 'PROJECT', words: ['blue', 'Blue Heron', 'İzmir'] }] } });
    expect(redact('BLUE HERON, blue, blueish, true-blue, ｂｌｕｅ').text).toBe('[PROJECT], [PROJECT], blueish, true-[PROJECT], [PROJECT]');
  });

  it('patterns are matched, whatever the case', () => {
    const { redact } = createRedactor({ policy: { patterns: [{ type: 'EMPLOYEE', pattern: String.raw`\bEMP-\d{4,}\b` }] } });
    expect(redact('emp-12345 and EMP-1').text).toBe('[EMPLOYEE] and EMP-1');
  });

  it('a version names rules and policy', () => {
    const policy = { allow: ['x@y.example'] };
    expect(createRedactor({ policy }).rules).toBe(createRedactor({ policy: { ...policy } }).rules);
    expect(createRedactor({ policy }).rules).not.toBe(createRedactor().rules);
  });
});

describe('unsafe patterns', () => {
  it.each([
    [String.raw`(a+)+`, 'repetition'],
    [String.raw`(\w*)*x`, 'repetition'],
    [String.raw`(a)\1`, 'back-reference'],
    [String.raw`(?<n>a)\k<n>`, 'back-reference'],
    [String.raw`(?=a)b`, 'look-around'],
    [String.raw`(?<!a)b`, 'look-around'],
    [String.raw`\w+\w+\w+x`, 'ways'],
    [String.raw`(a|a)+`, 'ways'],
    [String.raw`(a|b`, 'brackets'],
    [String.raw`[a-`, 'regular expression'],
    [String.raw`a*`, 'empty'],
    [String.raw`a{100000}`, 'shorter'],
  ])('%s', (pattern, word) => {
    expect(unsafePatternReason(pattern)).toContain(word);
    expect(() => createRedactor({ policy: { patterns: [{ type: 'X1', pattern }] } })).toThrow(RedactionError);
  });

  it.each([
    String.raw`EMP-\d+`,
    String.raw`[A-Z]{2}\d{6,8}`,
    String.raw`(?:foo|bar)-\w+`,
    String.raw`\p{Lu}\d+`,
    String.raw`\b(?:\d{3}-)?\d{4}\b`,
  ])('%s is safe', (pattern) => {
    expect(unsafePatternReason(pattern)).toBeUndefined();
  });
});
