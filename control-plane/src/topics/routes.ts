// GET /v1/topics, GET /v1/topics/:id.
import type { TopicsPolicy } from '#contract';
import { ClewError, type Caller, type JsonSchema, type Route } from '../kernel/index.ts';
import { hasTopics } from './placer.ts';
import type { TopicCount, TopicStore } from './ports.ts';

const permission = 'topics:read';
/** Least users of a topic where the policy says nothing; the same default stands in the policy's schema. */
const MIN_USERS = 5;
const MAX_SHOWN = 500;

const TOPIC_FIELDS: JsonSchema = {
  id: { type: 'string' },
  label: { type: 'string', description: 'At most four words that mark the topic off' },
  threads: { type: 'integer', description: 'Exact count; not for release' },
  users: { type: 'integer', description: 'Exact count of known users; not for release' },
  lastAt: { type: 'string', format: 'date-time' },
};

export function topicRoutes(store: TopicStore, policy: () => TopicsPolicy | undefined): Route[] {
  const minUsers = (): number => policy()?.minUsers ?? MIN_USERS;
  const counts = async (caller: Caller): Promise<readonly TopicCount[]> => {
    seesExact(caller);
    return hasTopics(caller.scope, policy()) ? store.counts(caller.scope, minUsers(), MAX_SHOWN) : [];
  };
  return [
    {
      method: 'get',
      path: '/v1/topics',
      permission,
      summary: 'Topics that enough users talk about, the largest first; roles engineer and admin',
      success: {
        status: 200,
        description: 'Topics of at least `minUsers` users (policy topics.minUsers); none in environment test or where topics are off',
        schema: {
          type: 'object',
          properties: {
            items: { type: 'array', items: { type: 'object', properties: TOPIC_FIELDS } },
            next: { type: 'null' },
            minUsers: { type: 'integer', description: 'Topics of fewer users are left out' },
            figures: { const: 'exact', description: 'Counts are exact: for operating the service, not for release' },
          },
        },
      },
      handle: async ({ caller }) => ({
        status: 200,
        json: { items: (await counts(caller)).map(show), next: null, minUsers: minUsers(), figures: 'exact' },
      }),
    },
    {
      method: 'get',
      path: '/v1/topics/:id',
      permission,
      summary: 'One topic that enough users talk about; roles engineer and admin',
      success: { status: 200, description: 'The topic', schema: { type: 'object', properties: TOPIC_FIELDS } },
      errors: ['not_found'],
      handle: async ({ caller, params }) => {
        const topic = (await counts(caller)).find(({ id }) => id === params['id']);
        if (!topic) throw new ClewError('not_found');
        return { status: 200, json: show(topic) };
      },
    },
  ];
}

/** Others may see released figures only: noisy, and within a budget. */
function seesExact({ role }: Caller): void {
  if (role !== 'engineer' && role !== 'admin') {
    throw new ClewError('forbidden', `role ${role} may see released figures only, and these are exact; use role engineer or admin`);
  }
}

const show = ({ lastAtMs, ...topic }: TopicCount): Record<string, unknown> => ({ ...topic, lastAt: new Date(lastAtMs).toISOString() });
