// GET /v1/graph: requests with what links them, for graph databases and tools.
import { ClewError, rangeOf, type Clock, type Route } from '../kernel/index.ts';
import { exportGraph, GRAPH_FORMATS, WRITERS, type GraphFormat } from './export.ts';
import type { GraphReader, GraphTopics } from './ports.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
/** An export reads for as long as its reader takes. */
const MOST_AT_ONCE = 4;
/** Topics are made of many people's requests: a file of one person's names none. */
const NO_TOPICS: GraphTopics = { of: () => Promise.resolve(undefined) };
const TIME = { type: 'string', format: 'date-time' } as const;

export function graphRoutes({
  reader,
  topics,
  clock,
}: {
  readonly reader: GraphReader;
  readonly topics: GraphTopics;
  readonly clock: Clock;
}): readonly Route[] {
  let running = 0;
  return [
    {
      method: 'get',
      path: '/v1/graph',
      permission: 'threads:read',
      summary: 'Users, threads, requests, models and topics with what links them: GraphML, openCypher, or CSV for Neo4j',
      query: [
        { name: 'format', description: 'graphml unless given', schema: { type: 'string', enum: GRAPH_FORMATS } },
        { name: 'thread', description: 'Of one thread', schema: { type: 'string', maxLength: 256 } },
        { name: 'user', description: 'Of one user', schema: { type: 'string', maxLength: 256 } },
        {
          name: 'from',
          description: `Requests that began at this time or later; ${DEFAULT_DAYS} days before \`to\` unless given`,
          schema: TIME,
        },
        { name: 'to', description: 'Requests that began before; now unless given', schema: TIME },
        { name: 'texts', description: 'yes: redacted prompts and answers too', schema: { type: 'string', enum: ['yes', 'no'] } },
      ],
      success: {
        status: 200,
        description:
          'The graph as a file, written as it is read. Topics are in it only where enough users talk about them. `nodes` and `relationships` are the two CSV files of an import',
      },
      errors: ['overloaded'],
      handle: ({ caller, query }) => {
        if (running >= MOST_AT_ONCE) throw new ClewError('overloaded', `at most ${MOST_AT_ONCE} exports at once`);
        const thread = query['thread'];
        // One thread is meant whole.
        const range = rangeOf(query, clock.nowMs(), thread === undefined ? DEFAULT_DAYS * DAY_MS : undefined);
        const writer = WRITERS[(query['format'] ?? 'graphml') as GraphFormat]();
        // Who may see one user's data only asks for that, whatever the address says.
        const asked = { ...range, thread, user: caller.onlyUser ?? query['user'], hasTexts: query['texts'] === 'yes' };
        async function* body(): AsyncGenerator<string> {
          running += 1;
          try {
            yield* exportGraph({ reader, topics: caller.onlyUser === undefined ? topics : NO_TOPICS }, caller.scope, asked, writer);
          } finally {
            running -= 1;
          }
        }
        return Promise.resolve({
          status: 200,
          headers: { 'Content-Disposition': `attachment; filename="${writer.fileName}"` },
          text: { contentType: writer.contentType, body: body() },
        });
      },
    },
  ];
}
