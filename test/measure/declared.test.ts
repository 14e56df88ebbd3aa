// How well conversations are found where the id that comes as "session" is something else: each request passes the plugin's
// own flow and the linker, in order of time, without inference, so that only the evidence decides.
import { beforeAll, describe, expect, it } from 'vitest';
import { incomingOf } from '../../control-plane/src/ingest/index.ts';
import { PrincipalThreads, type TurnInput } from '../../control-plane/src/threads/index.ts';
import { traffic, type TrafficRequest } from '../support/chat-traffic.ts';
import { recorder } from '../support/recorded.ts';

const SEED = Number(process.env['CLEW_HISTORY_SEED'] ?? 20_261);
const PEOPLE = Number(process.env['CLEW_HISTORY_PEOPLE'] ?? 12);
const CONVERSATIONS = 7;

interface Placed {
  readonly request: TrafficRequest;
  readonly isDeclared: boolean;
  thread: string;
}

/** What stands as session in a request: the n-th in all, the n-th of its conversation. */
type Naming = (request: TrafficRequest, n: number, nOfConversation: number) => string | undefined;

/** With the least F1. Under one id equal first messages are taken for an edit until shown otherwise. */
const NAMINGS: readonly (readonly [name: string, least: number, naming: Naming])[] = [
  ['none', 0.995, () => undefined],
  ['one for each conversation', 0.995, ({ conversation }) => conversation],
  ['one for each person', 0.95, ({ user }) => user],
  ['one for each request', 0.995, (_, n) => `r${n}`],
  ['one for each six hours', 0.95, ({ user, call }) => `${user}-${Math.floor(call.at / 21_600)}`],
  ['another every three requests of a conversation', 0.995, ({ conversation }, _, n) => `${conversation}-${Math.floor(n / 3)}`],
  ['a value that was never set', 0.995, () => 'undefined'],
];

interface Recorded {
  readonly request: TrafficRequest;
  readonly turn: TurnInput;
  readonly principal: string;
}

async function recorded(): Promise<readonly Recorded[]> {
  const record = recorder();
  const all: Recorded[] = [];
  for (const request of traffic(SEED, PEOPLE, CONVERSATIONS)) {
    const { turn, principal } = incomingOf({ tenant: 't', environment: 'e' }, await record(request.call));
    all.push({ request, turn, principal: principal ?? '' });
  }
  return all;
}

function place(all: readonly Recorded[], naming: Naming): readonly Placed[] {
  const states = new Map<string, PrincipalThreads>();
  const byId = new Map<string, Placed>();
  const seen = new Map<string, number>();
  for (const [n, { request, turn, principal }] of all.entries()) {
    const own = seen.get(request.conversation) ?? 0;
    seen.set(request.conversation, own + 1);
    const id = naming(request, n, own);
    const state = states.get(principal) ?? new PrincipalThreads({ threadIdSeed: principal, inference: false });
    states.set(principal, state);
    const placement = state.place(id === undefined ? turn : { ...turn, session: { id, source: 'header:x-session-id' } });
    for (const { requestId, into } of placement.relinked ?? []) byId.get(requestId)!.thread = into;
    byId.set(turn.id, { request, isDeclared: placement.method === 'declared', thread: placement.threadId });
  }
  return [...byId.values()];
}

/** Over all pairs of requests of one person: in the same thread, and of the same conversation. */
function pairwise(placed: readonly Placed[]): { readonly precision: number; readonly recall: number; readonly f1: number } {
  let [both, together, same] = [0, 0, 0];
  const pairs = (sizes: Iterable<readonly unknown[]>): number =>
    [...sizes].reduce((sum, { length }) => sum + (length * (length - 1)) / 2, 0);
  for (const mine of Map.groupBy(placed, ({ request }) => request.user).values()) {
    together += pairs(Map.groupBy(mine, ({ thread }) => thread).values());
    same += pairs(Map.groupBy(mine, ({ request }) => request.conversation).values());
    both += pairs(Map.groupBy(mine, (one) => `${one.thread} ${one.request.conversation}`).values());
  }
  const [precision, recall] = [both / together, both / same];
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall) };
}

const percent = (value: number): string => (100 * value).toFixed(2);

describe('conversations under a declared session that is', () => {
  let all: readonly Recorded[];
  beforeAll(async () => {
    all = await recorded();
  }, 600_000);

  it.each(NAMINGS)('%s', { timeout: 600_000 }, (name, least, naming) => {
    const placed = place(all, naming);
    const { precision, recall, f1 } = pairwise(placed);
    const declared = placed.filter(({ isDeclared }) => isDeclared).length / placed.length;
    process.stderr.write(
      `${name.padEnd(48)} pairwise F1 ${percent(f1)} (precision ${percent(precision)}, recall ${percent(recall)}), declared links ${percent(declared)}% of ${placed.length}\n`,
    );
    expect(f1).toBeGreaterThanOrEqual(least);
  });

  it.each([
    ['any', 1, 0.5],
    ['every second', 2, 0.6],
  ] as const)('none, where the answer of %s request was not captured', { timeout: 600_000 }, (name, each, least) => {
    const unheard = all.map((one, n) => (n % each === 0 ? { ...one, turn: withoutAnswer(one.turn) } : one));
    const { precision, recall } = pairwise(place(unheard, () => undefined));
    process.stderr.write(`answers of ${name} request missing: pairwise precision ${percent(precision)}, recall ${percent(recall)}\n`);
    expect(precision).toBeGreaterThanOrEqual(0.98);
    expect(recall).toBeGreaterThanOrEqual(least);
  });
});

function withoutAnswer(turn: TurnInput): TurnInput {
  const { messages, summary } = turn.history ?? { messages: [] };
  const call = Object.fromEntries(Object.entries(turn.call ?? {}).filter(([name]) => name !== 'responseId' && name !== 'toolCalls'));
  return { ...turn, answer: undefined, call: call, history: { messages, ...(summary === true && { summary }) } };
}
