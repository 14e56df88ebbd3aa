import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readArguments } from '../../../../plugin/src/launcher/arguments.ts';
import { createLogger, describeException } from '../../../../plugin/src/launcher/logger.ts';
import { decodeMessage, encodeMessage } from '../../../../plugin/src/launcher/messages.ts';
import { watchParent } from '../../../../plugin/src/launcher/parent.ts';
import { lifetime, runBeforeExit } from '../../../../plugin/src/lifetime.ts';

describe('messages', () => {
  it('keep text as text and other bytes as bytes, whichever type carried them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.string({ unit: 'binary' }), (bytes, text) => {
        const value = text.toWellFormed();
        // Text of any bytes, as Lua strings are: type str with a one-byte length.
        const asText = Buffer.concat([Buffer.from([0xd9, bytes.length]), bytes]);
        const decoded = decodeMessage(Buffer.concat([Buffer.from([0x92]), asText, encode({ key: value })])) as [unknown, { key: string }];
        expect(Buffer.from(decoded[0] as string).equals(bytes)).toBe(true);
        expect(decoded[1].key).toBe(value);
      }),
    );
  });

  it('write undefined as nil', () => {
    expect([...encodeMessage([1, undefined])]).toEqual([0x92, 1, 0xc0]);
  });
});

describe('texts of a certain length', () => {
  it('stay bytes where the plugin wants them so', () => {
    const frame = encode(['short', 'a long text', { body: 'another long text' }]);
    expect(decodeMessage(frame, 10)).toEqual(
      ['short', Buffer.from('a long text'), { body: Buffer.from('another long text') }].map(asBytes),
    );
    expect(decodeMessage(frame)).toEqual(['short', 'a long text', { body: 'another long text' }]);
  });

  function asBytes(value: unknown): unknown {
    if (value instanceof Uint8Array) return Uint8Array.from(value);
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asBytes(one)]))
      : value;
  }
});

describe('the parent', () => {
  it('that is gone ends the server, once; one that nobody can lose is not watched', async () => {
    let parent = 4711;
    let times = 0;
    watchParent(
      () => (times += 1),
      () => parent,
      5,
    );
    let others = 0;
    watchParent(
      () => (others += 1),
      () => (parent === 4711 ? 1 : parent),
      5,
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(times).toBe(0);
    parent = 1234;
    await expect.poll(() => times).toBe(1);
    parent = 5678;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([times, others]).toEqual([1, 0]);
  });
});

describe('arguments', () => {
  it('are those of kong-js-pluginserver, long names with one dash too', () => {
    expect(readArguments(['-kong-prefix', '/p', '-plugins-directory', '/d', '--sock-name', 's', '-v', '-v'])).toEqual({
      kongPrefix: '/p',
      pluginsDirectory: '/d',
      socketName: 's',
      dump: undefined,
    });
    expect(readArguments(['-d', '/d', '--dump-all-plugins']).dump).toEqual({ all: true });
    expect(readArguments(['-d', '/d', '--outlive-parent']).outliveParent).toBe(true);
    expect(readArguments(['-d', '/d', '-dump-plugin-info=x']).dump).toEqual({ name: 'x' });
    expect(readArguments(['-d', '/d'])).toMatchObject({ kongPrefix: '/usr/local/kong', socketName: 'js_pluginserver.sock' });
  });

  it.each([[['--dump-all-plugins']], [['-d', '/d', '--unknown']], [['-d']]])('refuse %j', (argv) => {
    expect(() => readArguments(argv)).toThrow();
  });
});

describe('the log', () => {
  it('never says what a handler that threw quoted, nor any call', () => {
    const lines: string[] = [];
    const log = createLogger((line) => lines.push(line));
    log.debug('rpc: #1 method: plugin.Step args: PROMPT');
    log.warn('unhandled exception in clew.access on instance #7: Error: PROMPT\nPROMPT');
    log.error('plain');
    expect(lines).toEqual(['[clew] warn unhandled exception in clew.access on instance #7\n', '[clew] error plain\n']);
  });

  it('describes an exception by name, code and place', () => {
    const error = Object.assign(new TypeError('PROMPT\nPROMPT'), { code: 'ERR_X' });
    expect(describeException(error)).toMatch(/^TypeError ERR_X at /);
    expect(describeException(error)).not.toContain('PROMPT');
    expect(describeException('PROMPT')).toBe('string');
  });
});

describe('the end of the process', () => {
  it('waits for every hook, but not for ever, and survives those that fail', async () => {
    const hooks = lifetime().beforeExit;
    let done = 0;
    const add = (hook: () => Promise<void>) => hooks.add(hook);
    add(async () => {
      await Promise.resolve();
      done += 1;
    });
    add(() => Promise.reject(new Error('no')));
    await runBeforeExit(1000);
    expect(done).toBe(1);
    add(() => new Promise(() => undefined));
    const begin = performance.now();
    await runBeforeExit(50);
    expect(performance.now() - begin).toBeLessThan(1000);
    hooks.clear();
  });
});
