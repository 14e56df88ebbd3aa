import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { createApp, type AppParts } from '../../../../control-plane/src/http/index.ts';
import { createRequestLimits, networkOf, type RateLimits } from '../../../../control-plane/src/http/limits.ts';
import { ClewError, createBuckets, silentLogger, type Caller } from '../../../../control-plane/src/kernel/index.ts';

const caller: Caller = { tokenId: 't1', scope: { tenant: 'a', environment: 'b' }, role: 'engineer' };
const codeOf = (act: () => void): string => {
  try {
    act();
    return 'ok';
  } catch (error) {
    return error instanceof ClewError ? error.code : 'another error';
  }
};

function limits(rates: Partial<RateLimits> = {}) {
  const time = { nowMs: 0 };
  const made = createRequestLimits({ perToken: 0, perAddress: 0, wrongTokensPerMinute: 3, ...rates }, () => time.nowMs);
  return { ...made, time };
}

describe('buckets', () => {
  it('give what was saved up, then the rate, and say how long to wait', () => {
    let nowMs = 0;
    const buckets = createBuckets({ perSecond: 2, burst: 4, nowMs: () => nowMs });
    expect([1, 2, 3, 4, 5].map(() => buckets.take('a'))).toEqual([0, 0, 0, 0, 500]);
    expect(buckets.take('b')).toBe(0);
    expect(buckets.wait('a')).toBe(500);
    nowMs = 500;
    expect(buckets.wait('a')).toBe(0);
    expect([buckets.take('a'), buckets.take('a')]).toEqual([0, 500]);
    nowMs = 1e9;
    expect(buckets.take('a', 5)).toBe(500);
    expect(buckets.take('a', 4)).toBe(0);
  });

  it('remember so many keys and no more', () => {
    const buckets = createBuckets({ perSecond: 1, burst: 1, nowMs: () => 0, maxKeys: 2 });
    for (const key of ['a', 'b', 'b', 'c']) buckets.take(key);
    expect(buckets.wait('a')).toBe(0);
    expect([buckets.wait('b'), buckets.wait('c')]).toEqual([1000, 1000]);
  });
});

describe('limits of requests', () => {
  it('hold for each token and each address by itself', () => {
    const made = limits({ perToken: 1, perAddress: 2 });
    const take = (tokenId: string) => codeOf(() => made.perCaller({ ...caller, tokenId }));
    expect(Array.from({ length: 11 }, () => take('t1')).filter((code) => code === 'rate_limited')).toHaveLength(1);
    expect(take('t2')).toBe('ok');
    expect(Array.from({ length: 21 }, () => codeOf(() => made.admit('10.0.0.1'))).at(-1)).toBe('rate_limited');
    expect(codeOf(() => made.admit('10.0.0.2'))).toBe('ok');
    made.time.nowMs = 1_000;
    expect([take('t1'), codeOf(() => made.admit('10.0.0.1'))]).toEqual(['ok', 'ok']);
  });

  it('stop guessing from an address, but not the tokens in use there, nor other addresses', () => {
    const made = limits();
    made.rightToken('10.0.0.1', 'Bearer gateway');
    for (let index = 0; index < 3; index += 1) {
      expect(codeOf(() => made.beforeToken('10.0.0.1', `Bearer guess-${index}`))).toBe('ok');
      made.wrongToken('10.0.0.1');
    }
    expect(codeOf(() => made.beforeToken('10.0.0.1', 'Bearer right-at-last'))).toBe('too_many_attempts');
    expect(codeOf(() => made.beforeToken('10.0.0.1', 'Bearer gateway'))).toBe('ok');
    expect(codeOf(() => made.beforeToken('10.0.0.2', 'Bearer right-at-last'))).toBe('ok');
    expect(codeOf(() => made.beforeToken('10.0.0.1', undefined))).toBe('ok');
    made.time.nowMs = 20_000;
    expect(codeOf(() => made.beforeToken('10.0.0.1', 'Bearer right-at-last'))).toBe('ok');
  });

  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:0db8::1', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['', ''],
  ])('take %s for the network %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('the server under limits', () => {
  const parts: AppParts = {
    routes: [
      {
        method: 'get',
        path: '/v1/thing',
        permission: 'things:read',
        summary: 'A thing',
        success: { status: 204, description: 'A thing' },
        handle: () => Promise.resolve({ status: 204 }),
      },
    ],
    textPages: [],
    authorizer: {
      authenticate: (header) => Promise.resolve(header === 'Bearer good' ? caller : undefined),
      may: () => true,
    },
    logger: silentLogger,
    observer: { requestFinished: () => undefined },
    version: '1',
    pageFolder: undefined,
  };
  const rates = { perToken: 0, perAddress: 0, wrongTokensPerMinute: 2 };
  const get = (app: ReturnType<typeof createApp>, token: string, from?: string) =>
    request(app)
      .get('/v1/thing')
      .set('Authorization', `Bearer ${token}`)
      .set(from === undefined ? {} : { 'X-Forwarded-For': from });

  it('answers 429 with Retry-After to a guesser, whatever it says of itself, and still to a right guess', async () => {
    const app = createApp({ ...parts, rates });
    for (const from of ['192.0.2.1', '192.0.2.2']) expect((await get(app, 'wrong', from)).status).toBe(401);
    const refused = await get(app, 'good', '192.0.2.3');
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_attempts']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await request(app).get('/v1/thing')).status).toBe(401);
  });

  it('tells callers behind a trusted proxy apart', async () => {
    const app = createApp({ ...parts, rates, trustedProxies: ['127.0.0.1'] });
    for (let index = 0; index < 3; index += 1) await get(app, 'wrong', '192.0.2.1');
    expect((await get(app, 'good', '192.0.2.1')).status).toBe(429);
    expect((await get(app, 'good', '192.0.2.2')).status).toBe(204);
  });

  it('answers 429 where a token or an address asks too often', async () => {
    const byToken = createApp({ ...parts, rates: { perToken: 0.1, perAddress: 0, wrongTokensPerMinute: 2 } });
    expect((await get(byToken, 'good')).status).toBe(204);
    const refused = await get(byToken, 'good');
    expect([refused.status, refused.body.code, Number(refused.headers['retry-after'])]).toEqual([429, 'rate_limited', 10]);
    const byAddress = createApp({ ...parts, rates: { perToken: 0, perAddress: 0.1, wrongTokensPerMinute: 2 } });
    expect((await request(byAddress).get('/openapi.json')).status).toBe(200);
    expect((await request(byAddress).get('/openapi.json')).body.code).toBe('rate_limited');
  });
});
