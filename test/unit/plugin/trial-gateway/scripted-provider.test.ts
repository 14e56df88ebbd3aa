import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../plugin/trial-gateway/scripted-provider/ask.ts';
import { valueForSchema } from '../../../../plugin/trial-gateway/scripted-provider/from-schema.ts';
import { chatEvents, chatJson, readChat } from '../../../../plugin/trial-gateway/scripted-provider/openai-chat.ts';
import { pieces, planAnswer } from '../../../../plugin/trial-gateway/scripted-provider/plan.ts';
import { readScript, withoutScript } from '../../../../plugin/trial-gateway/scripted-provider/script.ts';
import { composeAnswer, composeTitle } from '../../../../plugin/trial-gateway/scripted-provider/sentences.ts';

const chat = (content: string, more: JsonObject = {}): JsonObject => ({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content }],
  ...more,
});
const plan = (body: JsonObject) => {
  const ask = readChat(body);
  return planAnswer(ask, readScript(undefined, ask.prompt), JSON.stringify(body), 1_000);
};

describe('scripts', () => {
  it('are read from header and prompt, the header first', () => {
    expect(readScript('slow=5; error=429', 'x [[slow=9; filter]]')).toEqual({ slowMs: 5, error: 429, isFiltered: true });
  });

  it('leave ordinary text alone', () => {
    for (const text of ['see [[Main Page]]', 'a[[0]]', '[[ ]]', 'if [[ -f x ]]; then']) {
      expect(readScript(undefined, text)).toEqual({});
      expect(withoutScript(text)).toBe(text.trim());
    }
    expect(withoutScript('rain? [[tool=a,b]]')).toBe('rain?');
  });

  it('never throw and never wait for long', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (header, prompt) => {
        expect(readScript(header, `[[${prompt}]]`).slowMs ?? 0).toBeLessThanOrEqual(60_000);
      }),
    );
    expect(readScript('slow=1e99', '').slowMs).toBe(1);
    expect(readScript('slow=99999999', '').slowMs).toBe(60_000);
  });
});

describe('answers', () => {
  it('stay on the subject, also when the question names none', () => {
    expect(composeAnswer('How do I prune apple trees?', [], [])).toMatch(/prune apple trees/);
    expect(composeAnswer('And why?', ['How do I prune apple trees?'], [])).toMatch(/prune apple trees/);
    expect(composeAnswer('', [], [])).toMatch(/\w/);
    expect(composeTitle('Please explain quantum entanglement simply')).toBe('Explain Quantum Entanglement Simply');
  });

  it('are the same for the same request and name the snapshot that ran', () => {
    const body = chat('How tall is the tower?');
    expect(plan(body)).toEqual(plan(body));
    expect(plan(body).model).toBe('gpt-4o-mini-2024-07-18');
    expect(plan(chat('x [[model=gpt-4o-2024-05-13]]')).model).toBe('gpt-4o-2024-05-13');
    expect(plan(chat('x', { model: 'my-own' })).model).toBe('my-own');
  });

  it('stream to the text that they have as JSON', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }), (prompt, limit) => {
        const body = chat(prompt, limit === undefined ? {} : { max_tokens: limit });
        const planned = plan(body);
        const json = chatJson(planned) as { choices: { message: { content: string | null } }[] };
        const streamed = chatEvents(planned, body)
          .map(({ data }) =>
            typeof data === 'string' ? '' : ((data as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? ''),
          )
          .join('');
        expect(streamed).toBe(json.choices[0]!.message.content ?? '');
      }),
    );
    expect(pieces('a  b\n c ').join('')).toBe('a  b\n c ');
    expect(pieces('x'.repeat(30_000)).join('')).toHaveLength(30_000);
  });

  it('are as long as the script says', () => {
    expect(plan(chat('rivers [[length=5000]]')).text).toHaveLength(5000);
    expect(plan(chat('rivers [[say=yes]]')).text).toBe('yes');
    expect(plan(chat('rivers [[say64=5LqsOyDYqA==]]')).text).toBe('京; ب');
  });

  it('call tools only when asked to, and after their results only when asked again', () => {
    const tools = [{ type: 'function', function: { name: 'a', parameters: {} } }];
    expect(plan(chat('x', { tools })).toolCalls).toEqual([]);
    expect(plan(chat('x [[tool=a]]', { tools })).toolCalls).toHaveLength(1);
    expect(plan(chat('x [[tool=b]]', { tools })).toolCalls).toEqual([]);
    expect(plan(chat('x', { tools, tool_choice: 'required' })).finish).toBe('tool');
    const messages = [
      { role: 'user', content: 'x [[tool=a]]' },
      { role: 'tool', content: 'done' },
    ];
    expect(plan({ model: 'm', tools, messages }).toolCalls).toEqual([]);
    const again = [
      { role: 'user', content: 'x [[tool=a; again]]' },
      { role: 'tool', content: 'done' },
    ];
    expect(plan({ model: 'm', tools, messages: again }).toolCalls).toHaveLength(1);
  });
});

describe('values for a schema', () => {
  const ajv = new Ajv({ strict: false });
  it.each([
    [
      {
        type: 'object',
        properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 3 }, unit: { enum: ['c', 'f'] } },
        required: ['city'],
      },
    ],
    [{ type: 'array', items: { type: 'object', properties: { ok: { type: 'boolean' }, n: { type: 'number' } } } }],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }],
    [{ type: ['null', 'string'] }],
    [{ const: 7 }],
  ])('fit %o', (schema) => {
    expect(ajv.validate(schema, valueForSchema(schema as JsonObject, ['some', 'words']))).toBe(true);
  });
});
