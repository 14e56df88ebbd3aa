import { describe, expect, it } from 'vitest';
import { callPdk, PDK_METHODS, PdkError, type Phase } from '../../../../plugin/trial-gateway/pdk.ts';
import { exchangeWith } from './exchange-fixture.ts';

const call = (phase: Phase, method: string, ...args: unknown[]): unknown => callPdk(exchangeWith('hello'), phase, method, args);

describe('the PDK by phase', () => {
  it.each([
    'kong.request.get_path',
    'kong.request.get_method',
    'kong.request.get_query',
    'kong.request.get_raw_body',
    'kong.client.get_ip',
    'kong.service.request.set_header',
    'kong.response.exit',
  ])('%s works in access and raises in log', (method) => {
    const args = method === 'kong.response.exit' ? [200] : ['name', 'value'];
    expect(() => call('access', method, ...args)).not.toThrow();
    expect(() => call('log', method, ...args)).toThrow(PdkError);
  });

  it.each(['kong.log.serialize', 'kong.response.get_status', 'kong.response.get_headers'])('%s works in log only', (method) => {
    expect(() => call('log', method)).not.toThrow();
    for (const phase of ['rewrite', 'access'] as const) expect(() => call(phase, method)).toThrow(`cannot be called in the ${phase} phase`);
  });

  it.each(['kong.router.get_route', 'kong.client.get_consumer'])('%s has no answer before the route is known', (method) => {
    expect(() => call('rewrite', method)).toThrow(PdkError);
    expect(() => call('log', method)).not.toThrow();
  });

  it('raises for a method that does not exist, also one of every object', () => {
    for (const method of ['kong.request.nothing', 'toString', '__proto__', 'constructor'])
      expect(() => call('access', method)).toThrow(PdkError);
    expect(PDK_METHODS.length).toBeGreaterThan(30);
  });

  it('keeps what was put into ctx.shared, and forgets nil', () => {
    const exchange = exchangeWith('');
    callPdk(exchange, 'access', 'kong.ctx.shared.set', ['key', { a: [1] }]);
    expect(callPdk(exchange, 'log', 'kong.ctx.shared.get', ['key'])).toEqual({ a: [1] });
    callPdk(exchange, 'log', 'kong.ctx.shared.set', ['key']);
    expect(callPdk(exchange, 'log', 'kong.ctx.shared.get', ['key'])).toBeUndefined();
  });

  it('answers about the request', () => {
    expect(call('access', 'kong.request.get_query')).toEqual({ a: ['1', '2'], flag: true, b: ' c' });
    expect(call('access', 'kong.request.get_query_arg', 'a')).toBe('1');
    expect(call('access', 'kong.request.get_header', 'X-Two')).toBe('1');
    expect(call('access', 'kong.request.get_headers')).toMatchObject({ 'x-two': ['1', '2'], 'content-type': 'application/json' });
    expect(call('access', 'kong.client.get_consumer')).toBeUndefined();
  });

  it('reads a body from its file only when told so', () => {
    const large = exchangeWith('x'.repeat(9000));
    expect(() => callPdk(large, 'access', 'kong.request.get_raw_body', [])).toThrow(PdkError);
    expect(() => callPdk(large, 'access', 'kong.request.get_raw_body', [8999])).toThrow(PdkError);
    expect(callPdk(large, 'access', 'kong.request.get_raw_body', [0])).toHaveLength(9000);
    expect(callPdk(large, 'access', 'kong.request.get_raw_body', [9000])).toHaveLength(9000);
  });

  it('takes a header set after it was cleared, and cleared after it was set', () => {
    const exchange = exchangeWith('');
    callPdk(exchange, 'access', 'kong.service.request.clear_header', ['X-A']);
    callPdk(exchange, 'access', 'kong.service.request.set_header', ['x-a', '1']);
    callPdk(exchange, 'access', 'kong.service.request.set_headers', [{ 'X-B': ['1', '2'], 'X-C': 3 }]);
    callPdk(exchange, 'access', 'kong.service.request.clear_header', ['x-b']);
    expect([...exchange.upstream.setHeaders]).toEqual([
      ['x-a', '1'],
      ['x-c', '3'],
    ]);
    expect([...exchange.upstream.clearHeaders]).toEqual(['x-b']);
  });

  it('ends a request with text or a table', () => {
    const exchange = exchangeWith('');
    callPdk(exchange, 'access', 'kong.response.exit', [403, { no: 1 }, { 'X-A': 'b', 'Content-Length': '9' }]);
    expect(exchange.exit).toMatchObject({ status: 403, headers: { 'x-a': 'b', 'content-type': 'application/json; charset=utf-8' } });
    expect(Buffer.from(exchange.exit!.body).toString()).toBe('{"no":1}');
    expect(() => call('access', 'kong.response.exit', 99)).toThrow(PdkError);
  });

  it('serializes without the client’s key', () => {
    const text = String(call('log', 'kong.log.serialize'));
    expect(JSON.parse(text)).toMatchObject({ response: { status: 200 }, latencies: { request: 50, kong: 10, proxy: 20, receive: 20 } });
    expect(text).not.toContain('secret');
  });
});
