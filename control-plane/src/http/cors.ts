// Pages of other origins. Off unless an allow-list is set. Tokens travel in a header that a page must set itself and
// cookies are not used, so a page that is not on the list can neither read nor do anything in a visitor's name.
import type { NextFunction, Request, Response } from 'express';
import type { Route } from '../kernel/index.ts';

const READABLE = 'ETag, Retry-After, X-Request-Id';
const SENDABLE = 'Authorization, Content-Type, If-None-Match, X-Request-Id';
const PREFLIGHT_SECONDS = 600;

export function crossOrigin(origins: readonly string[], routes: readonly Route[]) {
  const allowed = new Set(origins);
  const methods = [...new Set(['GET', ...routes.map(({ method }) => method.toUpperCase())])].join(', ');
  return (request: Request, response: Response, next: NextFunction): void => {
    if (allowed.size === 0) {
      next();
      return;
    }
    // Caches must not hand one origin's answer to another.
    response.vary('Origin');
    const { origin } = request.headers;
    if (origin === undefined || !allowed.has(origin)) {
      next();
      return;
    }
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Expose-Headers', READABLE);
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
      next();
      return;
    }
    response.locals['route'] = 'preflight';
    response.setHeader('Access-Control-Allow-Methods', methods);
    response.setHeader('Access-Control-Allow-Headers', SENDABLE);
    response.setHeader('Access-Control-Max-Age', String(PREFLIGHT_SECONDS));
    response.status(204).end();
  };
}
