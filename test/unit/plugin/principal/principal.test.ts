import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_SOURCES,
  findPrincipal,
  pseudonym,
  readClaims,
  readPath,
  tenantKeys,
  type CallerFacts,
} from '../../../../plugin/src/principal/index.ts';

const key = tenantKeys('sixteen characters', 'acme').principal;
const nobody: CallerFacts = { headers: {}, claims: undefined, consumer: undefined, credential: undefined, body: () => undefined };
const jwt = (claims: unknown) =>
  `Bearer ${['{"alg":"none"}', JSON.stringify(claims)].map((part) => Buffer.from(part).toString('base64url')).join('.')}.`;
const body = (values: Record<string, string>) => (path: string) => values[path];

describe('the principal', () => {
  it('is nobody when no source yields a value', () => {
    expect(findPrincipal(DEFAULT_SOURCES, nobody, key)).toBeUndefined();
    expect(findPrincipal(DEFAULT_SOURCES, { ...nobody, headers: { 'x-clew-user': '   ' } }, key)).toBeUndefined();
  });

  it('is the most specific one that is named', () => {
    const all: CallerFacts = {
      headers: { 'x-clew-user': 'h' },
      claims: { sub: 'j' },
      consumer: { name: 'team' },
      credential: 'cred',
      body: body({ user: 'b', safety_identifier: 's', 'metadata.user_id': 'm' }),
    };
    const sourceOf = (facts: CallerFacts) => findPrincipal(DEFAULT_SOURCES, facts, key)?.source;
    expect(sourceOf(all)).toBe('jwt:sub');
    expect(sourceOf({ ...all, claims: undefined })).toBe('header:x-clew-user');
    expect(sourceOf({ ...all, claims: undefined, headers: {} })).toBe('body:safety_identifier');
    expect(sourceOf({ ...all, claims: undefined, headers: {}, body: body({ user: 'b', 'metadata.user_id': 'm' }) })).toBe('body:user');
    expect(findPrincipal(DEFAULT_SOURCES, { ...nobody, consumer: { name: 'team' } }, key)).toMatchObject({
      source: 'consumer',
      trust: 'shared',
    });
  });

  it('is authenticated only where the gateway authenticated a consumer', () => {
    const claims = readClaims(jwt({ sub: 'zoe' }));
    expect(findPrincipal(DEFAULT_SOURCES, { ...nobody, claims }, key)?.trust).toBe('asserted');
    expect(findPrincipal(DEFAULT_SOURCES, { ...nobody, claims, consumer: { id: '1' } }, key)?.trust).toBe('authenticated');
    const header = [{ from: 'header:X-User-Id', trust: 'authenticated' as const }];
    expect(findPrincipal(header, { ...nobody, headers: { 'x-user-id': 'zoe' } }, key)?.trust).toBe('asserted');
    expect(findPrincipal([{ from: 'consumer' }], { ...nobody, consumer: { custom_id: 'c', name: 'n' } }, key)).toMatchObject({
      id: pseudonym(key, 'c'),
      trust: 'authenticated',
    });
    expect(findPrincipal([{ from: 'credential' }], { ...nobody, credential: 'x' }, key)?.trust).toBe('authenticated');
  });

  it('leaves as a keyed hash that says nothing of the identifier', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((text) => text.trim() !== ''),
        (user) => {
          const found = findPrincipal([{ from: 'body:user' }], { ...nobody, body: () => user }, key)!;
          expect(found.id).toMatch(/^p_[\w-]{22}$/);
          const expected = createHmac('sha256', key).update(user.trim().normalize('NFC'), 'utf8').digest('base64url').slice(0, 22);
          expect(found.id).toBe(`p_${expected}`);
          expect(pseudonym(tenantKeys('sixteen characters', 'other').principal, user)).not.toBe(found.id);
        },
      ),
    );
  });

  it('comes from the same secret by purpose, tenant and principal', () => {
    const keys = tenantKeys('sixteen characters', 'acme');
    const all = [
      keys.principal,
      keys.session,
      keys.toolCall,
      keys.sampling,
      keys.redaction,
      keys.history(''),
      keys.history('p_1'),
      keys.history('p_2'),
    ];
    expect(new Set(all.map((one) => one.toString('hex'))).size).toBe(all.length);
    expect(tenantKeys('sixteen characters', 'acme').history('p_1')).toEqual(keys.history('p_1'));
  });
});

describe('bearer tokens', () => {
  it('are read for their claims and never throw', () => {
    expect(readClaims(jwt({ sub: 'zoe', 'https://x.example/id': 7 }))).toMatchObject({ sub: 'zoe' });
    expect(readClaims('Bearer sk-proj-abc')).toBeUndefined();
    expect(readClaims('Bearer a.b.c')).toBeUndefined();
    expect(readClaims(jwt([1]))).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readClaims(`Bearer ${text}`) ?? {}).toBeTypeOf('object');
      }),
    );
  });

  it('have claims at dotted paths and under names with dots', () => {
    expect(readPath({ a: { b: 'x' } }, 'a.b')).toBe('x');
    expect(readPath({ 'https://x.example/id': 7 }, 'https://x.example/id')).toBe('7');
    expect(readPath({ a: { b: {} } }, 'a.b')).toBeUndefined();
    expect(readPath({}, 'constructor.name')).toBeUndefined();
  });
});
