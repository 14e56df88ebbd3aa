// Two models on the same topics.
import { MEASURES, type Conversation, type Measure } from './conversations.ts';
import { matchedDifference, type Difference, type Observation } from './matched.ts';
import { discoveries } from '../kernel/index.ts';

export interface ComparedMeasure {
  readonly name: Measure;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  readonly means: string;
  /** Null where too little of it was measured on topics that both models answered. */
  readonly figures: Difference | null;
  /** The difference holds at a false discovery rate of 5% over all measures. */
  readonly holds: boolean;
}

export interface ComparedTopic {
  readonly id: string;
  readonly label: string;
  readonly threadsA: number;
  readonly threadsB: number;
  /** Means of `firstAnswer`. */
  readonly firstAnswerA: number;
  readonly firstAnswerB: number;
}

export interface Comparison {
  readonly a: Arm;
  readonly b: Arm;
  /** Enough threads of enough people on shared topics to take the figures seriously. */
  readonly enough: boolean;
  /** Threads in which more than one model answered, and those without a topic: neither is compared. */
  readonly leftOut: { readonly mixed: number; readonly withoutTopic: number };
  readonly measures: readonly ComparedMeasure[];
  /** Those that both answered, the best supported first. */
  readonly topics: readonly ComparedTopic[];
  /** Topics that both answered and too few people talk about: they are compared within, and not told of. */
  readonly heldBack: number;
}

export interface Arm {
  readonly model: string;
  readonly threads: number;
  readonly people: number;
  /** Threads on topics that the other model answered too. */
  readonly matched: number;
}

const LEAST_THREADS = 20;
const LEAST_PEOPLE = 5;
const MAX_TOPICS = 50;

export function compareModels(conversations: readonly Conversation[], a: string, b: string): Comparison {
  const asked = conversations.filter(({ model }) => model === a || model === b);
  const placed = asked.filter(({ topic }) => topic !== null);
  const all = topicsOf(placed, a);
  const topics = all.flatMap(({ label, ...topic }) => (label === null ? [] : [{ ...topic, label }]));
  const shared = new Set(all.map(({ id }) => id));
  const matched = placed.filter(({ topic }) => shared.has(topic?.id ?? ''));
  const figures = (Object.keys(MEASURES) as Measure[]).map((name) => ({ name, figures: matchedDifference(observed(matched, a, name)) }));
  const held = discoveries(figures.map((one) => one.figures?.p ?? 1));
  const arm = (model: string): Arm => {
    const own = asked.filter((one) => one.model === model);
    return {
      model,
      threads: own.length,
      people: new Set(own.map(({ person }) => person)).size,
      matched: matched.filter((one) => one.model === model).length,
    };
  };
  const arms = { a: arm(a), b: arm(b) };
  return {
    ...arms,
    enough: Math.min(arms.a.matched, arms.b.matched) >= LEAST_THREADS && Math.min(arms.a.people, arms.b.people) >= LEAST_PEOPLE,
    leftOut: {
      mixed: conversations.filter(({ model }) => model === null).length,
      withoutTopic: asked.length - placed.length,
    },
    measures: figures.map((one, at) => ({
      name: one.name,
      ...MEASURES[one.name],
      figures: one.figures ?? null,
      holds: held[at] === true && one.figures !== undefined,
    })),
    topics: topics.slice(0, MAX_TOPICS),
    heldBack: all.length - topics.length,
  };
}

function observed(matched: readonly Conversation[], a: string, measure: Measure): Observation[] {
  return matched.flatMap(({ model, topic, person, values }) => {
    const value = values[measure];
    return value === null ? [] : [{ arm: model === a ? 'a' : 'b', stratum: topic?.id ?? '', cluster: person, value }];
  });
}

type FoundTopic = Omit<ComparedTopic, 'label'> & { readonly label: string | null };

function topicsOf(placed: readonly Conversation[], a: string): readonly FoundTopic[] {
  const byTopic = Map.groupBy(placed, ({ topic }) => topic?.id ?? '');
  return [...byTopic]
    .map(([id, all]) => {
      const [ofA, ofB] = [all.filter(({ model }) => model === a), all.filter(({ model }) => model !== a)];
      const held = (own: readonly Conversation[]): number =>
        own.reduce((sum, { values }) => sum + (values.firstAnswer ?? 0), 0) / Math.max(1, own.length);
      return {
        id,
        label: all.at(-1)?.topic?.label ?? null,
        threadsA: ofA.length,
        threadsB: ofB.length,
        firstAnswerA: held(ofA),
        firstAnswerB: held(ofB),
      };
    })
    .filter(({ threadsA, threadsB }) => threadsA > 0 && threadsB > 0)
    .toSorted((x, y) => Math.min(y.threadsA, y.threadsB) - Math.min(x.threadsA, x.threadsB) || (x.id < y.id ? -1 : 1));
}

export interface ExamplePair {
  readonly topic: string;
  readonly similarity: number;
  readonly a: { readonly threadId: string; readonly requestId: string };
  readonly b: { readonly threadId: string; readonly requestId: string };
}

const MAX_PAIRS = 10;
const PAIRS_PER_TOPIC = 3;
const PER_TOPIC = 40;

/**
 * First prompts of the two models that are most alike, at most one pair a thread, the newest of each topic. Topics take turns,
 * the best supported first: one that many ask about in the same words must not be all there is to see.
 */
export function examplePairs(
  conversations: readonly Conversation[],
  { a, topics }: { readonly a: string; readonly topics: readonly ComparedTopic[] },
  vectors: ReadonlyMap<string, Float32Array>,
): readonly ExamplePair[] {
  const ofTopics = topics.map(({ id, label }) => {
    const newest = candidatesOf(conversations, id);
    const [ofA, ofB] = [newest.filter(({ model }) => model === a), newest.filter(({ model }) => model !== a)];
    return apart(ofA.flatMap((one) => ofB.flatMap((other) => pairOf(label, one, other, vectors))));
  });
  const rounds = Array.from({ length: PAIRS_PER_TOPIC }, (_, round) => ofTopics.flatMap((pairs) => pairs[round] ?? []));
  return rounds.flat().slice(0, MAX_PAIRS);
}

/** The most alike first, each thread in one pair. */
function apart(pairs: readonly ExamplePair[]): readonly ExamplePair[] {
  const used = new Set<string>();
  return pairs
    .toSorted((x, y) => y.similarity - x.similarity || (x.a.requestId < y.a.requestId ? -1 : 1))
    .filter((pair) => {
      if (used.has(pair.a.threadId) || used.has(pair.b.threadId) || used.size >= 2 * PAIRS_PER_TOPIC) return false;
      used.add(pair.a.threadId).add(pair.b.threadId);
      return true;
    });
}

/** Conversations on a topic whose prompts an example may be looked for in, the newest of each model. */
export function candidatesOf(conversations: readonly Conversation[], topicId: string): readonly Conversation[] {
  const own = conversations.filter(({ topic, model }) => topic?.id === topicId && model !== null);
  return [...Map.groupBy(own, ({ model }) => model).values()].flatMap((ofModel) => ofModel.slice(-PER_TOPIC));
}

function pairOf(topic: string, a: Conversation, b: Conversation, vectors: ReadonlyMap<string, Float32Array>): ExamplePair[] {
  const [one, other] = [vectors.get(a.firstRequest), vectors.get(b.firstRequest)];
  if (!one || !other || one.length !== other.length) return [];
  const similarity = one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
  const side = ({ threadId, firstRequest }: Conversation) => ({ threadId, requestId: firstRequest });
  return [{ topic, similarity, a: side(a), b: side(b) }];
}
