import fc from 'fast-check';
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
    // Few ways to match, and each of them long.
    ['(?:a|a){11}a{200}b', 'steps'],
    ['a*a*a{120}b', 'steps'],
    [String.raw`\w+\w+\d{100}!`, 'steps'],
    ['(?:a|aa){1,11}a{150}$', 'steps'],
    [String.raw`.+.+x`, 'steps'],
    // Groups of nothing, and of what looks and takes nothing.
    [String.raw`(?:(?:\b){60000}){60000}a`, 'shorter'],
    [String.raw`(?:(?:\b){200}){200}a`, 'steps'],
    [String.raw`(?:(?:(?:){250}){250}){250}a`, 'steps'],
    ['('.repeat(600), 'characters'],
    ['*a', 'regular expression'],
    ['(?i:a)', 'regular expression'],
    ['a)', 'brackets'],
    ['a{3,2}', 'smaller'],
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
    String.raw`[\w.+-]+@[\w-]+\.corp`,
    String.raw`\b[A-Z][a-z]+ [A-Z][a-z]+\b`,
    String.raw`(?:INV|PO)[-/ ]?\d{2,4}[-/ ]?\d{3,10}`,
    String.raw`.{0,40}secret`,
    '(?<number>N-[0-9]{4})',
  ])('%s is safe', (pattern) => {
    expect(unsafePatternReason(pattern)).toBeUndefined();
  });

  it('patterns that are safe one by one are refused where they are too much together', () => {
    const patterns = Array.from({ length: 12 }, (_, index) => ({ type: 'X1', pattern: String.raw`[ab]{1,13}[bc]{1,13}${index}` }));
    const sources = patterns.map(({ pattern }) => pattern);
    expect(sources.map((source) => unsafePatternReason(source))).toEqual(sources.map(() => undefined));
    expect(unsafePatternReason(sources.at(-1) ?? '', sources.slice(0, -1))).toContain('together');
    expect(() => createRedactor({ policy: { patterns } })).toThrow(/together/);
    expect(unsafePatternReason('EMP-[0-9]{6}', Array<string>(63).fill(String.raw`\b[A-Z]{2}-[0-9]{6,8}\b`))).toBeUndefined();
  });

  it('what is taken is cheap on the texts it is worst at', { timeout: 60_000 }, () => {
    const part = fc.constantFrom(
      'a',
      'a?',
      'a*',
      'a+?',
      'a{3}',
      '(?:a|a)',
      '(?:a|ab|b)',
      '(?:aa?)',
      '.',
      '\\w*',
      '\\S+',
      '[ab]',
      '(?:a|aa){3}',
      '\\b',
      '^',
      'a{20}',
    );
    const source = fc.array(part, { minLength: 2, maxLength: 10 }).map((parts) => `${parts.join('')}!`);
    fc.assert(
      fc.property(source, fc.constantFrom('a', 'ab', 'aab'), (pattern, unit) => {
        fc.pre(unsafePatternReason(pattern) === undefined);
        const { redact } = createRedactor({ policy: { patterns: [{ type: 'X1', pattern }] } });
        const text = unit.repeat(6_000);
        const start = process.threadCpuUsage();
        redact(text);
        // Milliseconds are usual. A pattern that the limit does not hold takes a second and more for every thousand characters.
        expect(process.threadCpuUsage(start).user / text.length).toBeLessThan(100);
      }),
      { numRuns: 60 },
    );
  });
});
