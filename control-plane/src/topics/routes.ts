// GET /v1/topics, GET /v1/topics/:id.
import type { TopicsPolicy } from '#contract';
import { topicFigures, type Releaser } from '../disclosure/index.ts';
import { ClewError, type Caller, type JsonSchema, type QueryParameter, type Route } from '../kernel/index.ts';
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

/** Figures with noise that everybody may see whose role says so; they are the same each time. */
const RELEASED_FIELDS: JsonSchema = {
  id: { type: 'string' },
  label: { type: 'string', description: 'Words that enough people used; may be empty' },
  users: { type: 'integer', description: 'Sum over the days of people, with noise; somebody who came on two days counts twice' },
  unhappyShare: { type: 'number', description: 'Share of them with a thread that failed, was abandoned or needed a correction' },
  perDay: { type: 'array', description: 'Days on which the topic showed' },
  trend: { enum: ['rising', 'falling', null], description: 'Newer half of the days against the older; null where it may be chance' },
  gap: { type: 'boolean', description: 'More of its people unhappy than elsewhere, beyond chance and noise' },
};
const FIGURES: QueryParameter = {
  name: 'figures',
  description:
    'exact for roles engineer and admin unless asked for otherwise; released, with noise and within a budget, for everybody else',
  schema: { type: 'string', enum: ['exact', 'released'] },
};

/** Users that a topic needs before anybody else is told of it. */
export const leastUsers = (policy: TopicsPolicy | undefined): number => policy?.minUsers ?? MIN_USERS;

export function topicRoutes(store: TopicStore, policy: () => TopicsPolicy | undefined, release: Releaser): Route[] {
  const minUsers = (): number => leastUsers(policy());
  const counts = async (caller: Caller): Promise<readonly TopicCount[]> =>
    hasTopics(caller.scope, policy()) ? store.counts(caller.scope, minUsers(), MAX_SHOWN) : [];
  const released = async (caller: Caller) => {
    const { days, budget, ...rest } = await release(hasTopics(caller.scope, policy()) ? caller.scope : undefined);
    return { items: topicFigures(days, budget.epsilonPerDay), days: days.map(({ day }) => day), budget, ...rest };
  };
  return [
    {
      method: 'get',
      path: '/v1/topics',
      permission,
      summary: 'Topics that enough users talk about, the largest first',
      query: [FIGURES],
      success: {
        status: 200,
        description:
          'Topics of at least `minUsers` users (policy topics.minUsers); none in environment test or where topics are off. Released figures are of the last 28 closed days (UTC), each drawn once; `refused` names the days that the budget did not pay for',
        schema: {
          type: 'object',
          properties: {
            items: {
              type: 'array',
              items: {
                oneOf: [
                  { type: 'object', properties: TOPIC_FIELDS },
                  { type: 'object', properties: RELEASED_FIELDS },
                ],
              },
            },
            next: { type: 'null' },
            minUsers: { type: 'integer', description: 'Topics of fewer users are left out' },
            figures: { enum: ['exact', 'released'], description: 'Exact counts are for operating the service, not for release' },
            budget: { type: 'object', description: 'Privacy loss: epsilonPerDay and delta of a day, spent and of in the month' },
            threshold: { type: 'integer', description: 'Noisy count of people from which a topic shows on a day' },
            days: { type: 'array', items: { type: 'string', format: 'date' } },
            refused: { type: 'array', items: { type: 'string', format: 'date' } },
          },
        },
      },
      handle: async ({ caller, query }) => {
        if (kindOf(caller, query) === 'released') {
          return { status: 200, json: { next: null, figures: 'released', ...(await released(caller)) } };
        }
        const items = (await counts(caller)).map(show);
        return { status: 200, json: { items, next: null, minUsers: minUsers(), figures: 'exact' } };
      },
    },
    {
      method: 'get',
      path: '/v1/topics/:id',
      permission,
      summary: 'One topic that enough users talk about',
      query: [FIGURES],
      success: {
        status: 200,
        description: 'The topic',
        schema: { oneOf: [{ properties: TOPIC_FIELDS }, { properties: RELEASED_FIELDS }] },
      },
      errors: ['not_found'],
      handle: async ({ caller, params, query }) => {
        const isIt = ({ id }: { readonly id: string }): boolean => id === params['id'];
        const topic =
          kindOf(caller, query) === 'released'
            ? (await released(caller)).items.find(isIt)
            : (await counts(caller)).filter(isIt).map(show)[0];
        if (!topic) throw new ClewError('not_found');
        return { status: 200, json: topic };
      },
    },
  ];
}

/** Only those who run applications see exact figures. */
function kindOf({ role }: Caller, query: Readonly<Record<string, string | undefined>>): 'exact' | 'released' {
  const mayExact = role === 'engineer' || role === 'admin';
  if (query['figures'] === 'exact' && !mayExact) {
    throw new ClewError(
      'forbidden',
      `role ${role} may see released figures only; leave the parameter figures out, or use role engineer or admin`,
    );
  }
  return query['figures'] === 'released' || !mayExact ? 'released' : 'exact';
}

const show = ({ lastAtMs, ...topic }: TopicCount): Record<string, unknown> => ({ ...topic, lastAt: new Date(lastAtMs).toISOString() });
