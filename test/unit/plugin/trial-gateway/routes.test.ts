import { describe, expect, it } from 'vitest';
import { upstreamTarget } from '../../../../plugin/trial-gateway/incoming.ts';
import { Router, stableId } from '../../../../plugin/trial-gateway/routes.ts';
import { exchangeWith } from './exchange-fixture.ts';

const router = new Router(
  'http://127.0.0.1:9/base',
  [
    { name: 'openai', pathPrefix: '/openai', service: 'openai', upstream: 'https://api.example.com' },
    { name: 'beta', pathPrefix: '/openai/beta', service: 'openai', stripPath: false },
  ],
  [{ apikey: 'key', username: 'ada' }],
);

describe('Router', () => {
  it.each([
    ['/openai', 'openai'],
    ['/openai/v1/x', 'openai'],
    ['/openai/beta/x', 'beta'],
    ['/openaix', 'default'],
    ['/', 'default'],
    ['/..', 'default'],
  ])('takes %s to %s', (path, name) => {
    expect(router.routeOf(path).name).toBe(name);
  });

  it.each([
    ['/openai/v1/x', '/v1/x?q=1'],
    ['/openai', '/?q=1'],
    ['/openai/beta/x', '/base/openai/beta/x?q=1'],
    ['/v1/x', '/base/v1/x?q=1'],
  ])('asks the provider for %s as %s', (path, target) => {
    const base = exchangeWith('');
    expect(upstreamTarget({ ...base, route: router.routeOf(path), request: { ...base.request, path, query: 'q=1' } })).toBe(target);
  });

  it('knows a consumer by the exact key', () => {
    expect(router.consumerOf(new Map([['apikey', ['key']]]))).toMatchObject({ username: 'ada' });
    for (const key of ['', 'Key', 'key ']) expect(router.consumerOf(new Map([['apikey', [key]]]))).toBeUndefined();
    expect(router.consumerOf(new Map())).toBeUndefined();
  });

  it('gives the same ids on each start', () => {
    expect(stableId('route', 'a')).toBe(stableId('route', 'a'));
    expect(stableId('route', 'a')).not.toBe(stableId('service', 'a'));
    expect(stableId('route', 'a')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('refuses routes that cannot work', () => {
    expect(() => new Router('file:///etc', [], [])).toThrow(/http or https/);
    expect(() => new Router('http://x', [{ name: 'a', pathPrefix: 'a', service: 's' }], [])).toThrow(/start with/);
  });
});
