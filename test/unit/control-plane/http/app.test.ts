import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { afterAll, describe, expect, it } from 'vitest';
import { createApp, type AppParts } from '../../../../control-plane/src/http/index.ts';
import { ClewError, ERRORS, silentLogger, type ErrorCode, type Route } from '../../../../control-plane/src/kernel/index.ts';

const caller = { tokenId: 't', scope: { tenant: 'a', environment: 'b' }, role: 'engineer' };
const logged: string[] = [];
const observed: unknown[] = [];

const route = (fields: Partial<Route> & Pick<Route, 'path' | 'handle'>): Route => ({
  method: 'get',
  permission: 'things:read',
  summary: 'A thing',
  success: { status: 200, description: 'The thing' },
  ...fields,
});

const routes: Route[] = [
  route({
    path: '/v1/things/:id',
    handle: ({ params, query, caller: who }) => Promise.resolve({ status: 200, json: { params, query, who } }),
    query: [{ name: 'size', description: 'How big', schema: { type: 'integer', minimum: 1, maximum: 9 } }],
  }),
  route({
    method: 'post',
    path: '/v1/things',
    body: { kind: 'json', content: { 'application/json': { type: 'object' } } },
    handle: ({ body }) => Promise.resolve({ status: 201, json: { body } }),
  }),
  route({ path: '/v1/broken', handle: () => Promise.reject(new Error('canary in a message')) }),
  route({ path: '/v1/locked', permission: 'things:lock', handle: () => Promise.resolve({ status: 200 }) }),
  route({ path: '/v1/open', permission: null, handle: () => Promise.resolve({ status: 204 }) }),
  ...Object.keys(ERRORS).map((code) =>
    route({ path: `/v1/error/${code}`, handle: () => Promise.reject(new ClewError(code as ErrorCode, 'some detail')) }),
  ),
];

const parts: AppParts = {
  routes,
  textPages: [{ path: '/text', permission: null, contentType: 'text/plain', summary: 'Text', read: () => Promise.resolve('text') }],
  authorizer: {
    authenticate: (header) => Promise.resolve(header === 'Bearer good' ? caller : undefined),
    may: (_caller, permission) => permission === 'things:read',
  },
  logger: { ...silentLogger, error: (event, fields) => void logged.push(JSON.stringify({ event, ...fields })) },
  observer: { requestFinished: (labels) => void observed.push(labels) },
  version: '1.2.3',
  pageFolder: undefined,
};
const app = createApp(parts);
const get = (url: string) => request(app).get(url).set('Authorization', 'Bearer good');

describe('the server', () => {
  it('asks for a token, and for the permission', async () => {
    const none = await request(app).get('/v1/things/1');
    expect(none.status).toBe(401);
    expect(none.headers['www-authenticate']).toContain('Bearer');
    expect((await request(app).get('/v1/things/1').set('Authorization', 'Bearer bad')).status).toBe(401);
    const forbidden = await get('/v1/locked');
    expect(forbidden.body).toMatchObject({ status: 403, code: 'forbidden', detail: 'role engineer lacks things:lock' });
    expect((await request(app).get('/v1/open')).status).toBe(204);
  });

  it.each(Object.keys(ERRORS) as ErrorCode[])('answers %s as its catalogue says', async (code) => {
    const { status, body, headers } = await get(`/v1/error/${code}`);
    expect(status).toBe(ERRORS[code].status);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(body).toMatchObject({ code, title: ERRORS[code].title, remedy: ERRORS[code].remedy, detail: 'some detail' });
    expect('incident' in body).toBe(status >= 500);
    if (status === 429 || status === 503) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });

  it('shows nothing of an unknown failure but an incident id, which the log holds too', async () => {
    const { status, body, text } = await get('/v1/broken');
    expect(status).toBe(500);
    expect(text).not.toContain('canary');
    const line = logged.find((entry) => entry.includes(body.incident as string));
    expect(line).toContain('request_failed');
    expect(line).not.toContain('canary');
  });

  it('answers 404, 405 with Allow, and bad paths', async () => {
    expect((await get('/nowhere')).body.code).toBe('not_found');
    const wrong = await request(app).delete('/v1/things/1').set('Authorization', 'Bearer good');
    expect(wrong.status).toBe(405);
    expect(wrong.headers['allow']).toBe('GET');
    expect((await get('/v1/things/%E0%A4%A')).status).toBe(400);
  });

  it('gives handlers decoded parameters and checked queries', async () => {
    expect((await get('/v1/things/a%2Fb?size=3')).body).toEqual({ params: { id: 'a/b' }, query: { size: '3' }, who: caller });
    for (const [query, name] of [
      ['size=10', 'size'],
      ['size=', 'size'],
      ['size=1&size=2', 'size'],
      ['sise=1', 'sise'],
      ['%00=1', '(unnamed)'],
    ] as const) {
      const { status, body } = await get(`/v1/things/1?${query}`);
      expect([status, body.code]).toEqual([400, 'invalid_query']);
      expect(body.detail).toContain(name);
    }
  });

  it('reads JSON bodies under a limit', async () => {
    const post = () => request(app).post('/v1/things').set('Authorization', 'Bearer good').type('application/json');
    expect((await post().send('{"a":1}')).body).toEqual({ body: { a: 1 } });
    expect((await post().send('{"a":')).body.code).toBe('malformed_json');
    expect((await post().send(`"${'x'.repeat(1024 * 1024)}"`)).status).toBe(413);
  });

  it('sets security headers and a request id on every answer', async () => {
    for (const url of ['/v1/open', '/nowhere', '/v1/broken']) {
      const { headers } = await get(url);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['x-request-id']).toMatch(/^[0-9a-f]{16}$/);
      expect(headers['x-powered-by']).toBeUndefined();
    }
    expect((await get('/v1/open').set('X-Request-Id', 'caller-chosen-1')).headers['x-request-id']).toBe('caller-chosen-1');
    expect((await get('/v1/open').set('X-Request-Id', 'a b<script>')).headers['x-request-id']).not.toContain('script');
  });

  it('counts by declared route, never by the path that was sent', async () => {
    observed.length = 0;
    await get('/v1/things/some-id');
    await get('/wp-admin.php');
    await expect.poll(() => observed.length).toBe(2);
    expect(observed).toEqual([
      { method: 'GET', route: '/v1/things/:id', status: 200 },
      { method: 'GET', route: 'other', status: 404 },
    ]);
  });

  it('opens the open text page to loopback names only', async () => {
    expect((await request(app).get('/text')).text).toBe('text');
    expect((await request(app).get('/text').set('Host', 'evil.example')).status).toBe(403);
  });
});

describe('/openapi.json', () => {
  it('describes every route with its permission and errors', async () => {
    const { body } = await request(app).get('/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    for (const { method, path: route, permission } of routes) {
      const operation = body.paths[route.replace(/:(\w+)/g, '{$1}')]?.[method];
      expect(operation?.['x-permission']).toBe(permission);
      expect(operation.responses['500'].content['application/problem+json']).toBeDefined();
      if (permission !== null) expect(operation.responses['401']).toBeDefined();
    }
    expect(body.paths['/text'].get).toBeDefined();
    const ids = Object.values(body.paths as Record<string, Record<string, { operationId: string }>>).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the page', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-page-'));
  mkdirSync(path.join(folder, 'assets'));
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>Clew</title>');
  writeFileSync(path.join(folder, 'assets/a-123.js'), 'export {};');
  afterAll(() => rmSync(folder, { recursive: true }));
  const withPage = createApp({ ...parts, pageFolder: folder });

  it('needs no token and allows itself only', async () => {
    // The page itself says that a path leads nowhere.
    for (const [url, expected] of [
      ['/', 200],
      ['/threads/t_1', 404],
    ] as const) {
      const { status, text, headers } = await request(withPage).get(url).set('Accept', 'text/html');
      expect(status).toBe(expected);
      expect(text).toContain('<title>Clew');
      expect(headers['content-security-policy']).toContain("default-src 'self'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
    }
    expect((await request(withPage).get('/assets/a-123.js')).headers['cache-control']).toContain('immutable');
  });

  it('leaves the API as it is', async () => {
    expect((await request(withPage).get('/v1/nothing').set('Accept', 'text/html')).status).toBe(404);
    expect((await request(withPage).get('/v1/things/1').set('Accept', 'text/html')).status).toBe(401);
    expect((await request(withPage).get('/missing.js')).status).toBe(404);
    expect((await request(withPage).get('/../package.json')).status).toBe(404);
  });
});
