// GET /v1/runs/changes, /v1/runs/verdicts: runs of a window looked at together.
import { ClewError, timeOf, type QueryParameter, type Route } from '../kernel/index.ts';
import { changesAround } from './changes-around.ts';
import type { RunReader } from './ports.ts';
import { RUN_ID, TIME, VERDICT } from './views.ts';

const permission = 'runs:read';
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const MODEL: QueryParameter = { name: 'model', description: 'Only runs of this model', schema: { type: 'string', maxLength: 256 } };

export function windowRoutes(runs: RunReader): Route[] {
  return [changesRoute(runs), verdictsRoute(runs)];
}

function changesRoute(runs: RunReader): Route {
  const share = { type: 'object', properties: { runs: { type: 'integer' }, share: { type: 'number' } } };
  return {
    method: 'get',
    path: '/v1/runs/changes',
    permission,
    summary: 'What changed in the composition of runs at a moment, as when an alert began: runs before it against runs after it',
    query: [
      { name: 'at', description: 'The moment', required: true, schema: TIME },
      {
        name: 'minutes',
        description: 'How long before and after, 60 unless given',
        schema: { type: 'integer', minimum: 1, maximum: 10_080 },
      },
      MODEL,
    ],
    success: {
      status: 200,
      description: `Values whose share differs by more than chance (p ≤ 0.001), the largest differences first; at most 2,000 runs a side are compared, those closest to the moment`,
      schema: {
        type: 'object',
        properties: {
          at: TIME,
          before: { type: 'integer', description: 'Runs compared' },
          after: { type: 'integer' },
          items: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                id: { type: 'string' },
                path: { type: 'string', description: 'JSON pointer into the record; tools by name' },
                value: { type: ['string', 'null'], description: 'Name, number or digest; null: absent' },
                kind: { enum: ['appeared', 'gone', 'more', 'less'] },
                before: share,
                after: share,
                p: { type: 'number' },
                firstAt: { type: ['string', 'null'], format: 'date-time' },
                example: {
                  type: ['object', 'null'],
                  properties: { a: RUN_ID, b: RUN_ID },
                  description: 'Two runs to compare by /v1/runs/diff',
                },
              },
            },
          },
          next: { type: 'null' },
        },
      },
    },
    errors: ['invalid_query'],
    handle: async ({ caller: { scope }, query }) => {
      const atMs = timeOf(query['at'] ?? '');
      if (atMs === undefined) throw new ClewError('invalid_query', 'at: expected an RFC 3339 time');
      const spanMs = Number(query['minutes'] ?? 60) * MINUTE_MS;
      const model = query['model'];
      const { before, after, changes } = await changesAround(runs, scope, { atMs, spanMs, model });
      const items = changes.map(({ firstMs, ...change }) => ({
        id: `${change.path} ${change.value ?? ''}`,
        ...change,
        firstAt: firstMs === null ? null : new Date(firstMs).toISOString(),
      }));
      return { status: 200, json: { at: new Date(atMs).toISOString(), before, after, items, next: null } };
    },
  };
}

function verdictsRoute(runs: RunReader): Route {
  return {
    method: 'get',
    path: '/v1/runs/verdicts',
    permission,
    summary: 'How many runs each manifest covered and what they were judged to be, by day or hour: coverage and drift over time',
    query: [
      { name: 'from', description: 'Not before; 30 days back unless given', schema: TIME },
      { name: 'to', description: 'Not after; now unless given', schema: TIME },
      { name: 'by', description: 'Length of a step, day unless given', schema: { type: 'string', enum: ['hour', 'day'] } },
    ],
    success: {
      status: 200,
      description: 'One item a manifest, step and verdict; manifest null: no manifest covered the runs',
      schema: {
        type: 'object',
        properties: {
          items: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                id: { type: 'string' },
                manifest: { type: ['string', 'null'] },
                revision: { type: ['string', 'null'] },
                at: TIME,
                verdict: VERDICT,
                runs: { type: 'integer' },
              },
            },
          },
          next: { type: 'null' },
        },
      },
    },
    handle: async ({ caller: { scope }, query }) => {
      const toMs = query['to'] === undefined ? Number.MAX_SAFE_INTEGER : (timeOf(query['to']) ?? Number.MAX_SAFE_INTEGER);
      const stepMs = query['by'] === 'hour' ? DAY_MS / 24 : DAY_MS;
      const newest = await runs.list(scope, {}, { limit: 1 });
      const endMs = Math.min(toMs, newest.items[0]?.atMs ?? 0);
      const fromMs = (query['from'] === undefined ? undefined : timeOf(query['from'])) ?? endMs - 30 * DAY_MS;
      const counts = await runs.verdicts(scope, { fromMs, toMs, stepMs });
      const items = counts.map(({ atMs, ...count }) => ({
        id: `${count.manifest ?? '-'}@${count.revision ?? '-'}:${atMs}:${count.verdict}`,
        ...count,
        at: new Date(atMs).toISOString(),
      }));
      return { status: 200, json: { items, next: null } };
    },
  };
}
