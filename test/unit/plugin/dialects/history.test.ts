import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalize, parseSample } from '#contract';
import { historyDigests, MAX_DIGESTS } from '#dialects';
import { answer, CHAT, KEY, MESSAGES, request } from './support.ts';

const user = (content: unknown): object => ({ role: 'user', content });
const digests = (messages: readonly unknown[], key = KEY): string[] => historyDigests(request(CHAT, { messages }).messages, key).messages;

describe('history digests', () => {
  it('are role letter and half of a keyed hash over role letter and canonical bytes', () => {
    const [message] = request(CHAT, { messages: [user('Hello there')] }).messages;
    const mac = createHmac('sha256', KEY)
      .update(`u${canonicalize(message?.canonical)}`)
      .digest();
    expect(digests([user('Hello there')])).toEqual([`u${mac.subarray(0, 16).toString('base64url')}`]);
  });

  it('leave out instructions and what holds wrappers only, keep empty tool results', () => {
    const reminder = '<system-reminder>Monday</system-reminder>';
    const messages = [
      { role: 'system', content: 'x' },
      user(reminder),
      user('q'),
      { role: 'assistant', content: '' },
      { role: 'tool', tool_call_id: 'c', content: '' },
    ];
    expect(digests(messages).map((digest) => digest[0])).toEqual(['u', 't']);
  });

  it('do not change with the reminders around a message', () => {
    const text = (day: string): unknown => [
      { type: 'text', text: `<system-reminder>${day}</system-reminder>` },
      { type: 'text', text: 'Bake bread' },
    ];
    expect(digests([user(text('Monday'))])).toEqual(digests([user(text('Tuesday'))]));
    expect(digests([user(text('Monday'))])).toEqual(digests([user('Bake bread')]));
  });

  it('depend on the key', () => {
    expect(digests([user('yes')])).not.toEqual(digests([user('yes')], new Uint8Array(32).fill(8)));
  });

  it('keep the newest of a long history and say how many they dropped', () => {
    const messages = Array.from({ length: MAX_DIGESTS + 5 }, (_, at) => user(`message ${at}`));
    const history = historyDigests(request(CHAT, { messages }).messages, KEY);
    expect(history.messages).toHaveLength(MAX_DIGESTS);
    expect(history.dropped).toBe(5);
    expect(history.messages.at(-1)).toBe(digests([user(`message ${MAX_DIGESTS + 4}`)])[0]);
  });

  it('carry the answer, the summary and the key id, and fit the contract', () => {
    const read = request(MESSAGES, { messages: [user('This session is being continued from a previous conversation.'), user('go on')] });
    const { message } = answer(MESSAGES, { content: [{ type: 'text', text: 'Fine' }] });
    const history = historyDigests(read.messages, KEY, { answer: message, summary: read.startsWithSummary, keyId: 'k1' });
    expect(history).toMatchObject({ summary: true, keyId: 'k1' });
    expect(history.answer).toBe(digests([{ role: 'assistant', content: 'Fine' }])[0]);
    expect(parseSample({ version: 1, id: 'x', startedAt: '2026-01-01T00:00:00Z', history })).toMatchObject({ ok: true, unknownFields: 0 });
  });

  it('never throw on text that has no UTF-8', () => {
    const anyText = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(anyText, anyText, (text, name) => {
        const call = { id: 'c', type: 'function', function: { name: `f${name}`, arguments: JSON.stringify({ [name]: text }) } };
        const found = digests([user(text), user('x'), { role: 'assistant', content: text, tool_calls: [call] }]);
        for (const digest of found) expect(digest).toMatch(/^[uat][A-Za-z0-9_-]{22}$/);
        expect(found.length).toBeGreaterThanOrEqual(2);
      }),
    );
  });
});
