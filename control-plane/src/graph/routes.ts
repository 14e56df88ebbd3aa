// GET /v1/graph: requests with what links them, for graph databases and tools.
import {
  actorOf,
  ClewError,
  rangeOf,
  subjectDigest,
  type AuditEntry,
  type AuditTrail,
  type Caller,
  type Clock,
  type Route,
  type Scope,
} from '../kernel/index.ts';
import { exportGraph, GRAPH_FORMATS, WRITERS, type GraphFormat } from './export.ts';
import type { GraphReader, GraphTopics } from './ports.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
/** An export reads for as long as its reader takes. */
const MOST_AT_ONCE = 4;
/** Topics are made of many people's requests: a file of one person's names none. */
const NO_TOPICS: GraphTopics = { of: () => Promise.resolve(undefined) };
const TIME = { type: 'string', format: 'date-time' } as const;

export interface GraphParts {
  readonly reader: GraphReader;
  readonly topics: GraphTopics;
  readonly audit: AuditTrail;
  /** Whose requests stand in a thread. */
  readonly usersOf: (scope: Scope, thread: string) => Promise<readonly string[]>;
  readonly clock: Clock;
}

export function graphRoutes({ reader, topics, audit, usersOf, clock }: GraphParts): readonly Route[] {
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
      handle: async ({ caller, query }) => {
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
        // Told before it leaves.
        const users = asked.user !== undefined ? [asked.user] : thread === undefined ? undefined : await usersOf(caller.scope, thread);
        await audit.append(takenBy(caller, query, users));
        return {
          status: 200,
          headers: { 'Content-Disposition': `attachment; filename="${writer.fileName}"` },
          text: { contentType: writer.contentType, body: body() },
        };
      },
    },
  ];
}

/** Ids as this service makes them: the log takes no other words of a caller. */
const ID = /^[\w:.-]{1,128}$/;

/** @param users whose data the file holds, told by digest; undefined: anybody's */
function takenBy(caller: Caller, query: Readonly<Record<string, string | undefined>>, users: readonly string[] | undefined): AuditEntry {
  const { scope } = caller;
  const thread = query['thread'];
  const details = {
    what: 'graph',
    format: query['format'] ?? 'graphml',
    texts: query['texts'] === 'yes',
    ...(thread !== undefined && ID.test(thread) ? { thread } : {}),
    ...(users === undefined ? {} : { subjects: [...new Set(users)].map((user) => subjectDigest(scope, user)) }),
    from: query['from'] ?? null,
    to: query['to'] ?? null,
  };
  return { scope, kind: 'export', actor: actorOf(caller), details };
}
