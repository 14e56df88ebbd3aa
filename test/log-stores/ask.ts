// `node test/log-stores/ask.ts`: the queries of docs/LOGS.md, asked of a real Loki and a real Elasticsearch that hold the mixed logs of a
// gateway and a control plane, with a request among them that was moved. Exit 1 where one does not find what it is for.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import OpenAI from 'openai';
import type { Page, ThreadDetail, ThreadSummary } from '../../control-plane/src/threads/index.ts';
import { startStack, until, type Stack } from '../support/stack.ts';
import { startElasticsearch } from './elasticsearch.ts';
import { startLoki } from './loki.ts';
import type { Line } from './store.ts';

const DOCS = readFileSync(path.join(import.meta.dirname, '../../docs/LOGS.md'), 'utf8');
const blocksOf = (language: string): readonly string[] =>
  [...DOCS.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text.trim());
const queriesOf = (language: string): readonly string[] =>
  blocksOf(language).flatMap((block) => block.split('\n').map((line) => line.replace(/\s+#.*$/, '')));

type Fields = Line['fields'];
const runOf = (fields: Fields): unknown => fields['runId'] ?? (fields['clew'] as Fields | undefined)?.['run_id'];

/** One person's request is moved by the history that the next one brings; another talks at the same time. */
async function world(
  stack: Stack,
  gatewayLines: readonly Fields[],
): Promise<{ readonly lines: readonly Line[]; readonly thread: ThreadDetail; readonly left: readonly string[] }> {
  const chat = (user: string) => {
    const client = new OpenAI({ baseURL: `${stack.gateway.url}/v1`, apiKey: 'sk-test', maxRetries: 0 });
    const messages: OpenAI.ChatCompletionMessageParam[] = [];
    return async (text: string): Promise<void> => {
      messages.push({ role: 'user', content: text });
      const { choices } = await client.chat.completions.create({ model: 'gpt-4o', safety_identifier: user, messages: [...messages] });
      messages.push({ role: 'assistant', content: choices[0]?.message.content ?? '' });
    };
  };
  const threads = (requests: number): Promise<readonly ThreadDetail[]> =>
    until(async () => {
      const { items } = await stack.control.get<Page<ThreadSummary>>('/v1/threads');
      if (items.reduce((sum, { calls }) => sum + calls, 0) < requests) return undefined;
      return Promise.all(items.map(({ id }) => stack.control.get<ThreadDetail>(`/v1/threads/${id}`)));
    }, `${requests} requests`);
  const [first, second, other] = [chat('ada'), chat('ada'), chat('bob')];
  await first('How do I bake rye bread at home?');
  await threads(1);
  await second('And how long does the rye bread have to bake in the oven?');
  await threads(2);
  await other('Which tyres does a road bike need in winter?');
  await second('At what heat?');
  const all = await threads(4);
  const moved = all.flatMap(({ requests }) => requests.filter(({ moves }) => moves.length > 0));
  const from = moved[0]?.moves[0]?.from;
  const thread = all.find(({ id }) => id === from);
  assert(thread, 'a request was moved out of a thread that is still there');
  const own = (): Fields[] =>
    stack.control
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Fields);
  await until(() => Promise.resolve(own().some(({ event }) => event === 'request_moved') || undefined), 'the line of the move');
  await stack.gateway.settle();
  const now = Date.now();
  const lines: Line[] = [
    ...own().map((fields): Line => ({ service: 'clew', atMs: Date.parse(String(fields['time'])), fields })),
    ...gatewayLines.map((fields): Line => ({ service: 'kong', atMs: now, fields })),
  ];
  return { lines, thread, left: moved.map(({ runId }) => String(runId)) };
}

const say = (store: string, what: string, found: number): void => void process.stdout.write(`${store}: ${what}: ${found}\n`);
const gatewayLines: Fields[] = [];
const stack = await startStack({ gateway: { accessLog: (line) => gatewayLines.push(line) } });
const [loki, elastic] = await Promise.all([startLoki(), startElasticsearch()]);
try {
  const { lines, thread, left } = await world(stack, gatewayLines);
  const runs = thread.requests.map(({ runId }) => String(runId));
  const ofRuns = lines.filter(({ fields }) => runs.includes(String(runOf(fields))));
  const filled = (query: string): string =>
    query
      .replaceAll('t_6f2c', thread.id)
      .replaceAll('"9b1d…", "c07e…"', runs.map((run) => `"${run}"`).join(', '))
      .replaceAll('9b1d…|c07e…', runs.join('|'));
  const sorted = (values: readonly unknown[]): readonly string[] => [...new Set(values.map(String))].toSorted();

  await loki.put(lines);
  const [standing = '', all = '', counts = ''] = queriesOf('logql').map(filled);
  const found = await until(async () => ((await loki.ask(all)).length > 0 ? loki.ask(standing) : undefined), 'lines in Loki');
  assert.deepEqual(sorted(found.map(({ run }) => run)), sorted(runs), 'runs of the thread, without those that left it');
  say('Loki', 'runs of the thread', found.length);
  const streams = await loki.ask(all);
  assert.deepEqual(sorted(streams.map(({ run }) => run)), sorted(runs));
  assert.deepEqual(sorted(streams.map(({ service }) => service)), ['clew', 'kong']);
  say('Loki', 'streams of these runs', streams.length);
  assert((await loki.ask(counts)).length > 0);

  const [template = '', standingNow = '', linesOfRuns = ''] = blocksOf('console').map(filled);
  await elastic.ask(template);
  await elastic.put(lines);
  const hits = await elastic.ask(standingNow);
  assert.deepEqual(sorted(hits.filter(({ threadId }) => threadId === thread.id).map(({ runId }) => runId)), sorted(runs));
  assert(
    left.every((run) => hits.some(({ runId, threadId }) => runId === run && threadId !== thread.id)),
    'what left names where it is',
  );
  const documents = await elastic.ask(linesOfRuns);
  assert.equal(documents.length, ofRuns.length);
  say('Elasticsearch', 'lines of the conversation', documents.length);
} finally {
  await Promise.all([loki.stop(), elastic.stop(), stack.close()]);
}
