// What a page of another origin, opened by someone who uses the service, can do: nothing, unless it is on the list.
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { createApp, type AppParts } from '../../../../control-plane/src/http/index.ts';
import { silentLogger, type Route } from '../../../../control-plane/src/kernel/index.ts';

const OURS = 'https://app.example.com';
const THEIRS = 'https://evil.example';
const changes: unknown[] = [];

const route = (method: Route['method'], path: string): Route => ({
  method,
  path,
  permission: 'things:write',
  summary: 'A thing',
  success: { status: 200, description: 'A thing' },
  ...(method === 'post' ? { body: { kind: 'json', content: { 'application/json': {} } } as const } : {}),
  handle: ({ body }) => {
    changes.push(body);
    return Promise.resolve({ status: 200, headers: { ETag: '"1"' }, json: {} });
  },
});

const parts: AppParts = {
  routes: [route('get', '/v1/things'), route('post', '/v1/things'), route('delete', '/v1/things/:id')],
  textPages: [{ path: '/metrics', permission: null, contentType: 'text/plain', summary: 'Text', read: () => Promise.resolve('secret 1') }],
  authorizer: {
    authenticate: (header) =>
      Promise.resolve(header === 'Bearer good' ? { tokenId: 't', scope: { tenant: 'a', environment: 'b' }, role: 'admin' } : undefined),
    may: () => true,
  },
  logger: silentLogger,
  observer: { requestFinished: () => undefined },
  version: '1',
  pageFolder: undefined,
};
const closed = createApp(parts);
const open = createApp({ ...parts, corsOrigins: [OURS] });
const preflight = (app: typeof open, origin: string) =>
  request(app).options('/v1/things').set('Origin', origin).set('Access-Control-Request-Method', 'POST');

describe('a page of another origin', () => {
  it('may read nothing unless it is on the list', async () => {
    for (const [app, origin] of [
      [closed, OURS],
      [closed, 'null'],
      [open, THEIRS],
      [open, 'null'],
      [open, `${OURS}.evil.example`],
      [open, OURS.replace('https', 'http')],
    ] as const) {
      const asked = await preflight(app, origin);
      expect(asked.status).toBe(405);
      const got = await request(app).get('/v1/things').set('Origin', origin).set('Authorization', 'Bearer good');
      for (const { headers } of [asked, got]) {
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
        expect(headers['cross-origin-resource-policy']).toBe('same-origin');
      }
    }
  });

  it('on the list may call, with a token that it sets itself, and never with cookies', async () => {
    const asked = await preflight(open, OURS);
    expect(asked.status).toBe(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': OURS,
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-allow-headers': expect.stringContaining('Authorization') as string,
      vary: 'Origin',
    });
    const got = await request(open).get('/v1/things').set('Origin', OURS).set('Authorization', 'Bearer good');
    expect(got.headers).toMatchObject({ 'access-control-allow-origin': OURS, vary: 'Origin' });
    expect(got.headers['access-control-expose-headers']).toContain('ETag');
    expect(got.headers['access-control-allow-credentials']).toBeUndefined();
    expect((await request(open).get('/v1/things').set('Origin', OURS)).status).toBe(401);
    expect((await request(open).get('/v1/things').set('Origin', THEIRS)).headers['vary']).toBe('Origin');
  });

  it('cannot act in the name of a visitor: nothing that a browser adds by itself counts', async () => {
    changes.length = 0;
    for (const app of [closed, open]) {
      const forms: request.Test[] = [
        request(app).post('/v1/things').type('form').send('a=1'),
        request(app).post('/v1/things').type('text/plain').send('{"a":1}'),
        request(app).post('/v1/things').set('Cookie', 'token=good; Authorization=Bearer good; session=good').send({}),
        request(app).post('/v1/things?token=good&access_token=good').send({}),
        request(app).post('/v1/things').auth('good', 'good').send({}),
        request(app).post('/v1/things').type('form').send('access_token=good'),
      ];
      for (const form of forms) expect((await form.set('Origin', THEIRS)).status).toBe(401);
    }
    expect(changes).toEqual([]);
  });

  it('finds no cookie set by any answer', async () => {
    for (const url of ['/v1/things', '/openapi.json', '/nowhere', '/metrics']) {
      const { headers } = await request(open).get(url).set('Authorization', 'Bearer good');
      expect(headers['set-cookie']).toBeUndefined();
    }
  });

  it('cannot be the service by a name of its own that leads to this machine', async () => {
    expect((await request(closed).get('/metrics').set('Host', 'evil.example:8787')).status).toBe(403);
    expect((await request(closed).get('/metrics').set('Host', 'localhost:8787')).text).toBe('secret 1');
  });
});

describe('transport', () => {
  it('asks browsers to stay with https where they came by it', async () => {
    const behind = createApp({ ...parts, trustedProxies: ['127.0.0.1', '::1'] });
    const via = (proto: string) => request(behind).get('/openapi.json').set('X-Forwarded-Proto', proto);
    expect((await via('https')).headers['strict-transport-security']).toContain('max-age=');
    expect((await via('http')).headers['strict-transport-security']).toBeUndefined();
    const said = await request(closed).get('/openapi.json').set('X-Forwarded-Proto', 'https');
    expect(said.headers['strict-transport-security']).toBeUndefined();
  });
});
