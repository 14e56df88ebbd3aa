import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, type Redactor } from '#redact';
import { createGuardrail } from '../../../../control-plane/src/litellm/index.ts';

const SCOPE = { tenant: 'acme', environment: 'production' };
const guardrail = (redactor: Redactor = createRedactor()) => createGuardrail(() => redactor);
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
