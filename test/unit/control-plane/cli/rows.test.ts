import { describe, expect, it } from 'vitest';
import { tenantKeys } from '#contract';
import { historyDigests, readRequest } from '#dialects';
import { findPrincipal } from '../../../../plugin/src/principal/index.ts';
import { sampleOf } from '../../../../control-plane/src/cli/rows.ts';

const HASH_KEY = 'a hash key of a gateway';

/** As a gateway sees who sends the header. */
const atGateway = (user: string, tenant: string): string | undefined =>
  findPrincipal(
    [{ from: 'header:x-clew-user' }],
    { headers: { 'x-clew-user': user }, claims: undefined, consumer: undefined, credential: undefined, body: () => undefined },
    tenantKeys(HASH_KEY, tenant).principal,
  )?.id;

describe('a row of past conversations', () => {
  const imported = (row: Record<string, unknown>, tenant: string) => {
    const made = sampleOf({ id: 'r1', ts: 1_700_000_000, text: 'Hello', ...row }, tenantKeys(HASH_KEY, tenant));
    if ('problem' in made) throw new Error(made.problem);
    return made.sample;
  };

  it.each(['jane', 'Zoë', 'Zoe\u0308', ' jane ', '42'])('has the principal that a gateway gives the same user: %j', (user) => {
    expect(imported({ user }, 'acme').principal?.id).toBe(atGateway(user, 'acme'));
    expect(imported({ user }, 'acme').principal?.id).not.toBe(atGateway(user, 'other'));
  });

  it('has the history digests that a gateway takes of the same messages', () => {
    const messages = [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi' },
      { role: 'user', content: 'And now?' },
    ];
    const reading = readRequest({
      method: 'POST',
      path: '/v1/chat/completions',
      requestHeaders: {},
      requestBody: JSON.stringify({ model: 'm', messages }),
      requestTruncated: false,
      status: undefined,
      responseHeaders: {},
      responseBody: undefined,
      responseTruncated: false,
    });
    if (!reading.ok) throw new Error('unread');
    const principal = atGateway('jane', 'acme')!;
    const expected = historyDigests(reading.request.messages, tenantKeys(HASH_KEY, 'acme').history(principal), {
      answer: undefined,
      summary: reading.request.startsWithSummary,
    });
    expect(imported({ user: 'jane', messages }, 'acme').history).toEqual(expected);
  });
});
