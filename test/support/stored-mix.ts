// What a store holds after traffic as chats make it: each request is what a client sends (instructions, tools, the whole
// conversation again), read by the plugin's own flow, and taken in by a control plane of this process.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createHash } from 'node:crypto';
import { readConfig } from '../../plugin/src/config.ts';
import { Drops } from '../../plugin/src/drops.ts';
import { Flow } from '../../plugin/src/flow.ts';
import { Runtime } from '../../plugin/src/runtime.ts';
import type { Shipper } from '../../plugin/src/ship/index.ts';
import type { Embedder } from '../../control-plane/src/ingest/index.ts';
import { seeded } from '../../control-plane/src/kernel/index.ts';
import { passThrough } from './pass-through.ts';

const DIMENSIONS = 384;
/** Of a prompt, and of an answer. */
const TEXT_BYTES = 1_024;

/** As dense as a model's vectors, and as hard to press: equal texts are equal, others stand at right angles. */
export function denseEmbedder(): Embedder & { close(): Promise<void> } {
  const embed = (text: string): Float32Array => {
    const roll = seeded(createHash('sha256').update(text).digest().readUInt32LE(0));
    const vector = new Float32Array(DIMENSIONS).map(() => Math.sqrt(-2 * Math.log(1 - roll())) * Math.cos(2 * Math.PI * roll()));
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  };
  return {
    modelId: 'dense-384',
    dimensions: DIMENSIONS,
    embed: (texts) => Promise.resolve(texts.map(embed)),
    close: () => Promise.resolve(),
  };
}

/** Prose: the words of this repository's own documentation, in pieces of the given size. */
export function prose(bytes: number = TEXT_BYTES): (at: number) => string {
  const folder = path.resolve(import.meta.dirname, '../../docs');
  const files = readdirSync(folder).filter((name) => name.endsWith('.md'));
  const all = files.map((name) => readFileSync(path.join(folder, name), 'utf8')).join('\n');
  const plain = all
    .replaceAll(/```[^`]*```|\]\([^)]*\)|[|#*`[]/g, ' ')
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .replaceAll(/ {2,}/g, ' ');
  // A step that shares no divisor with usual lengths: pieces overlap, and none begins where another did.
  return (at) => {
    const start = (at * 7_919) % (plain.length - bytes);
    return plain.slice(start, start + bytes).trim();
  };
}

const SYSTEM = (at: number): string =>
  `You are the assistant of a company's support desk. Answer in the user's language, briefly and politely. Never promise refunds. Team ${at % 5}.`;
const TOOLS = ['look_up_order', 'open_ticket', 'search_articles'].map((name) => ({
  type: 'function',
  function: {
    name,
    description: `Does what its name says: ${name}.`,
    parameters: { type: 'object', properties: { query: { type: 'string' } } },
  },
}));

interface Exchange {
  readonly request: Record<string, unknown>;
  readonly outcome: Record<string, unknown>;
}

/** Requests in order of time: conversations of one to twelve turns, each of which sends everything again. */
export function* exchanges(count: number, nowMs: number, text: (at: number) => string = prose()): Generator<Exchange> {
  const roll = seeded(11);
  const hex = (length: number): string => Array.from({ length }, () => Math.floor(roll() * 16).toString(16)).join('');
  let made = 0;
  for (let conversation = 0; made < count; conversation += 1) {
    const turns = 1 + Math.floor(-Math.log(1 - roll()) * 4);
    const said: { role: string; content: string }[] = [{ role: 'system', content: SYSTEM(conversation) }];
    for (let turn = 0; turn < Math.min(turns, 12) && made < count; turn += 1, made += 1) {
      const at = nowMs - (count - made) * 5_000;
      said.push({ role: 'user', content: text(2 * made) });
      const answer = { role: 'assistant', content: text(2 * made + 1) };
      const body = {
        model: 'gpt-4o',
        user: `person-${conversation % 150}`,
        temperature: 0.3,
        max_tokens: 800,
        tools: TOOLS,
        messages: [...said],
      };
      const bytes = JSON.stringify(body);
      const reply = {
        id: `chatcmpl-${hex(29)}`,
        object: 'chat.completion',
        model: 'gpt-4o-2024-08-06',
        system_fingerprint: `fp_${hex(10)}`,
        choices: [{ index: 0, message: answer, finish_reason: 'stop' }],
        usage: { prompt_tokens: 300 * (turn + 1), completion_tokens: 250, total_tokens: 300 * (turn + 1) + 250 },
      };
      yield {
        request: {
          v: 1,
          method: 'POST',
          path: '/v1/chat/completions',
          headers: {
            'content-type': 'application/json',
            host: 'api.openai.com',
            traceparent: `00-${hex(32)}-${hex(16)}-01`,
          },
          body: bytes,
          body_truncated: false,
          started_ms: at,
        },
        outcome: {
          v: 1,
          status: 200,
          response_headers: { 'content-type': 'application/json' },
          body: JSON.stringify(reply),
          body_bytes: 1_500,
          body_truncated: false,
          started_ms: at,
          upstream_ms: at + 3,
          first_byte_ms: at + 700,
          ended_ms: at + 1_900,
          aborted: false,
          tries: [],
        },
      };
      said.push(answer);
    }
  }
}

/** What the plugin makes of them: lines as it ships them. */
export async function shippedLines(all: Iterable<Exchange>): Promise<string[]> {
  const { config } = readConfig({ token: 't', hash_key: 'sixteen characters' });
  const shipped: string[] = [];
  const shipper = { offer: (line: string) => shipped.push(line) > 0, close: () => Promise.resolve() } as unknown as Shipper;
  const silent = (): void => undefined;
  const runtime = new Runtime(config, { error: silent, warn: silent, info: silent }, { shipper, drops: new Drops() });
  runtime.poller.start = silent;
  runtime.manifests.start = silent;
  const flow = new Flow(config, runtime);
  for (const { request, outcome } of all) await passThrough({ flow, runtime }, request, outcome);
  return shipped;
}
