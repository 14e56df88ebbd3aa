import type { NextFunction, Request, Response } from 'express';
import { randomHex, systemRandomness, type Logger } from '../kernel/index.ts';
import { monitorOf, type Monitor } from './monitors.ts';

export interface RequestObserver {
  /** Route is the declared path, never the one sent. `monitor`: the program of a monitoring setup that asked, where it was one. */
  requestFinished(
    labels: { readonly method: string; readonly route: string; readonly status: number },
    seconds: number,
    monitor?: Monitor,
  ): void;
}

const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS']);

/** Gives each request an id, and counts and logs it once it is answered. */
export function observeRequests(observer: RequestObserver, logger: Logger) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const started = performance.now();
    const given = request.headers['x-request-id'];
    const requestId = typeof given === 'string' && /^[A-Za-z0-9_-]{8,64}$/.test(given) ? given : randomHex(systemRandomness, 8);
    response.locals['requestId'] = requestId;
    response.setHeader('X-Request-Id', requestId);
    response.once('close', () => {
      const seconds = (performance.now() - started) / 1000;
      const labels = {
        method: KNOWN_METHODS.has(request.method) ? request.method : 'other',
        route: String(response.locals['route'] ?? 'other'),
        status: response.statusCode,
      };
      observer.requestFinished(labels, seconds, monitorOf(request.headers));
      logger.debug('http_request', { requestId, ...labels, ms: Math.round(seconds * 1000) });
    });
    next();
  };
}
