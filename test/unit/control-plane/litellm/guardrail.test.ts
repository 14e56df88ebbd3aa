import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, createStandIns, type Redactor } from '#redact';
import { createCallStandIns, createGuardrail } from '../../../../control-plane/src/litellm/index.ts';

const SCOPE = { tenant: 'acme', environment: 'production' };
let nowMs = 0;
const standIns = () => createCallStandIns(() => createStandIns({ key: Buffer.alloc(32, 1) }), { nowMs: () => nowMs });
const guardrail = (redactor: Redactor = createRedactor()) => createGuardrail(() => redactor, standIns());
const ask = (fields: Record<string, unknown>) => ({
  input_type: 'request',
  litellm_call_id: 'call-1',
  tool_calls: null,
  structured_messages: null,
  ...fields,
});

describe('the guardrail', () => {
  it('says NONE of texts that hold nothing, and sends none back', async () => {
    expect(await guardrail().judge(ask({ texts: ['How are you?', ''] }), SCOPE)).toEqual({ action: 'NONE' });
    expect(await guardrail().judge(ask({ texts: null }), SCOPE)).toEqual({ action: 'NONE' });
  });

  it('sends back as many texts as it was asked about, redacted, for requests and responses', async () => {
    for (const type of ['request', 'response']) {
      const reply = await guardrail().judge(ask({ input_type: type, texts: ['fine', 'I am a@example.org'] }), SCOPE);
      expect(reply).toEqual({ action: 'GUARDRAIL_INTERVENED', texts: ['fine', 'I am [EMAIL_ADDRESS]'] });
    }
  });

  it('does as the policy says', async () => {
    const kept = createRedactor({ policy: { types: { EMAIL_ADDRESS: 'keep' } } });
    expect(await guardrail(kept).judge(ask({ texts: ['a@example.org'] }), SCOPE)).toEqual({ action: 'NONE' });
  });

  it('redacts arguments of tool calls in whole messages, as JSON', async () => {
    const call = { id: 'c1', type: 'function', function: { name: 'send', arguments: JSON.stringify({ to: 'a@example.org', "it's": 1 }) } };
    const messages = [
      { role: 'user', content: 'Write to a@example.org' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'sent to a@example.org' }] },
    ];
    const reply = await guardrail().judge(
      ask({ texts: ['Write to a@example.org'], tool_calls: [call], structured_messages: messages }),
      SCOPE,
    );
    expect(JSON.stringify(reply)).not.toContain('a@example.org');
    const [user, assistant, tool] = reply.structured_messages as { content: unknown; tool_calls?: { function: { arguments: string } }[] }[];
    expect(user?.content).toBe('Write to [EMAIL_ADDRESS]');
    expect(JSON.parse(assistant?.tool_calls?.[0]?.function.arguments ?? '')).toEqual({ to: '[EMAIL_ADDRESS]', "it's": 1 });
    expect(tool).toMatchObject({ tool_call_id: 'c1', content: [{ type: 'text', text: 'sent to [EMAIL_ADDRESS]' }] });
  });

  it('leaves messages alone where no argument holds anything', async () => {
    const call = { id: 'c1', type: 'function', function: { name: 'send', arguments: '{"to":"nobody"}' } };
    const reply = await guardrail().judge(
      ask({ texts: ['a@example.org'], tool_calls: [call], structured_messages: [{ role: 'assistant', tool_calls: [call] }] }),
      SCOPE,
    );
    expect(reply).not.toHaveProperty('structured_messages');
  });

  it('remembers which calls it masked, per tenant and environment', async () => {
    const one = guardrail();
    await one.judge(ask({ texts: ['a@example.org'] }), SCOPE);
    await one.judge(ask({ litellm_call_id: 'call-2', texts: ['fine'] }), SCOPE);
    expect(one.verdict(SCOPE, 'call-1')).toBe('mask');
    expect(one.verdict(SCOPE, 'call-2')).toBe('pass');
    expect(one.verdict(SCOPE, 'call-3')).toBeUndefined();
    expect(one.verdict({ ...SCOPE, tenant: 'globex' }, 'call-1')).toBeUndefined();
  });

  it('says what is wrong with a question, without repeating it', async () => {
    for (const bad of [null, [], 'secret', ask({ input_type: 'secret' }), ask({ texts: 'secret' }), ask({ texts: ['a', 5, 'secret'] })]) {
      const error = await guardrail()
        .judge(bad, SCOPE)
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'invalid_body' });
      expect(String(error)).not.toContain('secret');
    }
  });

  it('is unavailable when redacting fails, so that LiteLLM’s fail_open or fail_closed decides', async () => {
    const broken: Redactor = {
      ...createRedactor(),
      redact: () => {
        throw new Error('secret text');
      },
    };
    const error = await guardrail(broken)
      .judge(ask({ texts: ['x'] }), SCOPE)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'unavailable', status: 503 });
    expect(String(error)).not.toContain('secret');
  });

  it('keeps number and order of texts, and never lets an address through', async () => {
    const text = fc.oneof(fc.string(), fc.constant('mail me: jo.doe@example.com.'));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 8 }), async (texts) => {
        const reply = await guardrail().judge(ask({ texts }), SCOPE);
        expect(reply.texts ?? texts).toHaveLength(texts.length);
        expect(JSON.stringify(reply.texts ?? texts)).not.toContain('jo.doe@example.com');
      }),
      { numRuns: 100 },
    );
  });
});

describe('the guardrail with stand-ins', () => {
  const asks = (fields: Record<string, unknown>) => ask({ additional_provider_specific_params: { upstream: 'pseudonyms' }, ...fields });
  const other = { tenant: 'acme', environment: 'test' };

  it('gives each call its own words back, however its stream is cut, and no other call', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.string({ unit: 'grapheme', maxLength: 8 }), async (cut, noise) => {
        const judge = guardrail();
        const said = `${noise} I am ada@example.org, not bob@example.org`;
        const request = await judge.judge(asks({ texts: [said] }), SCOPE);
        const [sent] = request.texts!;
        expect(sent).not.toContain('@example');
        const whole = await judge.judge(asks({ input_type: 'response', texts: [sent!] }), SCOPE);
        expect(whole.texts).toEqual([said]);
        // What a stream may show of a beginning is a beginning of the whole.
        const begun = await judge.judge(asks({ input_type: 'response', texts: [sent!.slice(0, cut)] }), SCOPE);
        const shown = begun.texts![0]!.slice(0, begun.texts![0]!.length - begun.stream_holdback_chars![0]!);
        expect(said.startsWith(shown)).toBe(true);
        for (const [scope, id] of [
          [SCOPE, 'call-2'],
          [other, 'call-1'],
        ] as const) {
          const foreign = await judge.judge(asks({ input_type: 'response', texts: [sent!], litellm_call_id: id }), scope);
          expect(foreign).toEqual({ action: 'NONE' });
        }
      }),
      { numRuns: 100 },
    );
  });

  it('gives nobody anything where two requests come under one id', async () => {
    const judge = guardrail();
    await judge.judge(asks({ texts: ['I am ada@example.org'] }), SCOPE);
    await judge.judge(asks({ texts: ['I am bob@example.org'] }), SCOPE);
    expect(await judge.judge(asks({ input_type: 'response', texts: ['[EMAIL_ADDRESS_1]'] }), SCOPE)).toEqual({ action: 'NONE' });
  });

  it('remembers of each call what the provider was let read, per tenant and environment', async () => {
    const judge = guardrail();
    await judge.judge(asks({ texts: ['ada@example.org'], litellm_call_id: 'held-back' }), SCOPE);
    await judge.judge(asks({ texts: ['hello'], litellm_call_id: 'harmless' }), SCOPE);
    await judge.judge(ask({ texts: ['ada@example.org'], litellm_call_id: 'masked' }), SCOPE);
    expect(['held-back', 'harmless', 'masked'].map((id) => judge.reading(SCOPE, id))).toEqual(['stand_ins', 'nothing_found', undefined]);
    expect(judge.reading(other, 'held-back')).toBeUndefined();
  });

  it('forgets', async () => {
    const judge = guardrail();
    await judge.judge(asks({ texts: ['I am ada@example.org'] }), SCOPE);
    nowMs += 31 * 60_000;
    expect(await judge.judge(asks({ input_type: 'response', texts: ['[EMAIL_ADDRESS_1]'] }), SCOPE)).toEqual({ action: 'NONE' });
  });

  it('replaces in arguments of calls, and says NONE where nothing is found; masks where the call has no id', async () => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{"to":"ada@example.org"}' } };
    const messages = [{ role: 'assistant', content: null, tool_calls: [call] }];
    const reply = await guardrail().judge(asks({ texts: ['ada@example.org'], tool_calls: [call], structured_messages: messages }), SCOPE);
    expect(reply.texts).toEqual(['[EMAIL_ADDRESS_1]']);
    expect(JSON.stringify(reply.structured_messages)).toContain(String.raw`{\"to\":\"[EMAIL_ADDRESS_1]\"}`);
    expect(await guardrail().judge(asks({ texts: ['hello'] }), SCOPE)).toEqual({ action: 'NONE' });
    const masked = await guardrail().judge(asks({ texts: ['ada@example.org'], litellm_call_id: null }), SCOPE);
    expect(masked.texts).toEqual(['[EMAIL_ADDRESS]']);
  });
});
