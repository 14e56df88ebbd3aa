// DELETE /v1/users/:id.
import { actorOf, ClewError, type Route, type Scope } from '../kernel/index.ts';
import type { Eraser } from './erase.ts';

/** @param principalOf the pseudonym that an id stands for; one that is a pseudonym already stands for itself */
export function privacyRoutes(eraser: Eraser, principalOf: (scope: Scope, user: string) => string): Route[] {
  return [
    {
      method: 'delete',
      path: '/v1/users/:id',
      permission: 'erase:write',
      summary: 'Erase a user, by pseudonym or by the id that the gateways see, in the tenant and environment of the token; idempotent',
      success: {
        status: 200,
        description: 'The receipt; the same with zeros where nothing was there',
        schema: {
          type: 'object',
          required: ['user', 'removed', 'residual', 'scanned', 'beyondRecall', 'at'],
          properties: {
            user: { type: 'string', description: 'The pseudonym' },
            removed: {
              type: 'object',
              additionalProperties: { type: 'integer' },
              description:
                'How many requests, threads, texts, runs, salts, vectors, feedback, tokens, waiting samples, sealed values and data keys were removed',
            },
            residual: { const: 0, description: 'What a scan of all places below found afterwards' },
            scanned: { type: 'array', items: { type: 'string' } },
            beyondRecall: {
              type: 'array',
              description: 'Places out of reach that may hold something',
              items: { type: 'object', properties: { place: { type: 'string' }, holds: { type: 'string' } } },
            },
            at: { type: 'string', format: 'date-time', description: 'Requests made before are not stored, also when they arrive later' },
          },
        },
      },
      errors: ['not_found', 'held', 'unavailable'],
      handle: async ({ caller, params }) => {
        const user = params['id'] ?? '';
        // Longer than gateways take for an id.
        if (user === '' || user.length > 1024) throw new ClewError('not_found');
        return { status: 200, json: await eraser.erase(caller.scope, principalOf(caller.scope, user), actorOf(caller)) };
      },
    },
  ];
}
