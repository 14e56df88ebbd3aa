import { ClewError, type ApiRequest, type JsonSchema, type Route } from '../kernel/index.ts';
import type { RepairStore } from './ports.ts';
import type { Asking, RepairRoom } from './room.ts';
import type { Repair, RepairRequest } from './types.ts';

const permission = 'threads:write';
const MOST_IDS = 1_000;
const MOST_SHOWN = 200;
const TIME: JsonSchema = { type: 'string', format: 'date-time' };
const TIME_OR_NULL: JsonSchema = { type: ['string', 'null'], format: 'date-time' };
const ID: JsonSchema = { type: 'string', minLength: 1, maxLength: 256 };
const REASON: JsonSchema = { type: 'string', maxLength: 500, description: 'Why; redacted before it is kept' };

const REPAIR: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    kind: { enum: ['merge', 'split', 'relink'] },
    at: TIME,
    by: { type: 'string', description: 'Id of the token or person' },
    reason: { type: ['string', 'null'] },
    user: { type: 'string' },
    from: { type: 'array', items: { type: 'string' } },
    into: { type: 'string' },
    moved: { type: 'integer' },
    requests: { type: 'array', description: `The first ${MOST_SHOWN}`, items: { type: 'object' } },
    state: { enum: ['applied', 'undone'] },
    undoneAt: TIME_OR_NULL,
    undoneBy: { type: ['string', 'null'] },
    undoReason: { type: ['string', 'null'] },
    contradictions: {
      type: 'array',
      description: 'Certain evidence since then that says otherwise; what the person decided stands',
      items: { type: 'object' },
    },
  },
};

const bodyOf = (properties: JsonSchema, required: readonly string[] = []): NonNullable<Route['body']> => ({
  kind: 'json',
  content: {
    'application/json': { type: 'object', additionalProperties: false, required, properties: { ...properties, reason: REASON } },
  },
});

const ERRORS = ['malformed_json', 'invalid_body', 'body_too_large', 'not_found', 'repair_refused', 'unavailable'] as const;

export const repairRoutes = (room: RepairRoom, store: RepairStore): Route[] => [...changes(room), ...readings(store)];

/** What changes threads. */
function changes(room: RepairRoom): Route[] {
  const perform = async (request: ApiRequest, asked: RepairRequest): Promise<{ status: number; json: unknown }> => {
    const { repair, isNew } = await room.repair(asked, askingOf(request));
    return { status: isNew ? 201 : 200, json: view(repair) };
  };
  const made = { status: 201, description: 'The repair; 200 with the same one where it was asked for before and stands', schema: REPAIR };
  return [
    {
      method: 'post',
      path: '/v1/threads/:id/merge',
      permission,
      summary: 'Merge the thread into another one of the same user',
      body: bodyOf({ into: ID }, ['into']),
      success: made,
      errors: ERRORS,
      handle: (request) => {
        const { into } = fieldsOf(request.body, ['into']);
        return perform(request, { kind: 'merge', threadId: request.params['id'] ?? '', into: idOf('into', into) });
      },
    },
    {
      method: 'post',
      path: '/v1/threads/:id/split',
      permission,
      summary: 'Take requests out of the thread into a new one',
      body: bodyOf({
        requestIds: { type: 'array', items: ID, minItems: 1, maxItems: MOST_IDS },
        fromRequestId: { ...ID, description: 'This request and all later ones, in place of requestIds' },
      }),
      success: made,
      errors: ERRORS,
      handle: (request) => perform(request, readSplit(request)),
    },
    {
      method: 'post',
      path: '/v1/requests/:id/relink',
      permission,
      summary: 'Move one request, with the work of its turn, to another thread of the same user or to a new one',
      body: bodyOf({ threadId: { ...ID, description: 'A thread, or "new"' } }, ['threadId']),
      success: made,
      errors: ERRORS,
      handle: (request) => {
        const { threadId } = fieldsOf(request.body, ['threadId']);
        return perform(request, { kind: 'relink', requestId: request.params['id'] ?? '', into: idOf('threadId', threadId) });
      },
    },
    {
      method: 'post',
      path: '/v1/repairs/:id/undo',
      permission,
      summary: 'Take a repair back',
      body: bodyOf({}),
      success: { status: 200, description: 'The repair, undone; again: the same', schema: REPAIR },
      errors: ERRORS,
      handle: async (request) => {
        fieldsOf(request.body ?? {}, []);
        return { status: 200, json: view(await room.undo(request.params['id'] ?? '', askingOf(request))) };
      },
    },
  ];
}

function readings(store: RepairStore): Route[] {
  return [
    {
      method: 'get',
      path: '/v1/repairs',
      permission,
      summary: 'What people merged, split and moved, newest first',
      query: [
        {
          name: 'thread',
          description: 'Repairs that moved requests out of this thread or into it',
          schema: { type: 'string', maxLength: 256 },
        },
        { name: 'user', description: 'Pseudonym of the principal', schema: { type: 'string', maxLength: 128 } },
        { name: 'state', description: 'Standing ones, or undone ones', schema: { type: 'string', enum: ['applied', 'undone'] } },
        { name: 'cursor', description: 'That of the page before', schema: { type: 'string', maxLength: 512 } },
        { name: 'limit', description: 'Repairs a page, 50 unless given', schema: { type: 'integer', minimum: 1, maximum: 200 } },
      ],
      success: {
        status: 200,
        description: 'A page; next is null on the last',
        schema: { type: 'object', properties: { items: { type: 'array', items: REPAIR }, next: { type: ['string', 'null'] } } },
      },
      handle: async ({ caller: { scope }, query }) => {
        const filter = { threadId: query['thread'], user: query['user'], state: query['state'] as 'applied' | 'undone' | undefined };
        const page = await store.list(scope, filter, { cursor: query['cursor'], limit: Number(query['limit'] ?? 50) });
        return { status: 200, json: { items: page.items.map(view), next: page.next } };
      },
    },
    {
      method: 'get',
      path: '/v1/repairs/:id',
      permission,
      summary: 'One repair',
      success: { status: 200, description: 'The repair', schema: REPAIR },
      errors: ['not_found'],
      handle: async ({ caller: { scope }, params }) => {
        const repair = await store.get(scope, params['id'] ?? '');
        if (repair === undefined) throw new ClewError('not_found');
        return { status: 200, json: view(repair) };
      },
    },
  ];
}

function askingOf({ caller, body }: ApiRequest): Asking {
  const { reason } = (body ?? {}) as { readonly reason?: unknown };
  if (reason !== undefined && (typeof reason !== 'string' || reason.length > 500))
    throw invalid('reason', 'text of at most 500 characters');
  return { scope: caller.scope, by: caller.tokenId, reason: reason === undefined || reason.trim() === '' ? undefined : reason };
}

function readSplit({ body, params }: ApiRequest): RepairRequest {
  const { requestIds, fromRequestId } = fieldsOf(body, ['requestIds', 'fromRequestId']);
  const threadId = params['id'] ?? '';
  if ((requestIds === undefined) === (fromRequestId === undefined)) throw invalid('the body', 'either requestIds or fromRequestId');
  if (fromRequestId !== undefined) return { kind: 'split', threadId, fromRequestId: idOf('fromRequestId', fromRequestId) };
  if (!Array.isArray(requestIds) || requestIds.length === 0 || requestIds.length > MOST_IDS) {
    throw invalid('requestIds', `a list of 1 to ${MOST_IDS} ids`);
  }
  return { kind: 'split', threadId, requestIds: requestIds.map((id) => idOf('requestIds', id)) };
}

function fieldsOf(body: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('the body', 'a JSON object');
  if (Object.keys(body).some((name) => name !== 'reason' && !names.includes(name))) {
    throw invalid('the body', `no fields but ${[...names, 'reason'].join(', ')}`);
  }
  return body as Readonly<Record<string, unknown>>;
}

function idOf(field: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > 256) throw invalid(field, 'an id');
  return value;
}

const invalid = (field: string, expected: string): ClewError => new ClewError('invalid_body', `${field}: expected ${expected}`);

function view(repair: Repair): Readonly<Record<string, unknown>> {
  const { id, kind, principal, into, reason, atMs, by, undone, moves, contradictions } = repair;
  return {
    id,
    kind,
    at: new Date(atMs).toISOString(),
    by,
    reason,
    user: principal,
    from: [...new Set(moves.map(({ from }) => from))],
    into,
    moved: moves.length,
    requests: moves.slice(0, MOST_SHOWN).map((move) => ({ id: move.requestId, from: move.from, into: move.into })),
    state: undone === null ? 'applied' : 'undone',
    undoneAt: undone === null ? null : new Date(undone.atMs).toISOString(),
    undoneBy: undone?.by ?? null,
    undoReason: undone?.reason ?? null,
    contradictions,
  };
}
