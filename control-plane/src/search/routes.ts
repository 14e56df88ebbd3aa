import type { Route } from '../kernel/index.ts';
import { FILTER_NAMES } from './parse-query.ts';
import type { Search } from './search.ts';

export function searchRoutes(search: Search): Route[] {
  return [
    {
      method: 'get',
      path: '/v1/search',
      permission: 'search:read',
      summary: 'Search redacted requests: ids, filters and plain words in one box',
      query: [
        {
          name: 'q',
          description: `Any text. Filters: ${FILTER_NAMES.map((name) => `${name}:`).join(' ')} (after: and before: take a date). The rest is looked for by words and by meaning.`,
          required: true,
          schema: { type: 'string', maxLength: 2000, minLength: 0 },
        },
        { name: 'limit', description: 'Hits, 25 unless given', schema: { type: 'integer', minimum: 1, maximum: 100 } },
      ],
      success: {
        status: 200,
        description: 'Hits, best first',
        schema: {
          type: 'object',
          properties: {
            items: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  id: { type: 'string' },
                  thread: { type: 'string' },
                  score: { type: 'number' },
                  why: { type: 'array', items: { enum: ['id', 'words', 'meaning', 'filter'] } },
                  snippet: { type: 'string', description: 'Matches stand between U+E000 and U+E001' },
                  similarity: { type: ['number', 'null'] },
                },
              },
            },
            next: { type: 'null' },
          },
        },
      },
      handle: async ({ caller, query }) => {
        const items = await search.find(caller.scope, query['q'] ?? '', Number(query['limit'] ?? 25), caller.onlyUser);
        return { status: 200, json: { items, next: null } };
      },
    },
  ];
}
