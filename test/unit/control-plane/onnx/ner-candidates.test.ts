import { describe, expect, it } from 'vitest';
import { isOneCase, mayHoldNames } from '../../../../control-plane/src/adapters/onnx/ner-candidates.ts';

describe('windows that the model need not read', () => {
  it.each([
    'What are some others?',
    "That's great! How do I make it more efficient, and what's the cost of 3 of them?",
    'Tell me more about the last one. I think it is the best.',
    'Thanks. The first option sounds good; can you compare it with the second?',
    '- What is it?\n- Why is it slow?',
    'I have a question about this. Is it safe?',
  ])('%s', (text) => {
    expect(mayHoldNames(text)).toBe(false);
  });
});

describe('windows that it must read', () => {
  it.each([
    ['a capital inside a sentence', 'Can you tell Ottilie that I am late?'],
    ['a sentence that opens with another word', 'Ottilie is late.'],
    ['a name behind an opening word', 'Hello Ottilie'],
    ['a name without a capital behind an introduction', "Well, I'm ottilie"],
    ['the same, of someone else', 'My boss brandvold is late'],
    ['a word of addresses', 'She lives on larkspur lane'],
    ['a script without capitals', 'Well, 山田 is late'],
  ])('%s', (_, text) => {
    expect(mayHoldNames(text)).toBe(true);
  });
});

describe('a text of one case', () => {
  it.each([
    ['hello from ottilie', true],
    ['HELLO FROM OTTILIE', true],
    ['hello from ottilie, [EMAIL_ADDRESS] and I', true],
    ['hello from Ottilie', false],
    ['Hello from ottilie', false],
    ['42', true],
  ])('%j: %j', (text, expected) => {
    expect(isOneCase(text)).toBe(expected);
  });
});
