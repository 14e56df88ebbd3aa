// The error catalogue: what users and tools see. docs/ERRORS.md is made from it.

export interface CatalogueEntry {
  readonly status: number;
  readonly title: string;
  /** What the reader can do about it. */
  readonly remedy: string;
}

export const ERRORS = {
  unauthorized: {
    status: 401,
    title: 'No valid token',
    remedy: 'Send "Authorization: Bearer TOKEN"; the admin token is printed by npm start.',
  },
  forbidden: { status: 403, title: 'The token may not do this', remedy: 'Use a token whose role has the permission named in detail.' },
  not_found: { status: 404, title: 'Nothing here', remedy: 'Check the id; ids are those of the lists.' },
  conflict: { status: 409, title: 'It does not fit what is under way', remedy: 'See detail; ask for the state first, then decide.' },
  held: {
    status: 409,
    title: 'A legal hold keeps it',
    remedy: 'See detail for the holds; GET /v1/holds says why. Erase again once they are lifted.',
  },
  calibration_refused: {
    status: 409,
    title: 'There is nothing to calibrate by',
    remedy: 'See detail; GET /v1/calibrations/proposal says how much evidence there is and how much is needed.',
  },
  repair_refused: {
    status: 409,
    title: 'The threads cannot be repaired like that',
    remedy: 'See detail; GET /v1/repairs lists what was repaired before.',
  },
  method_not_allowed: { status: 405, title: 'Wrong method', remedy: 'See /openapi.json for the methods of this path.' },
  malformed_json: {
    status: 400,
    title: 'The body is not valid JSON',
    remedy: 'Send a JSON array of samples, or one JSON object a line (application/x-ndjson).',
  },
  malformed_gzip: {
    status: 400,
    title: 'The body is not complete gzip',
    remedy: 'Compress the whole body once, or leave Content-Encoding out.',
  },
  invalid_encoding: {
    status: 415,
    title: 'The body has an encoding that is not understood',
    remedy: 'Send UTF-8, with Content-Encoding gzip or none.',
  },
  invalid_query: { status: 400, title: 'A query parameter is wrong', remedy: 'See detail for the parameter and what it takes.' },
  invalid_sample: {
    status: 422,
    title: 'The sample does not match the schema',
    remedy: 'See the schema in /openapi.json; the other samples of the batch were taken.',
  },
  invalid_feedback: {
    status: 422,
    title: 'The feedback does not match the schema',
    remedy: 'See the schema in /openapi.json; the other items of the post were taken.',
  },
  text_not_kept: {
    status: 422,
    title: 'The policy keeps no text',
    remedy: 'Send thumbs, completion or scores instead, or allow mode full for this traffic; see docs/POLICIES.md.',
  },
  invalid_body: { status: 422, title: 'The body does not match the schema', remedy: 'See the schema in /openapi.json.' },
  time_out_of_range: {
    status: 422,
    title: 'The time lies outside what is accepted',
    remedy: 'Check the clock of the gateway; past conversations enter by clew import.',
  },
  wrong_scope: {
    status: 422,
    title: 'Tenant or environment is not that of the token',
    remedy: 'Leave both out, or use a token of that tenant and environment.',
  },
  body_too_large: { status: 413, title: 'The body is too large', remedy: 'Send smaller batches; the limit is in detail.' },
  overloaded: { status: 429, title: 'Too much is waiting', remedy: 'Send the same batch again after Retry-After seconds.' },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    remedy: 'Go on after Retry-After seconds; docs/ACCESS.md names the limits and what sets them.',
  },
  too_many_attempts: {
    status: 429,
    title: 'Too many wrong tokens from this address',
    remedy: 'Go on after Retry-After seconds with a valid token; tokens that were in use from there still work.',
  },
  unavailable: { status: 503, title: 'Not ready', remedy: 'Try again; /readyz says what is missing.' },
  internal: { status: 500, title: 'Something broke on our side', remedy: 'Look for the incident id in the log.' },
  locked: {
    status: 500,
    title: 'Another process uses the data folder',
    remedy: 'Stop the other process, or set CLEW_DATA to another folder.',
  },
  model_damaged: {
    status: 500,
    title: 'A model file is damaged or missing',
    remedy: 'Restore control-plane/models/ from the repository; clew doctor names the file.',
  },
  key_lost: {
    status: 500,
    title: 'A key that the store was written with is not there',
    remedy:
      'Restore the folder keys/ from the backup that the database belongs to. To begin anew without that data, set CLEW_DATA to another folder.',
  },
  config_invalid: { status: 500, title: 'The configuration has faults', remedy: 'Mend the listed keys.' },
  policy_invalid: { status: 422, title: 'The policy has faults', remedy: 'Mend the listed lines; clew policy validate lists them again.' },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** An error that users may see. `detail` tells what and where, and never holds what a user wrote. */
export class ClewError extends Error {
  override readonly name = 'ClewError';
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, detail?: string, options: { cause?: unknown; extra?: Readonly<Record<string, unknown>> } = {}) {
    super(
      detail === undefined ? ERRORS[code].title : `${ERRORS[code].title}: ${detail}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.detail = detail;
    this.extra = options.extra ?? {};
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  get remedy(): string {
    return ERRORS[this.code].remedy;
  }
}
