// /v1/embeddings: which model's vectors are in force, and moving them to another. All tenants' at once, so the operator's alone.
import { actorOf, ClewError, type ApiRequest, type Caller, type JsonSchema, type Route } from '../kernel/index.ts';
import type { Mover } from './mover.ts';

export interface EmbeddingRoutesParts {
  readonly mover: Mover;
  readonly isOperator: (caller: Caller) => boolean;
  /** The id of a model that this server can open, by its id or short name. Throws where there is none, or the policy forbids it. */
  readonly resolve: (name: string) => string;
}

const VIEW: JsonSchema = {
  type: 'object',
  required: ['model', 'move'],
  properties: {
    model: { type: 'string', description: 'Model whose vectors are searched and linked by' },
    move: {
      type: ['object', 'null'],
      properties: {
        from: { type: 'string' },
        to: { type: 'string' },
        state: { enum: ['moving', 'removing', 'waiting'] },
        total: { type: 'integer', description: 'Vectors to move' },
        moved: { type: 'integer' },
        lost: { type: 'integer', description: 'Vectors whose text is not kept any more; their requests stay in their threads' },
        startedAt: { type: 'string', format: 'date-time' },
        switchedAt: { type: ['string', 'null'], format: 'date-time' },
        reason: { type: ['string', 'null'], description: 'Why it waits' },
      },
    },
  },
};

export function embeddingRoutes({ mover, isOperator, resolve }: EmbeddingRoutesParts): Route[] {
  const guarded =
    (status: number, work: (request: ApiRequest) => Promise<void>): Route['handle'] =>
    async (request) => {
      if (!isOperator(request.caller)) throw new ClewError('forbidden', "vectors of all tenants move together: the operator's token only");
      await work(request);
      return { status, json: await mover.view() };
    };
  const shared = { permission: 'policies:write' } as const;
  return [
    {
      ...shared,
      method: 'get',
      path: '/v1/embeddings',
      summary: 'The embedding model in force and the move to another one, if any; for the operator',
      success: { status: 200, description: 'As it stands now', schema: VIEW },
      handle: guarded(200, () => Promise.resolve()),
    },
    {
      ...shared,
      method: 'post',
      path: '/v1/embeddings/move',
      summary: 'Move the vectors of the store to another model, in the background; again for the same model: no change; for the operator',
      body: {
        kind: 'json',
        content: {
          'application/json': {
            type: 'object',
            required: ['model'],
            properties: { model: { type: 'string', description: 'local, static, openai, cohere, or the id of a model' } },
          },
        },
      },
      success: { status: 202, description: 'The move has begun', schema: VIEW },
      errors: ['invalid_body', 'conflict', 'unavailable'],
      handle: guarded(202, async ({ body, caller }) => mover.begin(resolve(modelIn(body)), actorOf(caller))),
    },
    {
      ...shared,
      method: 'delete',
      path: '/v1/embeddings/move',
      summary: 'End a move that has not switched and remove what it stored; for the operator',
      success: { status: 202, description: 'What it stored is being removed', schema: VIEW },
      errors: ['conflict'],
      handle: guarded(202, ({ caller }) => mover.cancel(actorOf(caller))),
    },
  ];
}

function modelIn(body: unknown): string {
  const { model } = (typeof body === 'object' && body !== null ? body : {}) as { model?: unknown };
  if (typeof model !== 'string' || model === '' || model.length > 256) throw new ClewError('invalid_body', '"model" is to be a name');
  return model;
}
