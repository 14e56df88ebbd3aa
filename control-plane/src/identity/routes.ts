// GET /v1/runs, /v1/runs/diff, /v1/runs/:id.
import { ClewError, timeOf, type JsonSchema, type QueryParameter, type Route, type Scope } from '../kernel/index.ts';
import { diffRecords } from './diff.ts';
import type { RunReader, StoredRun } from './ports.ts';

const permission = 'runs:read';
const TIME: JsonSchema = { type: 'string', format: 'date-time' };
const RUN_ID: JsonSchema = { type: 'string', minLength: 32, maxLength: 32 };
const VERDICTS = ['matched', 'drifted', 'undeclared'] as const;
const VERDICT: JsonSchema = {
  enum: VERDICTS,
  description: 'Against the declared manifests. "undeclared": no manifest covers the run; with no manifests loaded, that is every run.',
};

const FILTERS: readonly QueryParameter[] = [
  { name: 'verdict', description: 'Runs with this verdict', schema: { type: 'string', ...VERDICT } },
  {
    name: 'model',
    description: 'Model that answered, or that was asked for where none is known',
    schema: { type: 'string', maxLength: 256 },
  },
  { name: 'from', description: 'Not before', schema: TIME },
  { name: 'to', description: 'Not after', schema: TIME },
  { name: 'cursor', description: 'That of the page before', schema: { type: 'string', maxLength: 512 } },
  { name: 'limit', description: 'Runs a page, 50 unless given', schema: { type: 'integer', minimum: 1, maximum: 200 } },
];

const RUN_FIELDS: JsonSchema = {
  id: { ...RUN_ID, description: 'Run id; 128 random bits, never a capability' },
  requestId: { type: 'string' },
  thread: { type: ['string', 'null'], description: 'Null once the metadata of the request is purged' },
  at: TIME,
  model: {
    type: 'object',
    properties: {
      requested: { type: ['string', 'null'] },
      executed: { type: ['string', 'null'] },
      evidence: { enum: ['response_body', 'stream_event', 'response_header', 'gateway', 'unknown'] },
    },
  },
  digest: { type: 'string', description: 'Lower-case hex SHA-256 of the canonical bytes (RFC 8785) of the record' },
  verdict: VERDICT,
};
const SIDE: JsonSchema = { type: 'object', properties: { id: RUN_ID, digest: { type: 'string' } } };

export function runRoutes(runs: RunReader): Route[] {
  return [
    {
      method: 'get',
      path: '/v1/runs',
      permission,
      summary: 'Runs, newest first, with the digest of what each was composed of',
      query: FILTERS,
      success: {
        status: 200,
        description: 'A page; next is null on the last',
        schema: {
          type: 'object',
          properties: {
            items: { type: 'array', items: { type: 'object', properties: RUN_FIELDS } },
            next: { type: ['string', 'null'] },
          },
        },
      },
      handle: async ({ caller, query }) => {
        if ((query['verdict'] ?? 'undeclared') !== 'undeclared') return { status: 200, json: { items: [], next: null } };
        const filter = { model: query['model'], fromMs: timeParameter(query['from']), toMs: timeParameter(query['to']) };
        const page = await runs.list(caller.scope, filter, { cursor: query['cursor'], limit: Number(query['limit'] ?? 50) });
        return { status: 200, json: { items: page.items.map(summary), next: page.next } };
      },
    },
    // Before /v1/runs/:id, which would take "diff" for an id.
    {
      method: 'get',
      path: '/v1/runs/diff',
      permission,
      summary: 'Where the compositions of two runs differ',
      query: [
        { name: 'a', description: 'Run id', required: true, schema: RUN_ID },
        { name: 'b', description: 'Run id', required: true, schema: RUN_ID },
      ],
      success: {
        status: 200,
        description:
          'The differences by path, none where the compositions are the same. Salted commitments differ for equal texts and are compared by length only.',
        schema: {
          type: 'object',
          properties: {
            a: SIDE,
            b: SIDE,
            differences: {
              type: 'array',
              items: {
                type: 'object',
                required: ['path', 'kind'],
                properties: { path: { type: 'string' }, kind: { enum: ['changed', 'added', 'removed'] }, a: {}, b: {} },
              },
            },
          },
        },
      },
      errors: ['not_found'],
      handle: async ({ caller, query }) => {
        const a = await findRun(runs, caller.scope, query['a'] ?? '');
        const b = await findRun(runs, caller.scope, query['b'] ?? '');
        const side = ({ id, digest }: StoredRun): object => ({ id, digest });
        return { status: 200, json: { a: side(a), b: side(b), differences: diffRecords(a.record, b.record) } };
      },
    },
    {
      method: 'get',
      path: '/v1/runs/:id',
      permission,
      summary: 'One run: its composition record, without salts, and the digest of it',
      success: {
        status: 200,
        description: 'The run',
        schema: {
          type: 'object',
          properties: {
            ...RUN_FIELDS,
            traceId: { type: ['string', 'null'] },
            record: { type: 'object', description: 'The composition record; its canonical bytes give the digest' },
          },
        },
      },
      errors: ['not_found'],
      handle: async ({ caller, params }) => {
        const run = await findRun(runs, caller.scope, params['id'] ?? '');
        return { status: 200, json: { ...summary(run), traceId: run.traceId, record: run.record } };
      },
    },
  ];
}

async function findRun(runs: RunReader, scope: Scope, id: string): Promise<StoredRun> {
  const run = await runs.find(scope, id);
  if (!run) throw new ClewError('not_found');
  return run;
}

function summary(run: StoredRun): Record<string, unknown> {
  const { requested, executed, evidence } = run.record.model;
  return {
    id: run.id,
    requestId: run.requestId,
    thread: run.threadId,
    at: new Date(run.atMs).toISOString(),
    model: { requested: requested ?? null, executed: executed ?? null, evidence },
    digest: run.digest,
    verdict: 'undeclared',
  };
}

const timeParameter = (value: string | undefined): number | undefined => (value === undefined ? undefined : timeOf(value));
