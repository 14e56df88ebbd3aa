import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyFindings, createRedactor, createStreamRedactor, mergeFindings, type Finding } from '#redact';
import { hostileText as text } from './hostile.ts';
import { VALUES } from './values.ts';

const policy = {
  types: { PHONE_NUMBER: 'hash' as const, EMAIL_ADDRESS: 'pseudonym' as const },
  patterns: [{ type: 'EMPLOYEE', pattern: String.raw`\bEMP-\d{4,}\b` }],
  dictionaries: [{ type: 'PROJECT', words: ['blue heron', 'kestrel'] }],
};
const options = { policy, key: Buffer.alloc(32, 7), subject: 's' };
const { redact } = createRedactor(options);

const mailbox = fc
  .tuple(
    fc.stringMatching(/^[a-z][a-z0-9._+-]{0,12}[a-z0-9]$/),
    fc.stringMatching(/^[a-z][a-z0-9-]{0,10}[a-z0-9]$/),
    fc.constantFrom('com', 'org', 'co.uk', 'de', 'museum', 'io'),
  )
  .map(([local, host, top]) => `${local}@${host}.${top}`);
describe('redaction', () => {
  it('leaves nothing that it found, in order and without overlap', () => {
    fc.assert(
      fc.property(text, (given) => {
        const redacted = redact(given);
        let last = 0;
        for (const { start, end } of redacted.findings) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          last = end;
        }
        expect(last).toBeLessThanOrEqual(given.length);
        expect(redacted.toInput(redacted.text.length)).toBe(given.length);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves its own replacements alone, whatever words a policy lists', () => {
    const listing = createRedactor({ policy: { dictionaries: [{ type: 'PROJECT', words: ['project', 'phone_number', 'api'] }] } });
    expect(listing.redact('[PROJECT] [PHONE_NUMBER] project').text).toBe('[PROJECT] [PHONE_NUMBER] [PROJECT]');
    expect(listing.redact('[project] (api)').text).toBe('[[PROJECT]] ([PROJECT])');
  });

  it('reads again what a replacement uncovers', () => {
    const { redact: mask } = createRedactor();
    const whole = mask('apiKey?: string\nmaestro card no. 676177190177 +31 6 12345678 ext. 4');
    expect(whole.text).not.toMatch(/\d{4}/);
    expect(whole.findings.every(({ start, end }, index) => start >= (whole.findings[index - 1]?.end ?? 0) && end > start)).toBe(true);
    expect(whole.counts).toEqual({ CREDIT_CARD: 1, PHONE_NUMBER: 1 });
  });

  it('of planted values leaves none, between words of no meaning', () => {
    const plain = fc.constantFrom('lorem', 'ipsum', 'dolor', 'sit', 'amet', 'und', 'ça', '你好', '🙂');
    const words = fc.array(plain, { maxLength: 12 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(words, fc.constantFrom(...VALUES), words, (before, [, sentence, value], after) => {
        expect(redact(`${before}\n${sentence}\n${after}`).text).not.toContain(value);
      }),
      { numRuns: 1000 },
    );
  });

  it('of generated addresses leaves none', () => {
    fc.assert(
      fc.property(mailbox, fc.ipV4(), (mail, ip) => {
        fc.pre(!/^(?:127|255)\.|^0\.0\.0\.0/.test(ip));
        const redacted = redact(`write to ${mail} from host ${ip} soon`);
        expect(redacted.text).not.toContain(mail);
        expect(redacted.text).not.toContain(ip);
      }),
      { numRuns: 500 },
    );
  });

  it('of a redacted text changes nothing, also where replacements are dropped or values are allowed', () => {
    const dropping = createRedactor({ policy: { types: { PHONE_NUMBER: 'drop', API_KEY: 'drop' }, allow: ['jane@example.com'] } });
    fc.assert(
      fc.property(text, (given) => {
        const once = dropping.redact(given).text;
        expect(dropping.redact(once).text).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  it('of a redacted text changes nothing', () => {
    fc.assert(
      fc.property(text, (given) => {
        const once = redact(given).text;
        expect(redact(once).text).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a stream', () => {
  it('gives what the whole gives, wherever it is split', () => {
    const long = fc.array(text, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(long, fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 }), (given, sizes) => {
        const stream = createStreamRedactor(options);
        let out = '';
        for (let at = 0, turn = 0; at < given.length; turn += 1) {
          const size = sizes[turn % sizes.length]!;
          out += stream.push(given.slice(at, at + size));
          at += size;
        }
        out += stream.end();
        const whole = redact(given);
        expect(out).toBe(whole.text);
        expect(stream.counts).toEqual(whole.counts);
      }),
      { numRuns: 300 },
    );
  });

  it('passes text on while it comes', () => {
    const stream = createStreamRedactor();
    let out = '';
    for (let turn = 0; turn < 500; turn += 1) out += stream.push('some words that hold nothing, ');
    // Each of the two passes holds back less than 1,024 characters.
    expect(out.length).toBeGreaterThan(500 * 30 - 2 * 1024);
  });

  it('holds back an open key block, but not without end', () => {
    const stream = createStreamRedactor();
    const begin = ['-----BEGIN ', 'PRIVATE KEY-----\n'].join('');
    let out = stream.push(begin);
    for (let turn = 0; turn < 100; turn += 1) out += stream.push(`${'QUJDREVG'.repeat(8)}\n`);
    expect(out).toBe('');
    for (let turn = 0; turn < 400; turn += 1) out += stream.push(`${'QUJDREVG'.repeat(8)}\n`);
    expect(out).toMatch(/^\[PRIVATE_KEY\]/);
  });
});

describe('findings', () => {
  const findings = fc.array(
    fc.record({ start: fc.integer({ min: -2, max: 40 }), end: fc.integer({ min: -2, max: 44 }), type: fc.constantFrom('A1', 'B1') }),
    { maxLength: 12 },
  );

  it('are merged so that every covered character goes and none else', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 40, maxLength: 40 }), findings, (given, list) => {
        const valid = list.filter(({ start, end }) => start >= 0 && start < end && end <= given.length);
        const merged = mergeFindings(list, given.length);
        const covered = (all: readonly Finding[], at: number): boolean => all.some(({ start, end }) => start <= at && at < end);
        for (let at = 0; at < given.length; at += 1) expect(covered(merged, at)).toBe(covered(valid, at));
        const applied = applyFindings(given, list, () => '');
        expect(applied.text).toBe(Array.from({ length: given.length }, (_, at) => (covered(valid, at) ? '' : given.charAt(at))).join(''));
      }),
    );
  });

  it('of the longest gives the type', () => {
    expect(
      mergeFindings(
        [
          { start: 0, end: 4, type: 'A1' },
          { start: 2, end: 9, type: 'B1' },
        ],
        9,
      ),
    ).toEqual([{ start: 0, end: 9, type: 'B1' }]);
  });
});
