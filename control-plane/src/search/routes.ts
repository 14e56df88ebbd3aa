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
        {
          name: 'weak',
          description: 'true: also what only meaning found and that is far from the best',
          schema: { type: 'string', enum: ['true', 'false'] },
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
                  answer: {
                    type: ['string', 'null'],
                    description: 'How the answer begins, where the snippet is of a prompt near in meaning',
                  },
                  similarity: { type: ['number', 'null'] },
                },
              },
            },
            next: { type: 'null' },
            weaker: { type: 'integer', description: 'How many were left out as too far from the best; weak=true gives them too' },
          },
        },
      },
      handle: async ({ caller, query }) => {
        const isWeak = query['weak'] === 'true';
        const found = await search.find(caller.scope, query['q'] ?? '', Number(query['limit'] ?? 25), caller.onlyUser, isWeak);
        return { status: 200, json: { ...found, next: null } };
      },
    },
  ];
}
