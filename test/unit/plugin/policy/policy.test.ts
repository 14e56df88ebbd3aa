import { describe, expect, it } from 'vitest';
import type { Policy } from '#contract';
import { createRedactor } from '#redact';
import { readConfig } from '../../../../plugin/src/config.ts';
import {
  isAlwaysOff,
  isGlobMatch,
  isMatch,
  modeFor,
  PolicyPoller,
  redactionAboveFloor,
  stricter,
} from '../../../../plugin/src/policy/index.ts';
import { pluginBench } from '../../../support/plugin-flow.ts';

describe('matching', () => {
  it.each([
    ['*', '', true],
    ['a*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*a', 'a', false],
    ['*b*d*', 'abcde', true],
    ['*d*b*', 'abcde', false],
    ['gpt-4o', 'gpt-4o-mini', false],
    ['a.c', 'abc', false],
    ['a*b*b', 'ab', false],
  ])('%s on %s is %s', (glob, text, expected) => {
    expect(isGlobMatch(glob, text)).toBe(expected);
  });

  it('needs every name that the rule gives', () => {
    expect(isMatch({ route: 'chat', model: 'gpt*' }, { route: 'chat', model: 'gpt-4o' })).toBe(true);
    expect(isMatch({ route: 'chat', model: 'gpt*' }, { route: 'chat' })).toBe(false);
    expect(isMatch({}, {})).toBe(true);
  });
});

describe('the floor', () => {
  it('is never loosened by a mode', () => {
    expect(modeFor({ version: 1, mode: 'full' }, 'metadata_only', {})).toBe('metadata_only');
    expect(modeFor({ version: 1, mode: 'off' }, 'full', {})).toBe('off');
    expect(modeFor({ version: 1, mode: 'off', routes: [{ match: { route: 'a' }, mode: 'full' }] }, 'topic_only', { route: 'a' })).toBe(
      'topic_only',
    );
    expect(stricter('topic_only', 'full')).toBe('topic_only');
  });

  it('says off only when no rule can be on', () => {
    expect(isAlwaysOff({ version: 1 }, 'off')).toBe(true);
    expect(isAlwaysOff({ version: 1, mode: 'off' }, 'full')).toBe(true);
    expect(isAlwaysOff({ version: 1, mode: 'off', routes: [{ match: {}, mode: 'full' }] }, 'full')).toBe(false);
    expect(isAlwaysOff({ version: 1 }, 'full')).toBe(false);
  });

  it('keeps demanded types redacted, whether a policy keeps the type or allows the value', () => {
    const card = '4111 1111 1111 1111';
    const policy = { types: { CREDIT_CARD: 'keep', EMAIL_ADDRESS: 'keep' } as const, allow: [card, 'help@example.org'] };
    const above = redactionAboveFloor(policy, ['CREDIT_CARD'], createRedactor);
    expect(above).toEqual({ types: { CREDIT_CARD: 'mask', EMAIL_ADDRESS: 'keep' }, allow: ['help@example.org'] });
    const { text } = createRedactor({ policy: above }).redact(`Card ${card}, mail help@example.org`);
    expect(text).not.toContain('1111');
    expect(text).toContain('help@example.org');
    expect(redactionAboveFloor(undefined, ['CREDIT_CARD'], createRedactor)).toEqual({ types: {} });
  });

  it('excuses no value of a demanded type that is told by what stands before it', () => {
    const policy = {
      allow: ['Tr0ub4dor&3', 'x9Kq27LmPz40Rt'],
      types: { FINE: 'keep' as const },
      dictionaries: [{ type: 'FINE', words: ['Tr0ub4dor&3'] }],
    };
    const always = ['PASSWORD', 'API_KEY'];
    const { redact } = createRedactor({ policy: redactionAboveFloor(policy, always, createRedactor), always });
    expect(redact('password: Tr0ub4dor&3, api_key=x9Kq27LmPz40Rt').text).toBe('password: [PASSWORD], api_key=[API_KEY]');
    expect(createRedactor({ policy }).redact('password: Tr0ub4dor&3').text).toBe('password: Tr0ub4dor&3');
  });

  it('goes by the policy and not by its tag, which nobody signed', () => {
    const { runtime } = pluginBench();
    const { config } = readConfig({ token: 't', hash_key: 'sixteen characters' });
    const under = (policy: Policy): string => runtime.redactor(config, { policy, version: 'same' }, '').redact('ada@example.org').text;
    expect(under({ version: 1, redaction: { types: { EMAIL_ADDRESS: 'keep' } } })).toBe('ada@example.org');
    expect(under({ version: 1 })).toBe('[EMAIL_ADDRESS]');
  });
});

describe('polling', () => {
  function poller(answers: (() => Response | Error)[]) {
    const asked: Headers[] = [];
    const warnings: string[] = [];
    const instance = new PolicyPoller({
      url: 'http://plane',
      token: 'secret',
      everyMs: 1000,
      timeoutMs: 100,
      accept: ({ policy }) => {
        if (policy.name === 'unusable') throw new Error('no');
      },
      warn: (text) => warnings.push(text),
      fetch: (_url, init) => {
        asked.push(new Headers(init?.headers));
        const answer = answers.shift()!();
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    });
    return { instance, asked, warnings };
  }
  const policy =
    (fields: object, etag = '"e1"') =>
    () =>
      new Response(JSON.stringify({ version: 1, ...fields }), { headers: { etag } });

  it('takes a policy, asks with its tag, and keeps it whatever comes', async () => {
    const { instance, asked, warnings } = poller([
      policy({ name: 'first' }),
      () => new Response(null, { status: 304 }),
      () => new Error('down'),
      () => new Response('nonsense', { status: 200 }),
      () => new Response('{}', { status: 500 }),
      policy({ mode: 'everything' }),
      policy({ name: 'unusable' }),
      policy({ name: 'second' }, 'W/"e2"'),
    ]);
    expect(instance.current()).toEqual({ policy: { version: 1 }, version: 'default' });
    await instance.poll();
    expect(instance.current()).toMatchObject({ policy: { name: 'first' }, version: 'e1' });
    for (let n = 0; n < 6; n += 1) {
      await instance.poll();
      expect(instance.current().policy.name).toBe('first');
    }
    await instance.poll();
    expect(instance.current()).toMatchObject({ policy: { name: 'second' }, version: 'e2' });
    expect(asked.map((headers) => headers.get('if-none-match'))).toEqual([null, ...Array<string>(7).fill('"e1"')]);
    expect(asked[0]!.get('authorization')).toBe('Bearer secret');
    expect(warnings.length).toBeGreaterThanOrEqual(4);
    expect(warnings.join()).not.toMatch(/everything|nonsense|secret/);
  });

  it('says the same fault once', async () => {
    const { instance, warnings } = poller([() => new Error('down'), () => new Error('down')]);
    await instance.poll();
    await instance.poll();
    expect(warnings).toHaveLength(1);
  });
});
