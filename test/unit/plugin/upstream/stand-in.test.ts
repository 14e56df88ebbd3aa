// What the provider reads: no value that is found, and nothing else changed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { restoreText, type Policy } from '#contract';
import { createRedactor, createStandIns, type StandInWriter } from '#redact';
import { readConfig } from '../../../../plugin/src/config.ts';
import type { CapturedRequest } from '../../../../plugin/src/observe/index.ts';
import { StandInRoute } from '../../../../plugin/src/upstream/index.ts';
import { VALUES } from '../redact/values.ts';

const KEY = Buffer.alloc(32, 7);
const MAIL = 'ada.lovelace@example.org';
const CARD = '4111 1111 1111 1111';
const make = createStandIns({ key: KEY });

function replaced(writer: StandInWriter, text: string): string | undefined {
  const work = writer.json(text);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
const written = (body: unknown) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const writer = make(text);
  return { text: replaced(writer, text), standIns: writer.standIns() };
};

describe('a request with stand-ins', () => {
  it('holds no value in any field, and gives back every word', () => {
    const redactor = createRedactor();
    const texts = VALUES.map(([, text]) => text);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...texts), fc.string({ unit: 'grapheme', maxLength: 10 })), { maxLength: 6 }),
        (parts) => {
          const spoken = parts.map(([text, noise]) => `${noise}\n${text}`).join(' ');
          const { text, standIns } = written({ model: 'gpt-4o', messages: [{ role: 'user', content: [{ type: 'text', text: spoken }] }] });
          const { messages } = JSON.parse(text!) as { messages: [{ content: [{ text: string }] }] };
          const sent = messages[0].content[0].text;
          expect(redactor.redact(sent).findings).toEqual([]);
          expect(restoreText(sent, standIns, 0)).toBe(spoken);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('leaves every other byte: numbers beyond doubles, members twice, spaces, escapes', () => {
    const body = `{ "model":"m",\t"seed": 12345678901234567890, "x":1.0,"x":2e3, "a":"\\u00e9\\/", "messages":[{"content":"\\"${MAIL}\\""}]}\n`;
    expect(written(body).text).toBe(body.replace(MAIL, '[EMAIL_ADDRESS_1]'));
    const clean = '{"messages":[{"content":"\\u00e9 nothing"}]}';
    expect(written(clean)).toEqual({ text: clean, standIns: {} });
  });

  it('replaces in arguments, results and tool inputs so that they stay JSON', () => {
    const { text } = written({
      messages: [
        {
          tool_calls: [
            { function: { arguments: JSON.stringify({ to: MAIL, card: 4111111111111111, deep: JSON.stringify({ cc: MAIL }) }) } },
          ],
        },
        { role: 'tool', content: JSON.stringify([{ [MAIL]: 'owner' }]) },
        { content: [{ type: 'tool_use', input: { phone_number: 4915112345678, retries: 3 } }] },
      ],
    });
    const { messages } = JSON.parse(text!) as {
      messages: [{ tool_calls: [{ function: { arguments: string } }] }, { content: string }, { content: [{ input: unknown }] }];
    };
    const args = JSON.parse(messages[0].tool_calls[0].function.arguments) as { deep: string };
    expect(args).toMatchObject({ to: '[EMAIL_ADDRESS_1]', card: '[CREDIT_CARD_1]' });
    expect(JSON.parse(args.deep)).toEqual({ cc: '[EMAIL_ADDRESS_1]' });
    expect(JSON.parse(messages[1].content)).toEqual([{ '[EMAIL_ADDRESS_1]': 'owner' }]);
    expect(messages[2].content[0].input).toEqual({ phone_number: '[PHONE_NUMBER_1]', retries: 3 });
  });

  it('leaves what providers look up: names of models, ids, signatures, pictures', () => {
    const body = {
      model: 'ft:gpt-4o:acme:4111111111111111',
      previous_response_id: 'resp_4111111111111111',
      input: [
        { type: 'function_call_output', call_id: 'call_4111111111111111', output: 'ok' },
        { type: 'reasoning', encrypted_content: 'AKIAIOSFODNN7EXAMPLE' },
        { type: 'input_image', image_url: 'data:image/png;base64,AKIAIOSFODNN7EXAMPLE' },
      ],
    };
    expect(written(body).text).toBe(JSON.stringify(body));
    expect(written({ messages: [{ tool_call_id: `call of ${MAIL}` }] }).text).not.toContain(MAIL);
  });

  it('gives each user one name, the same in each request, and no other value one that outlives it', () => {
    const [one, two] = [written({ user: MAIL, messages: [{ content: `a ${CARD}` }] }), written({ user: MAIL, messages: [] })];
    const nameOf = (text: string): string => (JSON.parse(text) as { user: string }).user;
    expect(nameOf(one.text!)).toBe(nameOf(two.text!));
    expect(nameOf(one.text!)).toMatch(/^\[USER_[A-Z]{20}\]$/);
    expect(one.standIns).toHaveProperty([nameOf(one.text!)]);
    expect(Object.keys(written({ messages: [{ content: 'card 5555555555554444' }] }).standIns)).toEqual(['[CREDIT_CARD_1]']);
  });

  it('takes no stand-in that the client wrote itself, and keeps spellings apart', () => {
    const { text, standIns } = written({ messages: [{ content: `[EMAIL_ADDRESS_1] ${MAIL} ${MAIL.toUpperCase()} ${MAIL}` }] });
    expect(text).toContain('[EMAIL_ADDRESS_1] [EMAIL_ADDRESS_2] [EMAIL_ADDRESS_3] [EMAIL_ADDRESS_2]');
    expect(Object.values(standIns).map(([value]) => value)).toEqual([MAIL, MAIL.toUpperCase()]);
  });

  it('reads the same from the beginning each time that a conversation is sent again', () => {
    const first = [{ content: `I am ${MAIL}` }];
    const [one, two] = [written({ messages: first }).text!, written({ messages: [...first, { content: `card ${CARD}` }] }).text!];
    expect(two.startsWith(one.slice(0, -2))).toBe(true);
  });

  it('is none where the body is no JSON, and survives what patterns of a policy find in stand-ins', () => {
    expect(written('{"a":').text).toBeUndefined();
    const policy = { patterns: [{ type: 'TICKET', pattern: '[0-9]+' }] };
    const whole = JSON.stringify({ messages: [{ content: `${MAIL} ticket 77` }] });
    const writer = createStandIns({ key: KEY, policy })(whole);
    const text = replaced(writer, whole)!;
    expect(text).toContain('[EMAIL_ADDRESS_1] ticket [TICKET_1]');
    expect(restoreText(text, writer.standIns(), 1)).toBe(whole);
  });
});

describe('a route with stand-ins', () => {
  const policy: Policy = { version: 1 };
  const routeWith = (settings: Record<string, unknown> = {}): StandInRoute => {
    const { config, faults } = readConfig({ token: 't', hash_key: 'sixteen characters', upstream: 'pseudonyms', ...settings });
    expect(faults).toEqual([]);
    return new StandInRoute(config);
  };
  const request = (fields: Partial<CapturedRequest> = {}): CapturedRequest => ({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ content: MAIL }] }),
    bodyTruncated: false,
    startedMs: 0,
    restores: true,
    ...fields,
  });

  it.each([
    ['longer than the limit', { body: JSON.stringify({ content: 'x'.repeat(2000) }) }, 'too_large'],
    ['not whole', { bodyTruncated: true, body: undefined }, 'not_read'],
    ['a connection that is upgraded', { headers: { upgrade: 'websocket' }, body: undefined }, 'not_read'],
    ['compressed', { body: Buffer.from([0x1f, 0x8b, 0xff]) }, 'not_json'],
    ['no JSON', { body: `to=${MAIL}` }, 'not_json'],
    ['without the scripts that put values back', { restores: false }, 'no_companion'],
  ] as const)('says of a body that is %s why it cannot go', async (_name, fields, reason) => {
    const outcome = await routeWith({ upstream_max_bytes: 1024 }).prepare(request(fields), policy);
    expect(outcome).toEqual({ kind: 'unreadable', reason });
  });

  it('takes away headers that name somebody, and no key', async () => {
    const headers = {
      authorization: 'Bearer sk-x',
      'x-api-key': MAIL,
      'x-user-email': MAIL,
      'x-forwarded-for': '203.0.113.7',
      'x-app': 'web',
    };
    const outcome = await routeWith().prepare(request({ headers }), policy);
    expect(outcome).toMatchObject({ kind: 'replaced', clearHeaders: ['x-user-email'] });
    expect(await routeWith().prepare(request({ headers, body: undefined }), policy)).toEqual({
      kind: 'clean',
      clearHeaders: ['x-user-email'],
    });
  });

  it('obeys what the policy allows, but not below the floor of the settings', async () => {
    const loose: Policy = { version: 1, redaction: { types: { EMAIL_ADDRESS: 'keep', CREDIT_CARD: 'keep' }, allow: [CARD] } };
    const body = JSON.stringify({ messages: [{ content: `${MAIL} ${CARD}` }] });
    const outcome = await routeWith().prepare(request({ body }), loose);
    expect(outcome).toMatchObject({ body: body.replace(CARD, '[CREDIT_CARD_1]') });
  });

  it('is one by the settings, or by the first rule of the policy that says anything of it', () => {
    const rules: Policy = {
      version: 1,
      routes: [
        { match: { route: 'a-*' }, mode: 'off' },
        { match: { route: 'a-1', service: 's' }, mode: 'full', upstream: 'pseudonyms' },
        { match: { route: 'a-*', consumer: '*' }, mode: 'full', upstream: 'pseudonyms' },
        { match: { route: '*' }, mode: 'full', upstream: 'as_is' },
      ],
      upstream: { unreadable: 'pass' },
    };
    const [left, demanded] = [routeWith({ upstream: 'as_is' }), routeWith()];
    expect([left.mayBeAsked(rules), left.mayBeAsked(policy), demanded.mayBeAsked(policy)]).toEqual([true, false, true]);
    const places = [{ route: 'a-1', service: 's' }, { route: 'a-1', service: 't' }, { route: 'a-2' }, {}];
    expect(places.map((place) => left.isAsked(rules, { service: undefined, route: undefined, ...place }))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(demanded.isAsked(rules, { route: 'b', service: undefined })).toBe(true);
    expect([left.whereUnreadable(rules), left.whereUnreadable(policy)]).toEqual(['pass', 'refuse']);
    // The gateway's word counts.
    expect(routeWith({ upstream_unreadable: 'refuse' }).whereUnreadable(rules)).toBe('refuse');
  });

  it('says where the answer is to be JSON', async () => {
    for (const asks of [{ response_format: { type: 'json_object' } }, { text: { format: { type: 'json_schema' } } }]) {
      const outcome = await routeWith().prepare(request({ body: JSON.stringify({ ...asks, input: MAIL }) }), policy);
      expect(outcome).toMatchObject({ isJsonText: true });
    }
    for (const body of [[MAIL], { text: null, input: MAIL }]) {
      expect(await routeWith().prepare(request({ body: JSON.stringify(body) }), policy)).toMatchObject({ isJsonText: false });
    }
  });
});
