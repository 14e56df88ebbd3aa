import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, RedactionError } from '#redact';
import { createNameRedactor, type Finder } from '../../../../control-plane/src/privacy/index.ts';

/** Finds the words it is given, wherever they stand. */
const finderOf = (words: Record<string, string>): Finder & { asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    find: (texts) => {
      asked.push(...texts);
      return Promise.resolve(
        texts.map((text) =>
          Object.entries(words)
            .flatMap(([word, type]) =>
              [...text.matchAll(new RegExp(word, 'g'))].map((match) => ({ start: match.index, end: match.index + word.length, type })),
            )
            .sort((a, b) => a.start - b.start),
        ),
      );
    },
  };
};

describe('name redactor', () => {
  it('masks what the model finds and counts it', async () => {
    const redactor = createNameRedactor({ finder: finderOf({ Anna: 'PERSON', Damrak: 'STREET_ADDRESS' }) });
    expect(await redactor.redact(['Anna lives on Damrak; ask Anna'])).toEqual([
      {
        text: '[PERSON] lives on [STREET_ADDRESS]; ask [PERSON]',
        findings: [
          { start: 0, end: 4, type: 'PERSON' },
          { start: 14, end: 20, type: 'STREET_ADDRESS' },
          { start: 26, end: 30, type: 'PERSON' },
        ],
        counts: { PERSON: 2, STREET_ADDRESS: 1 },
      },
    ]);
  });

  it('asks the model once for a text, also within one call', async () => {
    const finder = finderOf({ Anna: 'PERSON' });
    const redactor = createNameRedactor({ finder });
    await redactor.redact(['Anna', 'Anna', 'Bob']);
    const again = await redactor.redact(['Bob', 'Anna']);
    expect(finder.asked).toEqual(['Anna', 'Bob']);
    expect(again.map(({ text }) => text)).toEqual(['Bob', '[PERSON]']);
  });

  it('forgets the oldest text when its memory is full', async () => {
    const finder = finderOf({});
    const redactor = createNameRedactor({ finder, cacheEntries: 2 });
    for (const text of ['a', 'b', 'c', 'a']) await redactor.redact([text]);
    expect(finder.asked).toEqual(['a', 'b', 'c', 'a']);
  });

  it('leaves placeholders of the first redaction whole', async () => {
    const redactor = createNameRedactor({ finder: finderOf({ EMAIL: 'PERSON', 'to \\[EMAIL_ADDRESS\\] Jo': 'PERSON' }) });
    const [redacted] = await redactor.redact(['mail to [EMAIL_ADDRESS] please']);
    expect(redacted!.text).toBe('mail to [EMAIL_ADDRESS] please');
  });

  it('obeys the policy: keep, drop, hash, allowed values, names off', async () => {
    const finder = finderOf({ Anna: 'PERSON', Paris: 'GPE', Damrak: 'STREET_ADDRESS', Clew: 'PERSON' });
    const redactor = createNameRedactor({
      finder,
      key: new Uint8Array(32),
      policy: { types: { PERSON: 'hash', GPE: 'keep', STREET_ADDRESS: 'drop' }, allow: ['clew'] },
    });
    const [first] = await redactor.redact(['Anna and Clew of Paris live on Damrak.']);
    expect(first!.text).toMatch(/^\[PERSON:[a-z]{16}\] and Clew of Paris live on \.$/);
    const [second] = await redactor.redact(['again Anna']);
    expect(second!.text.slice(6)).toBe(first!.text.slice(0, first!.text.indexOf(' ')));
    const off = createNameRedactor({ finder, policy: { names: false } });
    expect((await off.redact(['Anna']))[0]!.text).toBe('Anna');
  });

  it('gives a value the token that the patterns give it, bound to the same subject', async () => {
    const key = new Uint8Array(32).fill(5);
    for (const action of ['hash', 'pseudonym', 'mask', 'drop'] as const) {
      const policy = { types: { PERSON: action }, dictionaries: [{ type: 'PERSON', words: ['Anna'] }] };
      const patterns = createRedactor({ policy, key });
      const names = createNameRedactor({ finder: finderOf({ Anna: 'PERSON' }), policy: { types: { PERSON: action } }, key });
      const texts = ['I met Anna', 'I met anna', 'I met Anna'];
      const subjects = ['p_one', 'p_one', 'p_two'];
      const first = texts.map((text, index) => patterns.redact(text, subjects[index]).text);
      const second = (await names.redact([texts[0]!, texts[2]!], ['p_one', 'p_two'])).map(({ text }) => text);
      expect(second).toEqual([first[0], first[2]]);
      expect(first[1]).toBe(first[0]);
      if (action === 'pseudonym') expect(second[0]).not.toBe(second[1]);
      else expect(second[0]).toBe(second[1]);
    }
  });

  it('leaves tokens of the first redaction whole, whatever the model says of them', async () => {
    const redactor = createNameRedactor({ finder: finderOf({ abcdefghij: 'PERSON', abcdefghijabcdef: 'PERSON' }) });
    const text = 'mail [EMAIL_ADDRESS_abcdefghij] or [PHONE_NUMBER:abcdefghijabcdef] please';
    expect((await redactor.redact([text]))[0]!.text).toBe(text);
  });

  it('refuses a policy that asks for tokens when there is no key for them', () => {
    expect(() => createNameRedactor({ finder: finderOf({}), policy: { types: { PERSON: 'pseudonym' } } })).toThrow(RedactionError);
  });

  it('fails when the model fails, rather than letting text through', async () => {
    const redactor = createNameRedactor({ finder: { find: () => Promise.reject(new Error('gone')) } });
    await expect(redactor.redact(['Anna'])).rejects.toThrow('gone');
  });

  it('leaves nothing of a finding in the text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('Anna ', 'Zoë-Marie ', 'x ', '[EMAIL_ADDRESS] ', '🙂'), { maxLength: 12 }),
        async (parts) => {
          const redactor = createNameRedactor({ finder: finderOf({ Anna: 'PERSON', 'Zoë-Marie': 'PERSON' }) });
          const [redacted] = await redactor.redact([parts.join('')]);
          expect(redacted!.text).not.toMatch(/Anna|Zoë/);
        },
      ),
    );
  });
});
