import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOutboundRules, isPublicAddress, parseTarget } from '../../../../control-plane/src/access/index.ts';
import { createOutboundPost } from '../../../../control-plane/src/http/index.ts';
import { ClewError } from '../../../../control-plane/src/kernel/index.ts';

describe('an allow-list entry', () => {
  it.each([
    ['hooks.example.com', { protocol: 'https:', host: 'hooks.example.com', port: 443, allowsPrivate: false }],
    ['https://*.Example.com:8443/', { protocol: 'https:', host: '*.example.com', port: 8443, allowsPrivate: false }],
    ['http://10.0.0.5:9093 private', { protocol: 'http:', host: '10.0.0.5', port: 9093, allowsPrivate: true }],
    ['https://[2606:4700::1111]', { protocol: 'https:', host: '2606:4700::1111', port: 443, allowsPrivate: false }],
  ])('%s is understood', (text, target) => {
    expect(parseTarget(text)).toEqual(target);
  });

  it.each([
    '',
    '*',
    '*.com',
    'ftp://a.example',
    'https://a.example/path',
    'user@a.example',
    'a.example public',
    'a.example:0',
    'a..b',
    'https://',
  ])('%s is refused', (text) => {
    expect(parseTarget(text)).toBeUndefined();
    expect(() => createOutboundRules(['good.example.com', text])).toThrow('entry 2');
  });
});

describe('a URL', () => {
  const rules = createOutboundRules(['hooks.example.com', '*.chat.example.org', 'http://10.0.0.5:9093 private']);
  it.each([
    'https://hooks.example.com/services/a?b=c',
    'https://HOOKS.example.com:443/',
    'https://hooks.example.com./',
    'https://eu.chat.example.org/x',
    'http://10.0.0.5:9093/api',
    'http://0x0a.0.0.5:9093/api',
  ])('%s is on the list', (url) => {
    expect(rules.check(url).url.href).toContain('/');
  });

  it.each([
    'http://hooks.example.com/',
    'https://hooks.example.com:8443/',
    'https://hooks.example.com.evil.example/',
    'https://evilhooks.example.com/',
    'https://chat.example.org/',
    'https://evil.example/?hooks.example.com',
    'https://hooks.example.com@evil.example/',
    'https://user:secret@hooks.example.com/',
    'https://10.0.0.5:9093/',
    'http://167772166:9093/',
    'file:///etc/passwd',
    'gopher://hooks.example.com/',
    'hooks.example.com',
    '',
  ])('%s is not', (url) => {
    let thrown: unknown;
    try {
      rules.check(url);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ClewError);
    expect((thrown as ClewError).code).toBe('forbidden');
    expect((thrown as ClewError).message).not.toContain('secret');
  });
});

describe('an address', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '2001::1',
    '2002:7f00:1::',
    '2001:db8::1',
    'localhost',
    '',
  ])('%s is not of the public internet', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::1'])('%s is', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it('of a private network is out of bounds in every way of writing it', () => {
    const rules = createOutboundRules(['hooks.example.com']);
    const { target } = rules.check('https://hooks.example.com/');
    const part = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.constantFrom([10], [127], [192, 168], [169, 254], [172, 20]), part, part, part, (head, a, b, c) => {
        const four = [...head, a, b, c].slice(0, 4);
        const dotted = four.join('.');
        const number = four.reduce((sum, one) => sum * 256 + one, 0);
        for (const text of [dotted, String(number), `0x${number.toString(16)}`, `[::ffff:${dotted}]`]) {
          const host = new URL(`https://${text}/`).hostname.replace(/^\[|\]$/g, '');
          expect(() => rules.choose(target, [host])).toThrow('out of bounds');
          expect(() => rules.choose(target, ['8.8.8.8', host])).toThrow('out of bounds');
        }
      }),
    );
  });

  it('of a private network is allowed where the entry says so, link-local ones never', () => {
    const rules = createOutboundRules(['hooks.example.com private']);
    const { target } = rules.check('https://hooks.example.com/');
    for (const address of ['10.0.0.1', '127.0.0.1', 'fd00::1', '8.8.8.8']) expect(rules.choose(target, [address])).toBe(address);
    for (const address of ['169.254.169.254', 'fe80::1', '0.0.0.0', '224.0.0.1']) expect(() => rules.choose(target, [address])).toThrow();
    expect(() => rules.choose(target, [])).toThrow('no address');
  });
});

describe('sending', () => {
  const received: { host: string | undefined; body: string }[] = [];
  let status = 204;
  let headers: Record<string, string> = {};
  const server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ host: request.headers.host, body });
      if (request.url !== '/slow') response.writeHead(status, headers).end('an answer');
    });
  });
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const posting = (mark: string, answers: readonly (readonly string[])[], timeoutMs = 2_000) => {
    const asked: string[] = [];
    const post = createOutboundPost({
      rules: createOutboundRules([`http://hooks.example.com:${port}${mark}`]),
      resolve: (host) => {
        asked.push(host);
        return Promise.resolve(answers[asked.length - 1] ?? []);
      },
      timeoutMs,
    });
    return {
      asked,
      send: (path = '/hook') => post(`http://hooks.example.com:${port}${path}`, '{"a":1}', { 'content-type': 'application/json' }),
    };
  };
  const codeOf = (attempt: Promise<unknown>): Promise<string> =>
    attempt.then(
      () => 'sent',
      (error: unknown) => (error instanceof ClewError ? error.code : 'another error'),
    );

  it('asks for the address once and connects to the one it judged, whatever the name means a moment later', async () => {
    received.length = 0;
    const { asked, send } = posting(' private', [['127.0.0.1'], ['169.254.169.254']]);
    expect(await send()).toBe(204);
    expect(asked).toEqual(['hooks.example.com']);
    expect(received).toEqual([{ host: `hooks.example.com:${port}`, body: '{"a":1}' }]);
    expect(await codeOf(send())).toBe('forbidden');
  });

  it('connects to nothing where the name leads to this machine and that is not meant', async () => {
    received.length = 0;
    expect(await codeOf(posting('', [['127.0.0.1']]).send())).toBe('forbidden');
    expect(await codeOf(posting('', [['8.8.8.8', '127.0.0.1']]).send())).toBe('forbidden');
    expect(received).toEqual([]);
  });

  it('follows no redirect', async () => {
    received.length = 0;
    [status, headers] = [302, { location: `http://127.0.0.1:${port}/inner` }];
    expect(await posting(' private', [['127.0.0.1']]).send()).toBe(302);
    expect(received).toHaveLength(1);
    [status, headers] = [204, {}];
  });

  it('gives up on who does not answer', async () => {
    expect(await codeOf(posting(' private', [['127.0.0.1']], 100).send('/slow'))).toBe('unavailable');
    expect(
      await codeOf(
        createOutboundPost({ rules: createOutboundRules(['gone.example.com']), resolve: () => Promise.reject(new Error('no such name')) })(
          'https://gone.example.com/',
          '',
        ),
      ),
    ).toBe('unavailable');
  });
});
