// DELETE /v1/users/:id.
import { ClewError, type Route } from '../kernel/index.ts';
import type { Eraser } from './erase.ts';

export function privacyRoutes(eraser: Eraser): Route[] {
  return [
    {
      method: 'delete',
      path: '/v1/users/:id',
      permission: 'erase:write',
      summary: 'Erase a user by pseudonym, in the tenant and environment of the token; idempotent',
      success: {
        status: 200,
        description: 'The receipt; the same with zeros where nothing was there',
        schema: {
          type: 'object',
          required: ['user', 'removed', 'residual', 'scanned', 'at'],
          properties: {
            user: { type: 'string', description: 'The pseudonym that was given' },
            removed: {
              type: 'object',
              additionalProperties: { type: 'integer' },
              description: 'How many requests, threads, texts, runs, salts, vectors, feedback and tokens were removed',
            },
            residual: { const: 0, description: 'What a scan of all places below found afterwards' },
            scanned: { type: 'array', items: { type: 'string' } },
            at: { type: 'string', format: 'date-time', description: 'Requests made before are not stored, also when they arrive later' },
          },
        },
      },
      errors: ['not_found', 'unavailable'],
      handle: async ({ caller, params }) => {
        const user = params['id'] ?? '';
        // Longer than any pseudonym: the sample's schema ends at 128.
        if (user === '' || user.length > 128) throw new ClewError('not_found');
        return { status: 200, json: await eraser.erase(caller.scope, user) };
      },
    },
  ];
}
