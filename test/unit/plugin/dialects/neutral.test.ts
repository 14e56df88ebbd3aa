import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyDigests, type Message } from '#dialects';
import {
  anthropicEvents,
  chatChunks,
  conversation,
  responsesEvents,
  toAnthropic,
  toChat,
  toCohere,
  toGemini,
  toResponses,
  type Turn,
} from './conversation.ts';
import { answer, CHAT, COHERE, DONE, GEMINI, KEY, MESSAGES, request, RESPONSES, stream } from './support.ts';

const digests = (path: string, body: unknown): string[] => historyDigests(request(path, body).messages, KEY).messages;
const answerDigest = (message: Message | undefined): string | undefined => historyDigests([], KEY, { answer: message }).answer;

type Said = Extract<Turn, { who: 'assistant' }>;

describe('digests know no dialect', () => {
  it('gives one conversation the same digests through chat, responses, Anthropic, Gemini and Cohere', () => {
    fc.assert(
      fc.property(conversation, (turns) => {
        const expected = digests(CHAT, toChat(turns));
        expect(expected).toHaveLength(turns.length);
        expect(digests(RESPONSES, toResponses(turns))).toEqual(expected);
        expect(digests(MESSAGES, toAnthropic(turns))).toEqual(expected);
        expect(digests(GEMINI, toGemini(turns))).toEqual(expected);
        expect(digests(COHERE, toCohere(turns))).toEqual(expected);
      }),
    );
  });

  it('gives a streamed answer the digest that it has when a client sends it back', () => {
    fc.assert(
      fc.property(conversation, fc.boolean(), (turns, hollow) => {
        const at = turns.findIndex((turn) => turn.who === 'assistant');
        const said = turns[at] as Said;
        const sentBack = digests(CHAT, toChat(turns))[at];
        expect(answerDigest(answer(CHAT, stream(chatChunks(said), false, DONE)).message)).toBe(sentBack);
        expect(answerDigest(answer(MESSAGES, stream(anthropicEvents(said), true)).message)).toBe(sentBack);
        expect(answerDigest(answer(RESPONSES, stream(responsesEvents(said, hollow), true)).message)).toBe(sentBack);
      }),
    );
  });

  it('extends a history by appending to its digests', () => {
    fc.assert(
      fc.property(conversation, (turns) => {
        const whole = digests(CHAT, toChat(turns));
        const cut = turns.findLastIndex((turn) => turn.who === 'user') + 1;
        expect(digests(CHAT, toChat(turns.slice(0, cut)))).toEqual(whole.slice(0, cut));
      }),
    );
  });

  it('keeps an answer apart from an example in front of it, whatever stands between in other requests', () => {
    const [u, a] = [(content: string) => ({ role: 'user', content }), (content: string) => ({ role: 'assistant', content })];
    const whole = [u('Is 8 prime?'), a('no'), u('hello'), a('Hello!'), u('why?')];
    // A client that keeps two messages behind its examples: one assistant message follows another.
    const windowed = [...whole.slice(0, 2), ...whole.slice(3)];
    for (const [path, field] of [
      [CHAT, 'messages'],
      [MESSAGES, 'messages'],
      [RESPONSES, 'input'],
    ] as const) {
      const [all, kept] = [digests(path, { [field]: whole }), digests(path, { [field]: windowed })];
      expect(kept).toEqual([...all.slice(0, 2), ...all.slice(3)]);
    }
  });

  it('links an answer of several texts by the first of them, and shows and commits to all', () => {
    const item = (text: string): object => ({
      type: 'message',
      id: `msg_${text}`,
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text, annotations: [] }],
    });
    const output = [item('one'), item('two')];
    const read = answer(RESPONSES, JSON.stringify({ id: 'r', object: 'response', status: 'completed', model: 'm', output }));
    expect(read.text).toBe('one\ntwo');
    expect(read.message?.text).toBe('one\ntwo');
    const next = digests(RESPONSES, { input: [{ role: 'user', content: 'q' }, ...output, { role: 'user', content: 'and?' }] });
    expect(next).toHaveLength(4);
    expect(answerDigest(read.sentBack)).toBe(next[1]);
  });

  it('tells different words, roles, arguments and pictures apart', () => {
    const one = (content: unknown, role = 'user', more = {}): string[] => digests(CHAT, { messages: [{ role, content, ...more }] });
    const call = (args: string): object => ({ tool_calls: [{ id: 'x', type: 'function', function: { name: 'f', arguments: args } }] });
    const picture = (url: string): unknown => [{ type: 'image_url', image_url: { url } }];
    const all = [
      one('a'),
      one('b'),
      one('a', 'assistant'),
      one(null, 'assistant', call('{"a":1}')),
      one(null, 'assistant', call('{"a":2}')),
    ];
    all.push(one(picture('https://x.test/1.png')), one(picture('https://x.test/2.png')), one(picture('data:image/png;base64,AAAA')));
    expect(new Set(all.flat()).size).toBe(all.length);
  });

  it.each([
    ['null', { content: null }],
    ['the empty string', { content: '' }],
    ['nothing', {}],
    ['an empty list', { content: [] }],
    ['an empty text part', { content: [{ type: 'text', text: '' }] }],
  ])('reads a tool call with %s as content as the same message', (_, content) => {
    const tool_calls = [{ id: 'x', type: 'function', function: { name: 'f', arguments: '{ "b" : 1, "a": [] }' } }];
    const asSent = digests(CHAT, { messages: [{ role: 'assistant', ...content, tool_calls }] });
    const asAnthropic = digests(MESSAGES, {
      messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'y', name: 'f', input: { a: [], b: 1 } }] }],
    });
    expect(asSent).toEqual(asAnthropic);
    expect(asSent).toHaveLength(1);
  });

  it.each([[''], ['{}'], [' {\n} ']])('reads %j as a call without arguments', (args) => {
    const tool_calls = [{ id: 'x', type: 'function', function: { name: 'f', arguments: args } }];
    const blocks = [{ type: 'tool_use', id: 'y', name: 'f', input: {} }];
    const expected = digests(MESSAGES, { messages: [{ role: 'assistant', content: blocks }] });
    expect(digests(CHAT, { messages: [{ role: 'assistant', tool_calls }] })).toEqual(expected);
  });

  it('does not break on what clients do to an answer before they send it back', () => {
    const known = digests(CHAT, { messages: [{ role: 'assistant', content: 'First line.\n\nSecond line.' }] });
    for (const content of [
      'First line.\r\n\r\nSecond line.\n',
      '\n\nFirst line.\n\nSecond line.  ',
      '<think>Hm.</think>\n\nFirst line.\n\nSecond line.',
    ]) {
      expect(digests(CHAT, { messages: [{ role: 'assistant', content }] })).toEqual(known);
    }
    const split = [
      { type: 'text', text: 'First line.\n\nSec' },
      { type: 'text', text: 'ond line.' },
    ];
    expect(digests(MESSAGES, { messages: [{ role: 'assistant', content: split }] })).toEqual(known);
  });
});
