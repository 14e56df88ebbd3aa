// Fills a store with made-up conversations through its own port, as the pipeline would after redaction and linking. The
// same count gives the same content; only the times follow the clock, since pages show the newest.
import type { Sample } from '#contract';
import type { StoredTurn, TurnSink } from '../../control-plane/src/ingest/index.ts';
import { seeded, type Scope } from '../../control-plane/src/kernel/index.ts';
import type { Placement } from '../../control-plane/src/threads/index.ts';

export interface SeedOptions {
  readonly scope: Scope;
  /** Requests in all. */
  readonly requests: number;
  /** Of the newest request, epoch milliseconds. */
  readonly nowMs: number;
  /** Makes the vector of a text, unit length; its model is named by `model`. */
  readonly vectorOf: (text: string) => Float32Array;
  readonly model: string;
}

export interface Seeded {
  readonly threads: number;
  /** A thread of usual size and the largest one. */
  readonly usual: string;
  readonly largest: string;
  readonly largestCalls: number;
  /** A word that one request in thousands holds, and one that many do. */
  readonly rareWord: string;
  readonly commonWord: string;
  /** Further ones, each beside the first in many requests. */
  readonly commonWords: readonly string[];
  readonly user: string;
  readonly runId: string;
}

const BATCH = 500;
const LARGEST = 2_000;
/** Within what is kept of every class: the purge at the start finds nothing to do. */
const SPAN_MS = 20 * 86_400_000;
const MODELS = ['gpt-4o-2024-08-06', 'gpt-4o-mini-2024-07-18', 'claude-sonnet-4-5-20250929', 'mistral-large-2411'] as const;
const INTENTS = ['information_seeking', 'task_execution', 'conversation_management', 'error_recovery'] as const;
const SYLLABLES = ['ba', 'ko', 'mi', 'tra', 'ven', 'lu', 'sar', 'den', 'po', 'rin', 'gel', 'fa', 'nor', 'si', 'wek', 'hu'] as const;

/** Pronounceable, and different for each number. */
function wordAt(index: number): string {
  let rest = index + 16;
  let word = '';
  while (rest > 0) {
    word += SYLLABLES[rest % 16] ?? '';
    rest = Math.floor(rest / 16);
  }
  return word;
}

const TOPICS = Array.from({ length: 60 }, (_, index) => ({
  id: `topic-${index}`,
  label: `${wordAt(index)} ${wordAt(index + 90)} ${wordAt(index + 400)}`,
}));

/** Frequencies as in language: the n-th word comes about 1/n times as often as the first. */
function textOf(chance: () => number, words: number): string {
  return Array.from({ length: words }, () => wordAt(Math.floor(Math.exp(chance() * Math.log(20_000))) - 1)).join(' ');
}

const id = (kind: string, index: number): string => `${kind}-${index.toString(36).padStart(6, '0')}`;
const hex = (index: number, length: number): string => (index + 1).toString(16).padStart(length, '0');

export async function seedStore(sink: TurnSink, options: SeedOptions): Promise<Seeded> {
  const { requests } = options;
  const chance = seeded(7);
  let batch: StoredTurn[] = [];
  let made = 0;
  let threads = 0;
  let usual = '';
  while (made < requests) {
    const thread = threads++;
    const wanted = thread === 1 ? Math.min(LARGEST, requests >> 1) : 1 + Math.floor(-Math.log(1 - chance()) * 6);
    const calls = Math.min(wanted, requests - made);
    if (calls >= 6 && calls <= 12) usual = id('thread', thread);
    // Threads begin evenly over the span, the last ones now.
    const startMs = options.nowMs - SPAN_MS * (1 - made / requests) - calls * 60_000;
    for (let call = 0; call < calls; call++) {
      batch.push(turnOf({ options, chance, index: made++, thread, call, atMs: startMs + call * 60_000 }));
      if (batch.length >= BATCH) {
        await sink.commit(batch, [], []);
        batch = [];
      }
    }
  }
  await sink.commit(batch, [], []);
  return {
    threads,
    usual,
    largest: id('thread', 1),
    largestCalls: Math.min(LARGEST, requests >> 1),
    rareWord: wordAt(9_000),
    commonWord: wordAt(2),
    commonWords: [3, 4, 5, 6, 7, 8].map(wordAt),
    user: userOf(threads - 1),
    runId: hex(made - 1, 32),
  };
}

const userOf = (thread: number): string => id('user', (thread * 7) % 2_000);

interface Place {
  readonly options: SeedOptions;
  readonly chance: () => number;
  readonly index: number;
  readonly thread: number;
  /** Of the thread, from 0. */
  readonly call: number;
  readonly atMs: number;
}

function turnOf({ options, chance, index, thread, call, atMs }: Place): StoredTurn {
  const { scope, model, vectorOf } = options;
  const isFirst = call === 0;
  const kind = !isFirst && chance() < 0.12 ? 'step' : 'turn';
  const prompt = textOf(chance, 8 + Math.floor(chance() * 50));
  const answer = textOf(chance, 20 + Math.floor(chance() * 80));
  const executed = MODELS[Math.floor(chance() * MODELS.length)] ?? MODELS[0];
  const failed = chance() < 0.02;
  const sample: Sample = {
    version: 1,
    id: id('request', index),
    runId: hex(index, 32),
    startedAt: new Date(atMs).toISOString(),
    endedAt: new Date(atMs + 1_800).toISOString(),
    dialect: 'openai.chat',
    provider: 'openai',
    prompt: { text: prompt },
    answer: { text: answer },
    model: { requested: executed.replace(/-20.*/, ''), executed, evidence: 'response_body' },
    usage: { inputTokens: 300 + 40 * call, outputTokens: 120 },
    status: failed ? { http: 500, outcome: 'error' } : { http: 200, outcome: 'ok', finishReason: 'stop' },
    trace: { traceId: hex(index, 32), spanId: hex(index, 16), source: 'traceparent' },
    correlationId: id('correlation', index),
    call: { kind },
    gateway: { kind: 'kong', instance: 'gw-1', route: 'chat', service: 'openai', consumer: 'app' },
    stages: { ingressMs: 2, routingMs: 700, responseMs: 1_000 },
    composition: { instructions: [{ digest: hex(thread, 64), salted: true, length: 400, role: 'system' }] },
  };
  return {
    scope,
    sample,
    principal: userOf(thread),
    embeddingModel: model,
    costUsd: 0.0007,
    turn: {
      id: sample.id,
      at: atMs / 1_000,
      inferable: true,
      text: prompt,
      answer,
      call: { kind },
      vector: vectorOf(prompt),
      answerVector: vectorOf(answer),
    },
    placement: placementOf(chance, index, thread, call),
    ...(isFirst ? { topic: TOPICS[thread % TOPICS.length]! } : {}),
  };
}

function placementOf(chance: () => number, index: number, thread: number, call: number): Placement {
  const isFirst = call === 0;
  return {
    threadId: id('thread', thread),
    isNew: isFirst,
    sessionId: id('session', thread),
    confidence: isFirst ? 0.97 : 0.6 + 0.4 * chance(),
    method: isFirst ? 'new' : 'inferred',
    position: isFirst ? 'first' : chance() < 0.01 ? 'orphaned' : 'continuation',
    intent: INTENTS[Math.floor(chance() * INTENTS.length)] ?? INTENTS[0],
    ...(isFirst ? {} : { similarity: chance(), predecessorId: id('request', index - 1) }),
    ...(!isFirst && chance() < 0.05 ? { followUp: 'correction' as const } : {}),
    reasons: isFirst
      ? [{ code: 'no_candidate', text: 'No thread was active in the last 24 hours.' }]
      : [
          { code: 'similar_prompt', text: "Similarity to the thread's closest prompt is 0.74.", weight: 2.41 },
          { code: 'short_gap', text: "Only 60 s passed since the thread's last request.", weight: 1.36 },
        ],
    alternatives: isFirst ? [] : [{ threadId: id('thread', Math.max(0, thread - 1)), probability: 0.05 }],
  };
}
