import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LlmRequest } from '#dialects';
import { handedOver, onlyMessage, summariesIn } from '../../../../plugin/src/record/handover.ts';

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

describe('texts that may be a summary of a conversation', () => {
  const SUMMARY = 'The user bakes rye bread and asks about ovens.';
  const request = (instructions: readonly string[], first: string | undefined, auxiliary?: LlmRequest['auxiliary']) => ({
    auxiliary,
    instructions: instructions.map((text) => message('system', text)),
    messages: first === undefined ? [] : [message('user', first)],
    startsWithSummary: first !== undefined,
  });
  const made = summariesIn(request([], 'Write a summary of the following.', 'summary'), { text: SUMMARY });

  it.each([
    ['as it is', [SUMMARY], undefined],
    ['behind a heading', [`Summary of the conversation so far: ${SUMMARY}`], undefined],
    ['behind a heading of its own line', ['You are kind and short.', `Conversation summary\n${SUMMARY}\n`], undefined],
    ['in tags, as a message', [], `<summary>\n${SUMMARY}\n</summary>`],
    ['written otherwise', [SUMMARY.toUpperCase().replaceAll(' ', '\n ')], undefined],
  ] as const)('are the same on both ends: %s', (_name, instructions, first) => {
    expect(made).toHaveLength(1);
    expect(summariesIn(request(instructions, first), { text: 'unrelated' })).toContain(made[0]);
  });

  it('are few, long enough to be one, and never those of other calls beside a conversation', () => {
    expect(summariesIn(request(['Be kind.'], undefined), { text: SUMMARY })).toEqual([]);
    expect(summariesIn(request([SUMMARY], undefined, 'title'), { text: SUMMARY })).toEqual([]);
    expect(
      summariesIn(
        request(
          Array.from({ length: 40 }, (_, i) => `Summary ${i}: ${SUMMARY}`),
          undefined,
        ),
        { text: '' },
      ).length,
    ).toBeLessThanOrEqual(8);
    expect(summariesIn(request(['x'.repeat(100_001)], undefined), { text: '' })).toEqual([]);
  });
});
