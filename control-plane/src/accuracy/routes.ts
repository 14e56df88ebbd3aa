import { ClewError, timeOf, type ApiRequest, type Clock, type JsonSchema, type Route } from '../kernel/index.ts';
import { calibrationError, figuresOf, reliabilityOf } from './figures.ts';
import type { VerdictStore } from './ports.ts';
import { viewOf } from './propose.ts';
import type { AccuracyRoom } from './room.ts';
import type { Calibration, Tally } from './types.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const MAX_DAYS = 92;
const TIME: JsonSchema = { type: 'string', format: 'date-time' };
const NUMBER_OR_NULL: JsonSchema = { type: ['number', 'null'] };
const SHARE: JsonSchema = {
  type: 'object',
  description: 'A share with its 95% interval (Wilson); null without anything to take it of',
  properties: { value: NUMBER_OR_NULL, low: NUMBER_OR_NULL, high: NUMBER_OR_NULL },
};
const FIGURES: JsonSchema = {
  type: 'object',
  properties: {
    n: { type: 'integer' },
    people: { type: 'integer' },
    trueJoin: { type: 'integer' },
    falseJoin: { type: 'integer', description: 'Joined, while the request began a thread' },
    missedJoin: { type: 'integer', description: 'Joined another thread than its own' },
    trueNew: { type: 'integer' },
    falseNew: { type: 'integer', description: 'Begun, while the request went on with a thread' },
    beyondReach: { type: 'integer', description: 'Of missedJoin and falseNew: the thread was older than 24 hours' },
    precision: SHARE,
    recall: SHARE,
  },
};
const TUNING: JsonSchema = { type: ['object', 'null'], description: 'Null: the linker as it is shipped' };
const CALIBRATION: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    version: { type: 'integer' },
    action: { enum: ['apply', 'revert'] },
    revertedTo: { type: ['integer', 'null'] },
    at: TIME,
    by: { type: 'string' },
    tuning: TUNING,
    preview: { type: ['object', 'null'] },
    active: { type: 'boolean' },
    stale: { type: 'boolean', description: 'It was learned for other weights or another model of vectors, so it is not used' },
  },
};
const ACTION: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['action'],
  properties: {
    action: { enum: ['apply', 'revert'] },
    to: { type: 'integer', minimum: 0, description: 'With revert: the version to go back to, 0 for the linker as it is shipped' },
  },
};

const ACCURACY: JsonSchema = {
  type: 'object',
  properties: {
    from: TIME,
    to: TIME,
    all: FIGURES,
    byEvidence: { type: 'object', properties: { declared: FIGURES, history: FIGURES } },
    corrections: FIGURES,
    days: { type: 'array', items: { type: 'object' } },
    reliability: { type: 'array', items: { type: 'object' } },
    ece: NUMBER_OR_NULL,
    calibration: { type: 'object' },
  },
};

export function accuracyRoutes(room: AccuracyRoom, verdicts: VerdictStore, clock: Clock): Route[] {
  return [accuracyRoute(room, verdicts, clock), calibrationsRoute(room), proposalRoute(room), calibrateRoute(room)];
}

function accuracyRoute(room: AccuracyRoom, verdicts: VerdictStore, clock: Clock): Route {
  return {
    method: 'get',
    path: '/v1/accuracy',
    permission: 'metrics:read',
    summary: 'How often the inferred linker is right, measured where session ids, history or people say so',
    query: [
      { name: 'from', description: 'Requests not before; 30 days ago unless given', schema: TIME },
      { name: 'to', description: `Requests not after; now unless given, at most ${MAX_DAYS} days later`, schema: TIME },
    ],
    success: {
      status: 200,
      description: 'Precision and recall with intervals, by evidence and day, and how confidence comes true',
      schema: ACCURACY,
    },
    handle: async ({ caller: { scope }, query }) => {
      const [fromMs, toMs] = rangeOf(query, clock.nowMs());
      const tallies = await verdicts.tallies(scope, fromMs, toMs);
      const people = await verdicts.people(scope, fromMs, toMs);
      const [active] = await room.list(scope);
      const traffic = tallies.filter(({ source }) => source === 'traffic');
      const bins = reliabilityOf(traffic);
      const json = {
        from: new Date(fromMs).toISOString(),
        to: new Date(toMs).toISOString(),
        all: { ...figuresOf(traffic), people: people.traffic },
        byEvidence: {
          declared: figuresOf(traffic.filter(({ evidence }) => evidence === 'declared')),
          history: figuresOf(traffic.filter(({ evidence }) => evidence === 'history')),
        },
        corrections: { ...figuresOf(tallies.filter(({ source }) => source === 'person')), people: people.person },
        days: daysOf(traffic),
        reliability: bins,
        ece: calibrationError(bins),
        calibration: {
          version: active?.tuning ? active.version : null,
          since: active?.tuning ? new Date(active.atMs).toISOString() : null,
          stale: active?.tuning ? !room.fits(active.tuning) : false,
        },
      };
      return { status: 200, json };
    },
  };
}

function calibrationsRoute(room: AccuracyRoom): Route {
  return {
    method: 'get',
    path: '/v1/calibrations',
    permission: 'metrics:read',
    summary: 'What was learned from the own evidence and applied, newest first',
    success: {
      status: 200,
      description: 'All versions; active is the one in force, null for the linker as it is shipped',
      schema: {
        type: 'object',
        properties: { items: { type: 'array', items: CALIBRATION }, next: { type: 'null' }, active: { type: ['object', 'null'] } },
      },
    },
    handle: async ({ caller: { scope } }) => {
      const items = (await room.list(scope)).map((one, index) => view(room, one, index === 0));
      const [active] = items;
      return { status: 200, json: { items, next: null, active: active === undefined || active['tuning'] === null ? null : active } };
    },
  };
}

function proposalRoute(room: AccuracyRoom): Route {
  return {
    method: 'get',
    path: '/v1/calibrations/proposal',
    permission: 'metrics:read',
    summary: 'What the evidence of this moment proposes, and what it would change on evidence that was not learned from',
    success: {
      status: 200,
      description: 'A proposal, or why there is none',
      schema: {
        type: 'object',
        properties: {
          state: { enum: ['proposed', 'unchanged', 'too_little'] },
          explanation: { type: 'string' },
          needs: { type: 'object' },
          has: { type: 'object' },
          tuning: TUNING,
          current: { type: 'object' },
          preview: { type: ['object', 'null'] },
        },
      },
    },
    handle: async ({ caller: { scope } }) => ({ status: 200, json: await room.proposal(scope) }),
  };
}

function calibrateRoute(room: AccuracyRoom): Route {
  return {
    method: 'post',
    path: '/v1/calibrations',
    permission: 'policies:write',
    summary: 'Apply the proposal of this moment, or go back; in force from the next decision on',
    body: { kind: 'json', content: { 'application/json': ACTION } },
    success: { status: 201, description: 'The version in force from now on', schema: CALIBRATION },
    errors: ['malformed_json', 'invalid_body', 'body_too_large', 'calibration_refused', 'not_found'],
    handle: async ({ caller: { scope, tokenId }, body }) => {
      const { action, to } = readAction(body);
      const made = action === 'apply' ? await room.apply(scope, tokenId) : await room.revert(scope, tokenId, to);
      return { status: 201, json: view(room, made, true) };
    },
  };
}

function view(room: Pick<AccuracyRoom, 'fits'>, calibration: Calibration, active: boolean): Readonly<Record<string, unknown>> {
  const { version, atMs, tuning, ...rest } = calibration;
  return {
    id: String(version),
    version,
    ...rest,
    at: new Date(atMs).toISOString(),
    tuning: tuning === null ? null : viewOf(tuning),
    active,
    stale: tuning !== null && !room.fits(tuning),
  };
}

function readAction(body: unknown): { readonly action: 'apply' | 'revert'; readonly to: number | undefined } {
  const { action, to, ...rest } = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  if ((action !== 'apply' && action !== 'revert') || Object.keys(rest).length > 0) {
    throw new ClewError('invalid_body', 'expected {"action": "apply"} or {"action": "revert", "to": a version}');
  }
  if (to !== undefined && (action !== 'revert' || !Number.isSafeInteger(to) || Number(to) < 0)) {
    throw new ClewError('invalid_body', 'to: expected a version, with action revert only');
  }
  return { action, to: to === undefined ? undefined : Number(to) };
}

function rangeOf(query: ApiRequest['query'], nowMs: number): readonly [number, number] {
  const given = (name: 'from' | 'to'): number | undefined => (query[name] === undefined ? undefined : timeOf(query[name]));
  const to = given('to') ?? nowMs;
  const from = given('from') ?? to - DEFAULT_DAYS * DAY_MS;
  if (from > to) throw new ClewError('invalid_query', 'from: expected a time before to');
  if (to - from > MAX_DAYS * DAY_MS) throw new ClewError('invalid_query', `to: expected at most ${MAX_DAYS} days after from`);
  return [from, to];
}

function daysOf(tallies: readonly Tally[]): readonly Readonly<Record<string, unknown>>[] {
  const days = Map.groupBy(tallies, ({ day }) => day);
  return [...days]
    .toSorted(([a], [b]) => a - b)
    .map(([day, own]) => {
      const { n, precision, recall } = figuresOf(own);
      return { day: new Date(day * DAY_MS).toISOString().slice(0, 10), n, precision: precision.value, recall: recall.value };
    });
}
