import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalize, parseSample, type CompositionPart } from '#contract';
import { composition } from '#dialects';
import { answer, CHAT, MESSAGES, request } from './support.ts';

/** Different salts in a known order. */
function salts(): { randomBytes(size: number): Uint8Array; readonly drawn: Uint8Array[] } {
  const drawn: Uint8Array[] = [];
  return {
    drawn,
    randomBytes(size) {
      const salt = new Uint8Array(size).fill(drawn.length + 1);
      drawn.push(salt);
      return salt;
    },
  };
}

const sha256 = (...parts: (Uint8Array | string)[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');
const opens = (part: CompositionPart | undefined, text: string): boolean =>
  part?.salted === true &&
  part.digest === sha256(Buffer.from(part.salt ?? '', 'base64url'), text) &&
  part.length === Buffer.byteLength(text);

const messages = [
  { role: 'system', content: 'Answer Ada from this.\n<context>\nBread is baked.\n</context>' },
  { role: 'user', content: 'What is bread? <document id="7">Flour, water.</document>' },
  { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'lookup', arguments: '{}' } }] },
  { role: 'tool', tool_call_id: 'c1', content: 'found: bread' },
];
const tools = [{ type: 'function', function: { name: 'lookup', description: 'Looks up', parameters: { type: 'object', properties: {} } } }];

describe('composition', () => {
  const read = request(CHAT, { messages, tools, response_format: { type: 'json_object' } });
  const said = answer(CHAT, { choices: [{ message: { role: 'assistant', content: 'Baked flour.' } }] });

  it('has plain digests for tools and format, commitments for the rest', () => {
    const random = salts();
    const parts = composition(read, said, random);
    const tool = canonicalize({ name: 'lookup', description: 'Looks up', parameters: { type: 'object', properties: {} } });
    expect(parts.tools).toEqual([{ name: 'lookup', digest: sha256(tool), length: tool.length }]);
    expect(parts.responseFormat).toEqual({ digest: sha256('{"type":"json_object"}'), length: 22 });
    expect(parts.instructions).toHaveLength(1);
    expect(parts.instructions?.[0]).toMatchObject({ role: 'system' });
    expect(opens(parts.instructions?.[0], String(messages[0]?.content))).toBe(true);
    expect(opens(parts.output, 'Baked flour.')).toBe(true);
    expect(parts.input?.salted).toBe(true);
    expect(random.drawn.every((salt) => salt.length === 16)).toBe(true);
    const used = [...(parts.instructions ?? []), ...(parts.context ?? []), parts.input, parts.output].map((part) => part?.salt);
    expect(new Set(used).size).toBe(used.length);
    expect(random.drawn).toHaveLength(used.length);
  });

  it('finds tool results and marked blocks, in order, with their source', () => {
    const { context } = composition(read, said, salts());
    expect(context?.map(({ role, name, source }) => [role, name, source])).toEqual([
      ['tool', 'lookup', 'tool'],
      ['system', undefined, 'mark:context'],
      ['user', undefined, 'mark:document'],
    ]);
    expect(opens(context?.[0], 'found: bread')).toBe(true);
    expect(opens(context?.[1], 'Bread is baked.')).toBe(true);
    expect(opens(context?.[2], 'Flour, water.')).toBe(true);
  });

  it('takes other marks, and blocks inside a frame one by one', () => {
    const content = '<context><source id="1">one</source><source id="2">two</source></context> <contexts>no</contexts> <source>open';
    const asked = request(CHAT, { messages: [{ role: 'user', content }] });
    const { context } = composition(asked, undefined, { ...salts(), context: { marks: ['context', 'source'] } });
    expect(context).toHaveLength(2);
    expect(opens(context?.[0], 'one')).toBe(true);
    expect(opens(context?.[1], 'two')).toBe(true);
  });

  it('finds documents that stand beside the text', () => {
    const blocks = [
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'A report' }, title: 'ada.txt' },
      { type: 'search_result', source: 'https://x.test', title: 't', content: [{ type: 'text', text: 'A hit' }] },
      { type: 'text', text: 'What do they say?' },
    ];
    const parts = composition(request(MESSAGES, { messages: [{ role: 'user', content: blocks }] }), undefined, salts());
    expect(parts.context?.map(({ source }) => source)).toEqual(['document', 'search_result']);
    expect(opens(parts.context?.[0], 'A report')).toBe(true);
    expect(opens(parts.context?.[1], 'A hit')).toBe(true);
    expect(JSON.stringify(parts)).not.toContain('ada');
    expect(parts).not.toHaveProperty('output');
  });

  it('is the same for tools whatever the dialect', () => {
    const schema = { type: 'object', properties: {} };
    const other = request(MESSAGES, {
      messages: [{ role: 'user', content: 'q' }],
      tools: [{ name: 'lookup', description: 'Looks up', input_schema: schema }],
    });
    expect(composition(other, undefined, salts()).tools).toEqual(composition(read, undefined, salts()).tools);
  });

  it('has the input differ when anything in it differs', () => {
    const fixed = { randomBytes: (size: number) => new Uint8Array(size) };
    const digest = (content: unknown): string | undefined =>
      composition(request(CHAT, { messages: [{ role: 'user', content }] }), undefined, fixed).input?.digest;
    const picture = (data: string): unknown => [{ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } }];
    expect(new Set([digest('a b'), digest('ab'), digest('a  b'), digest(picture('AAAA')), digest(picture('BBBB'))]).size).toBe(5);
  });

  it('holds more parts than a record has room for in the last one, and fits the contract', () => {
    const many = Array.from({ length: 600 }, (_, at) => ({ type: 'function', function: { name: `f${at}` } }));
    const make = (last: string): ReturnType<typeof composition> => {
      const results = Array.from({ length: 600 }, (_, at) => ({ role: 'tool', tool_call_id: `c${at}`, content: `r${at}` }));
      const system = Array.from({ length: 80 }, (_, at) => ({ role: 'system', content: `s${at}` }));
      const more = [...many, { type: 'function', function: { name: last } }];
      return composition(request(CHAT, { messages: [...system, ...results], tools: more }), said, salts());
    };
    const parts = make('x');
    expect([parts.tools?.length, parts.context?.length, parts.instructions?.length]).toEqual([512, 512, 64]);
    expect(parts.tools?.at(-1)?.name).toBe('(90 more)');
    expect(parts.tools?.at(-1)?.digest).not.toBe(make('y').tools?.at(-1)?.digest);
    expect(parseSample({ version: 1, id: 'x', startedAt: '2026-01-01T00:00:00Z', composition: parts })).toMatchObject({
      ok: true,
      unknownFields: 0,
    });
  });
});
