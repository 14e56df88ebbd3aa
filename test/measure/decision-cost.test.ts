// What a decision costs beside the embedding: time on a processor, the best of several runs, because other work on the
// machine takes caches away but never gives any. Vectors are hashes of words, as long as those of the model that serves.
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PrincipalThreads, type PlacedTurn, type TurnInput } from '../../control-plane/src/threads/index.ts';
import { candidatesFor, type Reader } from '../../control-plane/src/threads/infer/features.ts';
import { Projection } from '../../control-plane/src/threads/infer/projection.ts';
import { shippedWeights } from '../../control-plane/src/threads/infer/weights.ts';
import { PrincipalState } from '../../control-plane/src/threads/state.ts';
import { plainFeatures } from '../support/plain-features.ts';
import { sharedFile, sharedRows } from '../support/shared-data.ts';

const BAR_MS = 0.2;
/** The largest number of threads that anyone had at once in the conversations that were measured may cost twice as much. */
const BAR_OF_MANY_MS = 0.4;
/** Until the bar is held, at most so often. */
const RUNS = 400;
const WARM = 40;
const MOST_COMPARED = 1000;
const DECISIONS = 50;
/** Turns of each thread before the first decision that is measured, and decisions for each: about what people's threads have. */
const TURNS = 5;
/** Every request joins the likeliest thread, so that there are as many as the day began with. */
const EACH_JOINS = { threadIdSeed: 'person', minConfidence: 0 };
const DIMENSIONS = shippedWeights.projection?.from ?? 0;

const SUBJECTS = 'invoice router ticket recipe contract visa printer song budget garden bicycle novel'.split(' ');
const ASKS = [
  'How do I change the',
  'Why does it say that my',
  'Can you explain the',
  'And what is wrong with that',
  'Please rewrite it for the',
];
const ANSWER = 'It depends on what you want to do with it; first look at the settings, then ask whoever sent it to you. '.repeat(4);

function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+/gu)) {
    let hash = 7;
    for (let i = 0; i < word.length; i++) hash = (hash * 31 + word.charCodeAt(i)) >>> 0;
    for (let i = 0; i < 24; i++) {
      hash = (Math.imul(hash, 1_664_525) + 1_013_904_223) >>> 0;
      const at = hash % DIMENSIONS;
      vector[at] = (vector[at] ?? 0) + (hash >>> 31 === 0 ? 1 : -1);
    }
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((x) => x / length);
}

const turnOf = (id: string, at: number, text: string, answer: string | undefined): TurnInput => ({
  ...{ id, at, inferable: true, text, answer, vector: vectorOf(text) },
  answerVector: answer === undefined ? undefined : vectorOf(answer),
});

/** One person's day: every few minutes a request about one of `matters`, in turn. */
const dayOf = (matters: number, sessionId: (matter: number) => string): { turn: TurnInput; threadId: string }[] =>
  Array.from({ length: 2 * TURNS * matters }, (_, i) => {
    const matter = (i * 7 + (i >> 3)) % matters;
    const subject = `${SUBJECTS[matter % SUBJECTS.length]} ${matter}`;
    return {
      turn: turnOf(`r${i}`, 1_760_000_000 + i * 200, `${ASKS[i % ASKS.length]} ${subject}?`, `${subject}: ${ANSWER}`),
      threadId: sessionId(matter),
    };
  });

/** Milliseconds of processor time for each of the later requests, over several people who send the same. */
function costOf(before: readonly PlacedTurn[], later: readonly PlacedTurn[]): number {
  const people = Array.from({ length: Math.ceil(DECISIONS / later.length) }, () => ({
    threads: PrincipalThreads.restore(before, EACH_JOINS),
    // As they arrive: objects of which nothing is known yet.
    requests: later.map(({ turn }) => ({ ...turn, vector: turn.vector?.slice(), answerVector: turn.answerVector?.slice() })),
  }));
  // The first request of a restored person reads all that was restored.
  for (const { threads, requests } of people) for (const turn of requests.splice(0, 1)) threads.place(turn);
  const began = process.cpuUsage();
  for (const { threads, requests } of people) for (const turn of requests) threads.place(turn);
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000 / (people.length * (later.length - 1));
}

/** Milliseconds for each request, and how many threads it could belong to. */
function costWith(matters: number, bar: number): { readonly ms: number; readonly candidates: number } {
  const day = dayOf(matters, (matter) => `t${matter}`);
  const past = day.map(({ turn, threadId }) => ({ turn, threadId, sessionId: 's', position: 'continuation' as const }));
  const half = past.slice(0, TURNS * matters);
  let ms = Infinity;
  for (let run = 0; run < RUNS && (run < WARM || ms >= bar); run++) ms = Math.min(ms, costOf(half, past.slice(half.length)));
  const threads = PrincipalThreads.restore(half, EACH_JOINS);
  const placed = past.slice(half.length).map(({ turn }) => threads.place(turn).threadId);
  return { ms, candidates: new Set([...half.map(({ threadId }) => threadId), ...placed]).size };
}

describe('a decision', () => {
  it.for([
    ['as many threads as people have at once', 5, BAR_MS],
    ['as many as anyone had', 17, BAR_OF_MANY_MS],
  ] as const)('takes little processor time beside the embedding, with %s', ([, matters, bar]) => {
    const { ms, candidates } = costWith(matters, bar);
    process.stderr.write(`${candidates} threads: ${ms.toFixed(3)} ms of CPU time per decision\n`);
    expect(candidates).toBe(matters);
    expect(ms).toBeLessThan(bar);
  });

  it.for(['threads_B', 'threads_real'])('rests on the numbers as they are defined, to the last bit, in %s', (name, context) => {
    const file = sharedFile(`data/${name}.jsonl`);
    if (file === undefined || shippedWeights.projection === undefined) {
      context.skip();
      return;
    }
    const projection = new Projection(shippedWeights.projection);
    const reader: Reader = {
      followUp: (_, { cues }) => cues.pronouns / 4,
      projection: () => projection,
      backgrounds: shippedWeights.backgrounds,
    };
    const states = new Map<string, PrincipalState>();
    let [compared, different] = [0, 0];
    for (const row of sharedRows(file)
      .toSorted((a, b) => a.ts - b.ts)
      .slice(0, MOST_COMPARED)) {
      const state = states.get(row.user) ?? new PrincipalState();
      states.set(row.user, state);
      const turn = turnOf(row.id, row.ts, row.text, row.response);
      const plain = plainFeatures(turn, state, reader);
      different += Number(
        !isDeepStrictEqual(
          candidatesFor(turn, state, reader).map(({ features }) => features),
          plain,
        ),
      );
      compared += plain.length;
      state.add({ turn, threadId: row.conv, sessionId: '', position: 'first', placement: undefined });
    }
    expect(different).toBe(0);
    expect(compared).toBeGreaterThan(0);
  });
});
