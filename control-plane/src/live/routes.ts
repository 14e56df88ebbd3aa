// GET /v1/live: requests as they are stored. What it shows of a request is what the lists of threads show, to the same callers.
import { ClewError, type Caller, type JsonSchema, type Route } from '../kernel/index.ts';
import { TROUBLES, type LiveFilter, type LiveReader, type Trouble } from './ports.ts';
import { PORTION_ITEMS, type Live } from './stream.ts';

/** Each holds a connection. */
const MOST_AT_ONCE = 64;
const MOST_PER_TOKEN = 8;
const EVENTS = 'text/event-stream';

const ITEM: JsonSchema = {
  type: 'object',
  required: ['id', 'at', 'thread', 'kind', 'model', 'isBlocked'],
  properties: {
    id: { type: 'string' },
    at: { type: 'string', format: 'date-time' },
    durationMs: { type: ['number', 'null'] },
    user: { type: ['string', 'null'] },
    thread: { type: 'string' },
    run: { type: ['string', 'null'] },
    kind: { type: 'string' },
    position: { type: 'string' },
    intent: { type: 'string' },
    model: { type: 'object' },
    outcome: { type: ['string', 'null'] },
    isBlocked: { type: 'boolean' },
    tokens: { type: ['integer', 'null'] },
    costUsd: { type: ['number', 'null'] },
    prompt: { type: ['string', 'null'] },
  },
};

export function liveRoutes({ live, reader }: { readonly live: Live; readonly reader: LiveReader }): readonly Route[] {
  const watching = new Map<string, number>();
  const all = (): number => watching.values().reduce((sum, count) => sum + count, 0);

  function admit({ tokenId }: Caller): void {
    if (all() >= MOST_AT_ONCE) throw new ClewError('overloaded', `at most ${MOST_AT_ONCE} watch at once`);
    if ((watching.get(tokenId) ?? 0) >= MOST_PER_TOKEN)
      throw new ClewError('overloaded', `at most ${MOST_PER_TOKEN} streams of one token at once`);
  }

  async function* counted({ tokenId, scope }: Caller, filter: LiveFilter): AsyncGenerator<string> {
    watching.set(tokenId, (watching.get(tokenId) ?? 0) + 1);
    try {
      yield* live.watch({ scope, filter });
    } finally {
      const left = (watching.get(tokenId) ?? 1) - 1;
      if (left > 0) watching.set(tokenId, left);
      else watching.delete(tokenId);
    }
  }

  return [
    {
      method: 'get',
      path: '/v1/live',
      permission: 'threads:read',
      summary:
        'Requests as they are stored: a stream of server-sent events for those who accept text/event-stream, else the newest as JSON',
      query: [
        { name: 'user', description: 'Pseudonym of the principal', schema: { type: 'string', maxLength: 128 } },
        { name: 'model', description: 'Requested or executed', schema: { type: 'string', maxLength: 256 } },
        {
          name: 'trouble',
          description: 'Only requests that failed, or that a guardrail blocked',
          schema: { type: 'string', enum: TROUBLES },
        },
      ],
      success: {
        status: 200,
        description:
          'The stream begins with an event `newest` ({items}), and goes on with `portion` ({items, counts, left}) at most once a second. It ends after two minutes; ask anew',
        schema: { type: 'object', required: ['items'], properties: { items: { type: 'array', items: ITEM } } },
      },
      errors: ['overloaded'],
      async handle({ caller, query, header }) {
        const { user, model, trouble } = query;
        // Who may see one user's data only watches that, whatever the address says.
        const filter: LiveFilter = { user: caller.onlyUser ?? user, model, trouble: trouble as Trouble | undefined };
        if (header('accept')?.includes(EVENTS) !== true)
          return { status: 200, json: { items: await reader.newest(caller.scope, filter, PORTION_ITEMS) } };
        admit(caller);
        return {
          status: 200,
          // Some proxies gather answers unless told not to.
          headers: { 'X-Accel-Buffering': 'no' },
          text: { contentType: `${EVENTS}; charset=utf-8`, body: counted(caller, filter) },
        };
      },
    },
  ];
}
