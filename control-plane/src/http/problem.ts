// Errors as problem+json (RFC 9457). What a user wrote never appears: details come from ClewError, which promises that.
import type { Request, Response } from 'express';
import { ClewError, errorFields, ERRORS, type ErrorCode, type Logger } from '../kernel/index.ts';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly detail?: string;
  /** On 500 only: the id of the log line that holds the cause. */
  readonly incident?: string;
}

/** Seconds after which a sender may try again. */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = { overloaded: 2, unavailable: 5, rate_limited: 1, too_many_attempts: 60 };

export function problemOf(error: ClewError, incident?: string): Problem {
  return {
    type: `urn:clew:error:${error.code}`,
    title: ERRORS[error.code].title,
    status: error.status,
    code: error.code,
    remedy: error.remedy,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(incident === undefined ? {} : { incident }),
    ...error.extra,
  };
}

/** Sends any thrown thing. Unknown ones are logged by class and stack, and shown as "internal" with the request's id. False when it is too late. */
export function sendProblem(thrown: unknown, request: Request, response: Response, logger: Logger): boolean {
  const requestId = String(response.locals['requestId'] ?? '');
  const error = thrown instanceof ClewError ? thrown : fromFramework(thrown);
  const isOurs = error.status >= 500;
  if (isOurs) logger.error('request_failed', { requestId, code: error.code, ...errorFields(causeOf(thrown)) });
  if (response.headersSent) return false;
  const given = error.extra['retryAfterSeconds'];
  const retryAfter = typeof given === 'number' ? given : RETRY_AFTER[error.code];
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
  if (error.code === 'unauthorized') {
    // RFC 6750 3.1: the reason is named only where a token was given.
    const reason = request.headers.authorization === undefined ? '' : ', error="invalid_token"';
    response.setHeader('WWW-Authenticate', `Bearer realm="clew"${reason}`);
  }
  // The rest of a body that nobody reads would be taken for the next request.
  if (!request.complete) response.setHeader('Connection', 'close');
  const body = JSON.stringify(problemOf(error, isOurs ? requestId : undefined));
  response.status(error.status).type('application/problem+json').send(body);
  return true;
}

/** Express's own complaints (bad percent-encoding, aborted requests) carry a 4xx status; all else is ours. */
function fromFramework(thrown: unknown): ClewError {
  const status = (thrown as { status?: unknown } | null)?.status;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return status === 404
      ? new ClewError('not_found')
      : new ClewError('invalid_query', 'the path or query is not valid', { cause: thrown });
  }
  return new ClewError('internal', undefined, { cause: thrown });
}

const causeOf = (thrown: unknown): unknown => (thrown instanceof ClewError && thrown.cause !== undefined ? thrown.cause : thrown);
