// Made-up incidents with a known cause: to see whether the analysis of alerts finds it, and finds nothing where there is none.
// The same seed gives the same incident.

import { seeded } from '../../control-plane/src/kernel/index.ts';

export interface Request {
  readonly atMs: number;
  readonly user: string;
  readonly model: string;
  readonly route: string;
  readonly topic: string;
  readonly intent: string;
  readonly variant: string;
  readonly isError: boolean;
  readonly durationMs: number;
}

const CAUSES = ['model', 'route', 'topic', 'intent', 'variant'] as const;
export type CauseDimension = (typeof CAUSES)[number];

/** Lift below 1: there is less of it than usual; 0: none at all. */
export interface Cause {
  readonly dimension: CauseDimension;
  readonly value: string;
  readonly lift: number;
}

/** more: one cause has more of the traffic; less, absent: one has a part of it, or none; two: two dimensions have more at once. */
export const KINDS = ['more', 'less', 'absent', 'two'] as const;
export type IncidentKind = (typeof KINDS)[number];

export interface Incident {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  /** Null in a quiet time; the first of several. */
  readonly cause: Cause | null;
  /** All that was planted. */
  readonly causes: readonly Cause[];
  readonly requests: readonly Request[];
}

export interface IncidentOptions {
  readonly seed: number;
  /** How many times its usual share of the traffic the cause has during the incident; 1: nothing happens. */
  readonly lift: number;
  /** more unless given. Of `less` the share is divided by the lift. */
  readonly kind?: IncidentKind;
  /** Expected requests an hour. */
  readonly perHour?: number;
  readonly people?: number;
}

const HOUR = 3_600_000;
const TOPICS = ['refund', 'timetable', 'luggage', 'invoice', 'password', 'seat', 'pets', 'discount'];
const MODELS = ['gpt-4o-2024-08-06', 'gpt-4o-mini-2024-07-18', 'claude-sonnet-4-5-20250929', 'gpt-4.1-mini-2025-04-14'];
const ROUTES = ['chat', 'help', 'agent', 'search'];
const INTENTS = ['information_seeking', 'task_execution', 'conversation_management', 'error_recovery'];
const VARIANTS = ['prompt-a', 'prompt-b', 'prompt-c'];

type Draw = () => number;

function pick<T>(draw: Draw, items: readonly T[], weights: readonly number[]): T {
  let left = draw() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [at, item] of items.entries()) {
    left -= weights[at] ?? 0;
    if (left < 0) return item;
  }
  return items.at(-1) as T;
}

interface Person {
  readonly name: string;
  readonly activity: number;
  readonly topics: readonly number[];
  readonly route: string;
}

/** Few people ask much, and each has topics of their own. */
function peopleOf(draw: Draw, count: number): readonly Person[] {
  return Array.from({ length: count }, (_, at) => ({
    name: `user-${at}`,
    activity: 1 / (1 + at) ** 0.6,
    topics: TOPICS.map(() => -Math.log(1 - draw())),
    route: pick(draw, ROUTES, [5, 3, 2, 1]),
  }));
}

/** Who asks next. */
function asker(draw: Draw, people: readonly Person[]): () => Person {
  const activities = people.map(({ activity }) => activity);
  return () => pick(draw, people, activities);
}

/** A request as it comes any hour; what it has is tied: topics to models and intents, routes to variants. */
function usual(draw: Draw, person: Person, atMs: number): Request {
  const topic = pick(draw, TOPICS, person.topics);
  const route = draw() < 0.8 ? person.route : pick(draw, ROUTES, [1, 1, 1, 1]);
  const favourite = TOPICS.indexOf(topic) % MODELS.length;
  const model = draw() < 0.6 ? (MODELS[favourite] ?? '') : pick(draw, MODELS, [4, 3, 2, 1]);
  const intent = draw() < 0.5 ? (INTENTS[TOPICS.indexOf(topic) % INTENTS.length] ?? '') : pick(draw, INTENTS, [4, 3, 2, 1]);
  const variant = draw() < 0.7 ? (VARIANTS[ROUTES.indexOf(route) % VARIANTS.length] ?? '') : pick(draw, VARIANTS, [1, 1, 1]);
  return {
    atMs,
    user: person.name,
    model,
    route,
    topic,
    intent,
    variant,
    isError: draw() < 0.02,
    durationMs: Math.round(400 + 1_200 * -Math.log(1 - draw())),
  };
}

/** Six hours as usual, then one hour of which causes have more or less; somebody asks in a burst in it, which is no cause. */
export function generateIncident({ seed, lift, kind = 'more', perHour = 2_000, people: count = 300 }: IncidentOptions): Incident {
  const draw = seeded(seed);
  const people = peopleOf(draw, count);
  const startsAtMs = Date.parse('2026-06-01T12:00:00Z') + seed * 24 * HOUR;
  const next = asker(draw, people);
  const before = Array.from({ length: 6 * perHour }, () => usual(draw, next(), startsAtMs - draw() * 6 * HOUR));
  const dimension = pick(draw, CAUSES, [1, 1, 1, 1, 1]);
  const value = causeValue(draw, before, dimension);
  const strength = kind === 'less' ? 1 / lift : kind === 'absent' ? 0 : lift;
  const planted: Cause[] = [{ dimension, value, lift: strength }];
  if (kind === 'two') {
    const second = pick(
      draw,
      CAUSES.filter((one) => one !== dimension),
      [1, 1, 1, 1],
    );
    planted.push({ dimension: second, value: causeValue(draw, before, second), lift });
  }
  const gates = planted.map((cause) => gateOf(before, cause));
  const during: Request[] = [];
  while (during.length < perHour) {
    const one = usual(draw, next(), startsAtMs + draw() * HOUR);
    if (gates.every((isLet) => isLet(one, draw))) during.push(one);
  }
  const burst = pick(
    draw,
    people,
    people.map(() => 1),
  );
  const model = pick(draw, MODELS, [1, 1, 1, 1]);
  for (let at = 0; at < perHour / 40; at += 1) {
    during.push({ ...usual(draw, burst, startsAtMs + draw() * HOUR), model });
  }
  return {
    startsAtMs,
    endsAtMs: startsAtMs + HOUR,
    cause: lift === 1 ? null : (planted[0] ?? null),
    causes: lift === 1 ? [] : planted,
    requests: [...before, ...during].toSorted((a, b) => a.atMs - b.atMs),
  };
}

/** Neither most of the traffic, which cannot double, nor next to nothing. */
function causeValue(draw: Draw, before: readonly Request[], dimension: CauseDimension): string {
  const counts = Map.groupBy(before, (one) => one[dimension]);
  const fit = [...counts]
    .filter(([, own]) => own.length / before.length > 0.05 && own.length / before.length < 0.35)
    .map(([value]) => value);
  return pick(
    draw,
    fit.toSorted(),
    fit.map(() => 1),
  );
}

/** Lets requests through as often as makes the share of the cause `lift` times what it was. */
function gateOf(before: readonly Request[], { dimension, value, lift }: Cause): (one: Request, draw: Draw) => boolean {
  const share = before.filter((one) => one[dimension] === value).length / before.length;
  if (lift < 1) {
    const own = (lift * (1 - share)) / (1 - lift * share);
    return (one, draw) => one[dimension] !== value || draw() < own;
  }
  const others = (1 - lift * share) / (lift * (1 - share));
  return (one, draw) => one[dimension] === value || draw() < others;
}
