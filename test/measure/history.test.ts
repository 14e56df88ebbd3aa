// How well conversations are found by their history, on traffic of our own: several dialects, models and memories, tools,
// forks, equal openings. Each request passes the plugin's own flow and the linker, in order of time.
import { describe, expect, it } from 'vitest';
import { incomingOf } from '../../control-plane/src/ingest/index.ts';
import { PrincipalThreads, type Placement } from '../../control-plane/src/threads/index.ts';
import { MEMORIES, traffic, type TrafficRequest } from '../support/chat-traffic.ts';
import { recorder } from '../support/recorded.ts';

interface Placed {
  readonly request: TrafficRequest;
  readonly placement: Placement;
  /** Where it stood when it came, and where evidence has put it since. */
  thread: string;
}

/** Another number gives other people, conversations and memories. */
const SEED = Number(process.env['CLEW_HISTORY_SEED'] ?? 20_261);
/** More for figures, fewer for every day. */
const PEOPLE = Number(process.env['CLEW_HISTORY_PEOPLE'] ?? 150);
const CONVERSATIONS = 7;

async function place(inference: boolean, people: number): Promise<readonly Placed[]> {
  const record = recorder();
  const states = new Map<string, PrincipalThreads>();
  const placed: Placed[] = [];
  const byId = new Map<string, Placed>();
  for (const request of traffic(SEED, people, CONVERSATIONS)) {
    const sample = await record(request.call);
    const { turn, principal } = incomingOf({ tenant: 't', environment: 'e' }, sample);
    const state = states.get(principal ?? '') ?? new PrincipalThreads({ threadIdSeed: principal ?? '', inference });
    states.set(principal ?? '', state);
    const placement = state.place(turn);
    for (const { requestId, into } of placement.relinked ?? []) byId.get(requestId)!.thread = into;
    const one = { request, placement, thread: placement.threadId };
    placed.push(one);
    byId.set(turn.id, one);
  }
  return placed;
}

interface Figures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Over all pairs of requests of one person: in the same thread, and of the same conversation. */
function pairwise(placed: readonly Placed[], threadOf: (one: Placed) => string): Figures {
  let [both, together, same] = [0, 0, 0];
  const pairs = (sizes: Iterable<readonly unknown[]>): number =>
    [...sizes].reduce((sum, { length }) => sum + (length * (length - 1)) / 2, 0);
  for (const mine of Map.groupBy(placed, ({ request }) => request.user).values()) {
    together += pairs(Map.groupBy(mine, threadOf).values());
    same += pairs(Map.groupBy(mine, ({ request }) => request.conversation).values());
    both += pairs(Map.groupBy(mine, (one) => `${threadOf(one)} ${one.request.conversation}`).values());
  }
  const [precision, recall] = [both / together, both / same];
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall) };
}

const mergesOf = (placed: readonly Placed[]): number =>
  [...Map.groupBy(placed, ({ thread }) => thread).values()].filter(
    (all) => new Set(all.map(({ request }) => request.conversation)).size > 1,
  ).length;

const percent = (value: number): string => (100 * value).toFixed(2);
const say = (text: string): void => void process.stderr.write(`${text}\n`);

describe('conversations by their history', () => {
  let evidence: readonly Placed[];

  it('are found whole and apart', { timeout: 1_800_000 }, async () => {
    evidence = await place(false, PEOPLE);
    const conversations = new Set(evidence.map(({ request }) => request.conversation)).size;
    const { precision, recall, f1 } = pairwise(evidence, ({ thread }) => thread);
    const arrival = pairwise(evidence, ({ placement }) => placement.threadId);
    say(
      `${evidence.length} requests of ${conversations} conversations: pairwise F1 ${percent(f1)} (precision ${percent(precision)}, recall ${percent(recall)}), at arrival ${percent(arrival.f1)}; threads that hold two conversations: ${mergesOf(evidence)}`,
    );
    for (const dialect of ['chat', 'responses', 'previous', 'messages'] as const) {
      const own = evidence.filter(({ request }) => request.dialect === dialect);
      say(`  ${dialect.padEnd(9)} ${own.length} requests, F1 ${percent(pairwise(own, ({ thread }) => thread).f1)}`);
    }
    expect(conversations).toBeGreaterThanOrEqual(PEOPLE * CONVERSATIONS);
    expect(f1).toBeGreaterThanOrEqual(0.995);
    expect(arrival.f1).toBeGreaterThanOrEqual(0.995);
    // Not one, however alike they begin.
    expect(mergesOf(evidence)).toBe(0);
  });

  it('show the turn from which the client dropped or compacted what was said', () => {
    const all = { exact: 0, cut: 0, counted: 0, uncut: 0, false: 0 };
    const kinds = new Map<string, { exact: number; cut: number }>();
    for (const requests of Map.groupBy(evidence, ({ request }) => request.conversation).values()) {
      const truth = requests.findIndex(({ request }) => request.dropped > 0);
      const found = requests.findIndex(({ placement }) => placement.truncation !== undefined);
      const { memory } = requests[0]!.request;
      if (truth < 0) {
        all.uncut += 1;
        all.false += found < 0 ? 0 : 1;
        continue;
      }
      const kind = kinds.get(memory) ?? { exact: 0, cut: 0 };
      kinds.set(memory, kind);
      for (const counts of [all, kind]) {
        counts.cut += 1;
        counts.exact += found === truth ? 1 : 0;
      }
      all.counted += requests[truth]!.placement.truncation?.dropped === requests[truth]!.request.dropped ? 1 : 0;
    }
    say(
      `truncation at the exact request: ${percent(all.exact / all.cut)}% of ${all.cut} (number of messages right: ${percent(all.counted / all.cut)}%), false alarms in ${all.false} of ${all.uncut}`,
    );
    for (const memory of MEMORIES) {
      const kind = kinds.get(memory);
      if (kind) say(`  ${memory.padEnd(21)} ${percent(kind.exact / kind.cut)}% of ${kind.cut}`);
    }
    expect(all.cut).toBeGreaterThan(PEOPLE);
    expect(all.exact / all.cut).toBeGreaterThanOrEqual(0.95);
    expect(all.false).toBe(0);
    for (const kind of kinds.values()) expect(kind.exact / kind.cut).toBeGreaterThanOrEqual(0.9);
  });

  it('show forks where a question was asked again or edited', () => {
    const counts = { found: 0, made: 0, said: 0 };
    for (const { request, placement } of evidence) {
      if (!request.isTurn) continue;
      counts.made += request.isFork ? 1 : 0;
      counts.said += placement.fork === true ? 1 : 0;
      counts.found += request.isFork && placement.fork === true ? 1 : 0;
    }
    say(`forks: ${counts.found} of ${counts.made} found, ${counts.said} stated`);
    expect(counts.made).toBeGreaterThan(PEOPLE / 2);
    expect(counts.found / counts.made).toBeGreaterThanOrEqual(0.98);
    expect(counts.found / counts.said).toBeGreaterThanOrEqual(0.98);
  });

  it('are found as well where inference may guess before history has spoken', { timeout: 1_800_000 }, async () => {
    const placed = await place(true, Math.ceil(PEOPLE / 3));
    const final = pairwise(placed, ({ thread }) => thread);
    const arrival = pairwise(placed, ({ placement }) => placement.threadId);
    const moved = placed.reduce((sum, { placement }) => sum + (placement.relinked?.length ?? 0), 0);
    say(
      `with inference: pairwise F1 ${percent(final.f1)}, at arrival ${percent(arrival.f1)}; ${moved} requests moved by later evidence; threads that hold two conversations: ${mergesOf(placed)}`,
    );
    expect(final.f1).toBeGreaterThanOrEqual(0.995);
  });
});
