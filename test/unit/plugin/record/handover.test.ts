import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { handedOver, onlyMessage } from '../../../../plugin/src/record/handover.ts';

const calls = (...texts: readonly string[]) => ({
  toolCalls: texts.map((text, index) => ({ id: `c${index}`, name: 'research', arguments: text })),
});
const message = (role: 'user' | 'assistant' | 'system', text: string) => ({
  role,
  text,
  toolCalls: [],
  toolCallId: undefined,
  canonical: text,
});

describe('what a tool call hands over', () => {
  it('is what the called agent says first, whatever the white space and case', () => {
    const answer = calls('{"input": "Find quiet  campsites\\nnear Dinant", "options": {"depth": ["as deep as it goes"]}}');
    expect(handedOver(answer)).toEqual(['find quiet campsites near dinant', 'as deep as it goes']);
    const prompt = '  Find quiet campsites near dinant ';
    expect(onlyMessage({ messages: [message('system', 'You search.'), message('user', prompt)], prompt })).toBe(handedOver(answer)[0]);
  });

  it('is nothing where a request carries a conversation, or next to no text', () => {
    const prompt = 'Find quiet campsites near Dinant';
    const later = [message('user', prompt), message('assistant', 'Here are three.'), message('user', prompt)];
    expect(onlyMessage({ messages: later, prompt })).toBeUndefined();
    expect(onlyMessage({ messages: [message('user', 'yes')], prompt: 'yes' })).toBeUndefined();
    expect(handedOver(calls('{"language": "nl", "count": 3}', 'not even JSON', ''))).toEqual(['not even json']);
  });

  it('is bounded, and each text once, whatever a model wrote', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.json(), fc.string()), { maxLength: 40 }), (texts) => {
        const texts64 = handedOver(calls(...texts));
        expect(texts64.length).toBeLessThanOrEqual(64);
        expect(new Set(texts64).size).toBe(texts64.length);
        for (const text of texts64) expect(text.length).toBeGreaterThanOrEqual(8);
      }),
    );
    const many = calls(JSON.stringify(Array.from({ length: 10_000 }, (_, index) => `text number ${index}`)));
    expect(handedOver(many)).toHaveLength(64);
  });
});
