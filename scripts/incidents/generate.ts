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
  /** Which client of the gateway people came by. */
  readonly consumer: string;
  /** Name of the declared template of the instructions. */
  readonly prompt: string;
  /** Arm of an experiment. */
  readonly variant: string;
  readonly position: string;
  /** Against the manifest. */
  readonly verdict: string;
  /** How the thread broke down; undefined: it did not. */
  readonly pattern: string | undefined;
  readonly isError: boolean;
  readonly durationMs: number;
}

/** What can be behind a made-up incident; the last four are judgements, which no sample carries. */
export const CAUSES = ['model', 'route', 'topic', 'consumer', 'prompt', 'variant', 'intent', 'position', 'verdict', 'pattern'] as const;
/** What samples carry. */
export const CARRIED = CAUSES.slice(0, 6);
export type CauseDimension = (typeof CAUSES)[number];

/** Lift below 1: so much of its usual traffic is left; 0: none at all. */
export interface Cause {
  readonly dimension: CauseDimension;
  readonly value: string;
  readonly lift: number;
}

/** more: one cause has more of the traffic; less, absent: a part of one, or all of it, does not come; two: two dimensions have more at once. */
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
  /** more unless given. Of `less` its traffic is divided by the lift. */
  readonly kind?: IncidentKind;
  /** Expected requests an hour. */
  readonly perHour?: number;
  readonly people?: number;
  /** What the cause is; each seed in turn another one of `CAUSES` unless given. */
  readonly dimension?: CauseDimension;
  /** Of two, where the second one may lie; anywhere unless given. */
  readonly among?: readonly CauseDimension[];
}

const HOUR = 3_600_000;
const TOPICS = ['refund', 'timetable', 'luggage', 'invoice', 'password', 'seat', 'pets', 'discount'];
const MODELS = ['gpt-4o-2024-08-06', 'gpt-4o-mini-2024-07-18', 'claude-sonnet-4-5-20250929', 'gpt-4.1-mini-2025-04-14'];
const ROUTES = ['chat', 'help', 'agent', 'search'];
const INTENTS = ['information_seeking', 'task_execution', 'conversation_management', 'error_recovery'];
const CONSUMERS = ['web', 'ios', 'android', 'partner'];
const PROMPTS = ['prompt-a', 'prompt-b', 'prompt-c'];
const ARMS = ['usual', 'terse', 'friendly'];
const POSITIONS = ['continuation', 'first', 'return', 'new_thread'];
const VERDICTS = ['match', 'drifted', 'undeclared'];
const PATTERNS = [undefined, 'truncation', 'repeat', 'repeated correction'];

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
  readonly consumer: string;
  readonly variant: string;
}

/** Few people ask much, and each has topics of their own. */
function peopleOf(draw: Draw, count: number): readonly Person[] {
  return Array.from({ length: count }, (_, at) => ({
    name: `user-${at}`,
    activity: 1 / (1 + at) ** 0.6,
    topics: TOPICS.map(() => -Math.log(1 - draw())),
    route: pick(draw, ROUTES, [5, 3, 2, 1]),
    consumer: pick(draw, CONSUMERS, [5, 3, 2, 1]),
    variant: pick(draw, ARMS, [6, 2, 2]),
  }));
}

/** Who asks next. */
function asker(draw: Draw, people: readonly Person[]): () => Person {
  let total = 0;
  const sums = people.map(({ activity }) => (total += activity));
  return () => {
    const at = draw() * total;
    let [low, high] = [0, people.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    return people[low] as Person;
  };
}

/** A request as it comes any hour; what it has is tied: topics to models, intents and verdicts, routes to prompts, people to routes, clients and arms. */
function usual(draw: Draw, person: Person, atMs: number): Request {
  const topic = pick(draw, TOPICS, person.topics);
  const route = draw() < 0.8 ? person.route : pick(draw, ROUTES, [1, 1, 1, 1]);
  const favourite = TOPICS.indexOf(topic) % MODELS.length;
  const model = draw() < 0.6 ? (MODELS[favourite] ?? '') : pick(draw, MODELS, [4, 3, 2, 1]);
  const intent = draw() < 0.5 ? (INTENTS[TOPICS.indexOf(topic) % INTENTS.length] ?? '') : pick(draw, INTENTS, [4, 3, 2, 1]);
  const prompt = draw() < 0.7 ? (PROMPTS[ROUTES.indexOf(route) % PROMPTS.length] ?? '') : pick(draw, PROMPTS, [1, 1, 1]);
  return {
    atMs,
    user: person.name,
    model,
    route,
    topic,
    intent,
    consumer: person.consumer,
    prompt,
    variant: person.variant,
    position: pick(draw, POSITIONS, [5, 3, intent === 'information_seeking' ? 2 : 1, 1]),
    verdict: pick(draw, VERDICTS, [8, topic === 'invoice' ? 3 : 1, 1]),
    pattern: pick(draw, PATTERNS, [8, 1, 1, 1]),
    isError: draw() < 0.02,
    durationMs: Math.round(400 + 1_200 * -Math.log(1 - draw())),
  };
}

/** Six hours as usual, then one hour of which causes have more or less; somebody asks in a burst in it, which is no cause. */
export function generateIncident({
  seed,
  lift,
  kind = 'more',
  perHour = 2_000,
  people: count = 300,
  dimension: given,
  among = CAUSES,
}: IncidentOptions): Incident {
  const draw = seeded(seed);
  const people = peopleOf(draw, count);
  const startsAtMs = Date.parse('2026-06-01T12:00:00Z') + seed * 24 * HOUR;
  const next = asker(draw, people);
  const before = Array.from({ length: 6 * perHour }, () => usual(draw, next(), startsAtMs - draw() * 6 * HOUR));
  const dimension = given ?? CAUSES[seed % CAUSES.length] ?? 'model';
  const value = causeValue(draw, before, dimension);
  const strength = kind === 'less' ? 1 / lift : kind === 'absent' ? 0 : lift;
  const planted: Cause[] = [{ dimension, value, lift: strength }];
  if (kind === 'two') {
    const others = among.filter((one) => one !== dimension);
    const second = pick(
      draw,
      others,
      others.map(() => 1),
    );
    planted.push({ dimension: second, value: causeValue(draw, before, second), lift });
  }
  const gates = planted.map((cause) => gateOf(before, cause));
  const during: Request[] = [];
  // What goes away is missing from the sum; what there is more of comes in place of others.
  const isLoss = kind === 'less' || kind === 'absent';
  for (let asked = 0; isLoss ? asked < perHour : during.length < perHour; asked += 1) {
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
    .flatMap(([value]) => value ?? []);
  return pick(
    draw,
    fit.toSorted(),
    fit.map(() => 1),
  );
}

/** Lets requests through as often as makes the share of the cause `lift` times what it was; of what there is less of, so much of its own. */
function gateOf(before: readonly Request[], { dimension, value, lift }: Cause): (one: Request, draw: Draw) => boolean {
  const share = before.filter((one) => one[dimension] === value).length / before.length;
  if (lift < 1) return (one, draw) => one[dimension] !== value || draw() < lift;
  const others = (1 - lift * share) / (lift * (1 - share));
  return (one, draw) => one[dimension] === value || draw() < others;
}
