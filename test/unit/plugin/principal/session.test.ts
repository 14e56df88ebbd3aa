import { describe, expect, it } from 'vitest';
import { findSession, type SessionFacts } from '../../../../plugin/src/principal/index.ts';
import { parseBaggage } from '../../../../plugin/src/trace/baggage.ts';

const key = Buffer.alloc(32, 1);
const none: SessionFacts = { headers: {}, baggage: [], body: () => undefined, declaredIds: {} };
const find = (facts: Partial<SessionFacts>, policy?: Parameters<typeof findSession>[0], mayStand = true) =>
  findSession(policy, { ...none, ...facts }, key, () => mayStand);

describe('a declared session', () => {
  it('is absent when nothing declares one', () => {
    expect(find({ headers: { 'x-request-id': 'r', 'x-session-id': ' ' } })).toBeUndefined();
  });

  it.each([
    [{ headers: { 'x-session-id': 's1' } }, 'header:x-session-id', 's1'],
    [{ headers: { 'x-conversation-id': 's2' } }, 'header:x-conversation-id', 's2'],
    [{ headers: { 'x-litellm-session-id': 's3' } }, 'header:x-litellm-session-id', 's3'],
    [{ headers: { 'x-acme-chat-session-id': 's4' } }, 'header:x-acme-chat-session-id', 's4'],
    [{ baggage: parseBaggage('gen_ai.conversation.id=s%205') }, 'baggage:gen_ai.conversation.id', 's 5'],
    [{ declaredIds: { litellm_session_id: 's6' } }, 'body:litellm_session_id', 's6'],
    [{ body: (path: string) => (path === 'metadata.session_id' ? 's7' : undefined) }, 'body:metadata.session_id', 's7'],
  ] as const)('is read as declared from %j', (facts, source, id) => {
    expect(find(facts)).toEqual({ id, source });
  });

  it('is hashed where it is a cookie, holds personal data or is too long', () => {
    const cookie = find({ headers: { cookie: 'a=1; sid=tok=en ; b=2' } }, { cookies: ['sid'] });
    expect(cookie).toEqual({ id: expect.stringMatching(/^h_[\w-]{22}$/) as string, source: 'cookie:sid' });
    expect(find({ headers: { 'x-session-id': 'zoe@example.org' } }, undefined, false)?.id).toMatch(/^h_/);
    expect(find({ headers: { 'x-session-id': 'x'.repeat(300) } })?.id).toMatch(/^h_[\w-]{22}$/);
    expect(find({ headers: { 'x-session-id': 'x'.repeat(300) } })).toEqual(find({ headers: { 'x-session-id': 'x'.repeat(300) } }));
  });

  it('comes from the places of the policy first, in their order, and is shared only where listed', () => {
    const facts = { headers: { 'x-room': 'r', 'x-session-id': 's' }, body: (path: string) => (path === 'thread' ? 't' : undefined) };
    expect(find(facts, { headers: ['X-Room'], shared: ['header:X-Room'] })).toEqual({ id: 'r', source: 'header:x-room', shared: true });
    expect(find({ ...facts, headers: {} }, { headers: ['X-Room'], body: ['thread'] })).toEqual({ id: 't', source: 'body:thread' });
  });
});
