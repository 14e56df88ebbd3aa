// GET /v1/topics, GET /v1/topics/:id.
import type { TopicsPolicy } from '#contract';
import { topicFigures, type ExactFigures, type Releaser, type TopicFigures } from '../disclosure/index.ts';
import { ClewError, type Caller, type JsonSchema, type QueryParameter, type Route } from '../kernel/index.ts';
import { hasTopics } from './placer.ts';
import type { TopicCount, TopicEvent, TopicStore } from './ports.ts';

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
  parent: {
    type: ['object', 'null'],
    description: 'The coarser topic that it lies in; null until the texts have been looked at together',
    properties: { id: { type: 'string' }, label: { type: 'string' } },
  },
  figures: {
    type: ['object', 'null'],
    description:
      'Exact figures of the last 28 days (UTC), at most a minute old, with the fields of released ones; null where nothing began in them',
  },
  was: { type: 'string', description: 'The id that was asked for, where that topic went into this one' },
};
const CHANGE_FIELDS: JsonSchema = {
  id: { type: 'string' },
  at: { type: 'string', format: 'date-time' },
  kind: { enum: ['merge', 'split'], description: 'merge: from went into to, and is no more; split: to came out of from' },
  from: { type: 'string' },
  to: { type: 'string' },
  label: { type: ['string', 'null'], description: 'What `to` is called now; null where too few users talk about it, or it is no more' },
  threads: { type: 'integer', description: 'That went along' },
};

/** Figures with noise that everybody may see whose role says so; they are the same each time. */
const RELEASED_FIELDS: JsonSchema = {
  id: { type: 'string' },
  label: { type: 'string', description: 'Words that enough people used; may be empty' },
  users: { type: 'integer', description: 'Sum over the days of people, with noise; somebody who came on two days counts twice' },
  unhappyShare: { type: 'number', description: 'Share of them with a thread that failed, was abandoned or needed a correction' },
  correctionRate: { type: ['number', 'null'], description: 'Share of them who corrected an answer or asked again' },
  turnsToResolution: { type: ['number', 'null'], description: 'Mean turns of those whose threads went well, each at most 10' },
  perDay: { type: 'array', description: 'Days on which the topic showed' },
  trend: { enum: ['rising', 'falling', null], description: 'Newer half of the days against the older; null where it may be chance' },
  gap: { type: 'boolean', description: 'More of its people unhappy than elsewhere, beyond chance and noise' },
};
const TOPIC: QueryParameter = {
  name: 'topic',
  description: 'Only changes that this topic had a part in',
  schema: { type: 'string', maxLength: 128 },
};
const CURSOR: QueryParameter = {
  name: 'cursor',
  description: '`next` of the page before',
  schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
};
const CHANGES = 100;
const FIGURES: QueryParameter = {
  name: 'figures',
  description:
    'exact for roles engineer and admin unless asked for otherwise; released, with noise and within a budget, for everybody else',
  schema: { type: 'string', enum: ['exact', 'released'] },
};

/** Users that a topic needs before anybody else is told of it. */
export const leastUsers = (policy: TopicsPolicy | undefined): number => policy?.minUsers ?? MIN_USERS;

const TOPICS: JsonSchema = {
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
    parents: {
      type: 'array',
      description: 'Coarser topics; somebody in two of its topics counts once',
      items: { type: 'object', properties: TOPIC_FIELDS },
    },
    minUsers: { type: 'integer', description: 'Topics of fewer users are left out' },
    figures: { enum: ['exact', 'released'], description: 'Exact counts are for operating the service, not for release' },
    budget: {
      type: 'object',
      description:
        'Privacy loss: epsilonPerDay, epsilonPerQuietDay (no topic came near to showing) and delta of a day, spent and of in the month',
    },
    threshold: { type: 'integer', description: 'Noisy count of people from which a topic shows on a day' },
    days: { type: 'array', items: { type: 'string', format: 'date' } },
    refused: { type: 'array', items: { type: 'string', format: 'date' } },
  },
};

export function topicRoutes(
  store: TopicStore,
  policy: () => TopicsPolicy | undefined,
  { release, exact }: { readonly release: Releaser; readonly exact: ExactFigures },
): Route[] {
  const minUsers = (): number => leastUsers(policy());
  const counts = async (caller: Caller): Promise<readonly TopicCount[]> =>
    hasTopics(caller.scope, policy()) ? store.counts(caller.scope, minUsers(), MAX_SHOWN) : [];
  const parents = async (caller: Caller): Promise<readonly TopicCount[]> =>
    hasTopics(caller.scope, policy()) ? store.parents(caller.scope, minUsers(), MAX_SHOWN) : [];
  const figuresOf = async (caller: Caller): Promise<ReadonlyMap<string, TopicFigures>> =>
    hasTopics(caller.scope, policy()) ? exact(caller.scope) : new Map<string, TopicFigures>();
  const released = async (caller: Caller) => {
    const { days, budget, ...rest } = await release(hasTopics(caller.scope, policy()) ? caller.scope : undefined);
    return { items: topicFigures(days, budget.epsilonPerDay), days: days.map(({ day }) => day), budget, ...rest };
  };
  const exactOne = async (
    caller: Caller,
    isIt: (one: { readonly id: string }) => boolean,
  ): Promise<Record<string, unknown> | undefined> => {
    const found = [...(await counts(caller)), ...(await parents(caller))].find(isIt);
    return found && show(found, (await figuresOf(caller)).get(found.id));
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
        schema: TOPICS,
      },
      handle: async ({ caller, query }) => {
        if (kindOf(caller, query) === 'released') {
          return { status: 200, json: { next: null, figures: 'released', ...(await released(caller)) } };
        }
        const figures = await figuresOf(caller);
        const items = (await counts(caller)).map((one) => show(one, figures.get(one.id)));
        const coarser = (await parents(caller)).map((one) => show(one, figures.get(one.id)));
        return { status: 200, json: { items, parents: coarser, next: null, minUsers: minUsers(), figures: 'exact' } };
      },
    },
    {
      method: 'get',
      path: '/v1/topics/changes',
      permission: 'reports:read',
      summary: 'Merges and splits of topics, the newest first',
      query: [TOPIC, CURSOR],
      success: {
        status: 200,
        description: 'The changes; ids of topics alone where too few users talk about them',
        schema: {
          type: 'object',
          properties: {
            items: { type: 'array', items: { type: 'object', properties: CHANGE_FIELDS } },
            next: { type: ['string', 'null'] },
          },
        },
      },
      handle: async ({ caller, query }) => {
        const labels = new Map((await counts(caller)).map(({ id, label }) => [id, label]));
        const before = query['cursor'] === undefined ? undefined : Number(query['cursor']);
        const found = await store.changes(caller.scope, { before, topic: query['topic'], limit: CHANGES });
        const items = found.map((change) => showChange(change, labels.get(change.to) ?? null));
        return { status: 200, json: { items, next: found.length < CHANGES ? null : String(found.at(-1)?.seq ?? '') } };
      },
    },
    {
      method: 'get',
      path: '/v1/topics/:id',
      permission,
      summary: 'One topic, fine or coarse, that enough users talk about; of one that went into another, that one',
      query: [FIGURES],
      success: {
        status: 200,
        description: 'The topic',
        schema: { oneOf: [{ properties: TOPIC_FIELDS }, { properties: RELEASED_FIELDS }] },
      },
      errors: ['not_found'],
      handle: async ({ caller, params, query }) => {
        const asked = params['id'] ?? '';
        const became = await store.became(caller.scope, asked);
        const isIt = ({ id }: { readonly id: string }): boolean => id === (became ?? asked);
        const topic = kindOf(caller, query) === 'released' ? (await released(caller)).items.find(isIt) : await exactOne(caller, isIt);
        if (!topic) throw new ClewError('not_found');
        return { status: 200, json: became === undefined ? topic : { ...topic, was: asked } };
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

/** Of the last 28 days; absent fields mean that nothing of the topic began in them. */
const course = (figures: TopicFigures): Record<string, unknown> => ({
  userDays: figures.users,
  unhappyShare: figures.unhappyShare,
  correctionRate: figures.correctionRate,
  turnsToResolution: figures.turnsToResolution,
  perDay: figures.perDay,
  trend: figures.trend,
  gap: figures.gap,
});

const showChange = ({ seq, atMs, kind, from, to, threads }: TopicEvent, label: string | null): Record<string, unknown> => ({
  id: `tc_${seq}`,
  at: new Date(atMs).toISOString(),
  kind,
  from,
  to,
  label,
  threads,
});

const show = ({ lastAtMs, ...topic }: TopicCount, figures?: TopicFigures): Record<string, unknown> => ({
  ...topic,
  lastAt: new Date(lastAtMs).toISOString(),
  figures: figures ? course(figures) : null,
});
