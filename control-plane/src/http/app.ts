// The web framework, in one place. Rooms give tables of routes; this file turns them into a server.
import { pipeline } from 'node:stream/promises';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { ClewError, type ApiReply, type ApiRequest, type Caller, type Logger, type Route } from '../kernel/index.ts';
import { callerOfCertificate } from './certificate.ts';
import { crossOrigin } from './cors.ts';
import { createRequestLimits, DEFAULT_RATES, type RateLimits, type RequestLimits } from './limits.ts';
import { addPage } from './page.ts';
import { observeRequests, type RequestObserver } from './observe-requests.ts';
import { openApi, type ApiDocument } from './openapi.ts';
import { sendProblem } from './problem.ts';
import { readJson, type BodyLimits } from './read-body.ts';
import { readQuery } from './read-query.ts';
import { isLoopbackHost } from './loopback.ts';
import type { TextPage } from './text-page.ts';

export interface Authorizer {
  /** The caller behind an Authorization header, or undefined when it proves nothing. */
  authenticate(header: string | undefined): Promise<Caller | undefined>;
  may(caller: Caller, permission: string): boolean;
  /** The session that a Cookie header names; absent: there are none. */
  session?(cookie: string | undefined): SessionAtDoor | undefined;
  /** Whether the caller sees the server as a whole, beyond its tenant and environment; absent: nobody does. */
  isOperator?(caller: Caller): boolean;
}

/** A person who signed in on the page. */
export interface SessionAtDoor {
  readonly caller: Caller;
  /** Whether the header holds the session's secret. */
  hasCsrf(header: string | undefined): boolean;
}

export interface AppParts {
  readonly routes: readonly Route[];
  readonly textPages: readonly TextPage[];
  readonly authorizer: Authorizer;
  readonly logger: Logger;
  readonly observer: RequestObserver;
  readonly version: string;
  /** Folder of the built page; undefined or absent: no page. */
  readonly pageFolder: string | undefined;
  /** Absent: the usual ones. */
  readonly rates?: RateLimits | undefined;
  /** Origins whose pages may call the API, as https://app.example.com. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** Addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; absent: nobody's. */
  readonly trustedProxies?: readonly string[] | undefined;
}

/** What handlers share. */
interface Serving extends AppParts {
  readonly limits: RequestLimits;
}

/** Bodies other than samples are small. */
export const JSON_LIMITS: BodyLimits = { bodyBytes: 1024 * 1024, decompressedBytes: 4 * 1024 * 1024 };

export function createApp(given: AppParts): Express {
  const parts: Serving = { ...given, limits: createRequestLimits(given.rates ?? DEFAULT_RATES) };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.set('trust proxy', [...(parts.trustedProxies ?? [])]);
  app.use(observeRequests(parts.observer, parts.logger));
  app.use(securityHeaders);
  app.use((request: Request, _response: Response, next: NextFunction) => {
    parts.limits.admit(addressOf(request));
    next();
  });
  app.use(crossOrigin(parts.corsOrigins ?? [], parts.routes));
  for (const route of parts.routes) app[route.method](route.path, handler(route, parts));
  for (const page of parts.textPages) app.get(page.path, textHandler(page, parts));
  const document: ApiDocument = openApi(parts.routes, parts.textPages, parts.version);
  app.get('/openapi.json', (_request, response) => void response.json(document));
  refuseOtherMethods(app, [...parts.routes, ...parts.textPages.map(({ path }) => ({ method: 'get' as const, path }))]);
  if (parts.pageFolder !== undefined) addPage(app, parts.pageFolder);
  app.use((_request: Request, _response: Response, next: NextFunction) => next(new ClewError('not_found')));
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    // Where the answer had begun, Express cuts the connection.
    if (!sendProblem(error, request, response, parts.logger)) next(error);
  });
  return app;
}

function handler(route: Route, parts: Serving) {
  return async (request: Request, response: Response): Promise<void> => {
    response.locals['route'] = route.path;
    if (route.isAttempt === true) parts.limits.attempt(addressOf(request));
    const caller = await callerOf(request, route.permission, parts, (refused) => route.refused?.(refused));
    const query = readQuery(request.originalUrl, route.query ?? [], route.takesOtherQuery);
    const body = route.body?.kind === 'json' ? await readJson(request, request.headers['content-encoding'], JSON_LIMITS) : undefined;
    const apiRequest: ApiRequest = {
      caller,
      requestId: String(response.locals['requestId']),
      params: request.params as Record<string, string>,
      query,
      header: (name) => single(request.headers[name]),
      body,
      stream: request,
    };
    const reply = await route.handle(apiRequest);
    response.status(reply.status);
    for (const [name, value] of Object.entries(reply.headers ?? {}))
      response.setHeader(name, typeof value === 'string' ? value : [...value]);
    if (reply.text) await sendText(response, reply.text);
    else if (reply.bytes) response.setHeader('Content-Type', reply.bytes.contentType).end(reply.bytes.body);
    else if (reply.json === undefined) response.end();
    else response.json(reply.json);
  };
}

/** Slow readers are waited for; one that leaves ends the making. A failure in between cuts the connection: half a file must not look whole. */
async function sendText(response: Response, { contentType, body }: NonNullable<ApiReply['text']>): Promise<void> {
  response.setHeader('Content-Type', contentType);
  response.flushHeaders();
  try {
    await pipeline(body, response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

function textHandler(page: TextPage, parts: Serving) {
  return async (request: Request, response: Response): Promise<void> => {
    response.locals['route'] = page.path;
    // A page elsewhere can point its own name at 127.0.0.1 and read our answers as its own (DNS rebinding).
    if (page.permission === null && !isLoopbackHost(request.headers.host)) {
      throw new ClewError('forbidden', 'this page is open to loopback names only');
    }
    const caller = await callerOf(request, page.permission, parts);
    const isWhole = page.permission === null || parts.authorizer.isOperator?.(caller) === true;
    response.status(200).setHeader('Content-Type', page.contentType);
    response.end(await page.read(isWhole ? undefined : caller.scope));
  };
}

const NOBODY: Caller = { tokenId: '', scope: { tenant: '', environment: '' }, role: 'none' };

/** A client that left has no address any more; all such share one. */
const addressOf = (request: Request): string => request.ip ?? '';

async function callerOf(
  request: Request,
  permission: string | null,
  { authorizer, limits }: Serving,
  refused?: (caller: Caller) => Promise<void> | undefined,
): Promise<Caller> {
  if (permission === null) return NOBODY;
  const caller = callerOfSession(request, authorizer) ?? (await callerOfToken(request, authorizer, limits));
  limits.perCaller(caller);
  if (!authorizer.may(caller, permission)) {
    await refused?.(caller);
    throw new ClewError('forbidden', `role ${caller.role} lacks ${permission}`);
  }
  return caller;
}

async function callerOfToken(request: Request, authorizer: Authorizer, limits: RequestLimits): Promise<Caller> {
  const address = addressOf(request);
  const { authorization } = request.headers;
  limits.beforeToken(address, authorization);
  const caller = (await authorizer.authenticate(authorization)) ?? (authorization === undefined ? callerOfCertificate(request) : undefined);
  if (!caller) {
    if (authorization !== undefined) limits.wrongToken(address);
    throw new ClewError('unauthorized');
  }
  limits.rightToken(address, authorization);
  return caller;
}

/** A browser sends its cookie whoever made it ask: so the asking must come from this very origin, and acts bring the secret. */
function callerOfSession(request: Request, authorizer: Authorizer): Caller | undefined {
  const { authorization, cookie } = request.headers;
  const session = authorization === undefined ? authorizer.session?.(cookie) : undefined;
  if (session === undefined) return undefined;
  const site = single(request.headers['sec-fetch-site']);
  if (site !== undefined && site !== 'same-origin') throw new ClewError('forbidden', 'a session is used by pages of this server alone');
  const isAct = request.method !== 'GET' && request.method !== 'HEAD';
  if (isAct && !session.hasCsrf(single(request.headers['x-clew-csrf']))) {
    throw new ClewError('forbidden', 'an act of a session needs its X-Clew-Csrf, from GET /v1/session');
  }
  return session.caller;
}

function refuseOtherMethods(app: Express, routes: readonly { readonly method: string; readonly path: string }[]): void {
  const methods = new Map<string, string[]>([['/openapi.json', ['GET']]]);
  for (const { method, path } of routes) methods.set(path, [...(methods.get(path) ?? []), method.toUpperCase()]);
  for (const [path, allowed] of methods) {
    app.all(path, (_request, response) => {
      response.locals['route'] = path;
      response.setHeader('Allow', allowed.join(', '));
      throw new ClewError('method_not_allowed', `allowed: ${allowed.join(', ')}`);
    });
  }
}

function securityHeaders(request: Request, response: Response, next: NextFunction): void {
  if (request.secure) response.setHeader('Strict-Transport-Security', 'max-age=31536000');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  response.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
  response.setHeader('Cache-Control', 'no-store');
  next();
}

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value.join(', ') : value);
