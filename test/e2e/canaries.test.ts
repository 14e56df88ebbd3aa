// Personal data planted in every field that a client or provider fills, and a search for it in everything that Clew
// leaves behind. The same search must succeed when redaction is off, or it would prove nothing.
import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Page, ThreadDetail, ThreadSummary } from '../../control-plane/src/threads/index.ts';
import { LATER_FIELDS, readEverything, sendLater } from '../support/canary-later.ts';
import { filesBelow, findCanaries } from '../support/canary-search.ts';
import { startStack, until, type Stack } from '../support/stack.ts';

/** One mailbox for each field, so that a leak names its field. */
const mail = (field: string): string => `zq.${field}@canary-${field}.example.com`;
const FIELDS = [
  'user',
  'system',
  'developer',
  'assistant',
  'toolargs',
  'toolresult',
  'tooldescription',
  'toolname',
  'parts',
  'metadata',
  'stop',
  'model',
  'format',
  'session',
  'correlation',
  'baggage',
  'query',
  'answer',
  'agent',
  'cookie',
  'anthropicsystem',
  'anthropicblocks',
  'anthropicresult',
  'responsesinput',
  'legacy',
  'embedding',
  'errorword',
  'principal',
  'geminisystem',
  'geminiparts',
  'geminicall',
  'geminiresult',
  'geminitool',
  'geministop',
  'geminischema',
  'geminimodel',
  'cohereparts',
  'cohereplan',
  'cohereresult',
  'coheredocument',
  'bedrock',
  'ollama',
  'strangeheader',
] as const;
const OTHERS = {
  card: '4012 8888 8888 1881',
  iban: 'NL91ABNA0417164300',
  phone: '+31 20 794 0801',
  key: 'sk-proj-Qm3kV9sT2xLw8RbN5yHc7JdFa4GzPe6UoXi1',
  person: 'Bartholomew Quillfeather',
  street: '47 Marrowgate Lane',
};
const CANARIES = [...[...FIELDS, ...LATER_FIELDS].map(mail), ...Object.values(OTHERS), OTHERS.card.replaceAll(' ', '')];

/** Those that a dialect's reader takes, and the one by OTLP. */
const REQUESTS = 11;

const KEEP_ALL = `version: 1
redaction:
  names: false
  types: { EMAIL_ADDRESS: keep, CREDIT_CARD: keep, IBAN_CODE: keep, PHONE_NUMBER: keep, API_KEY: keep, URL_CREDENTIALS: keep }
`;

let cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
  cleanUp = [];
});

/** An OTLP receiver that keeps what it was sent. */
async function receiver(): Promise<{ url: string; received: () => Buffer }> {
  const chunks: Buffer[] = [];
  const server: Server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received: () => Buffer.concat(chunks) };
}

async function sendAll(stack: Stack): Promise<void> {
  const post = async (route: string, body: unknown, headers: Record<string, string> = {}): Promise<void> => {
    const response = await fetch(`${stack.gateway.url}${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    await response.text();
  };
  const chat = '/v1/chat/completions';
  await post(
    `${chat}?email=${encodeURIComponent(mail('query'))}`,
    {
      model: 'gpt-4o',
      user: mail('principal'),
      metadata: { note: mail('metadata'), session_id: mail('session') },
      stop: [mail('stop')],
      response_format: { type: 'json_schema', json_schema: { name: 'r', schema: { type: 'object', description: mail('format') } } },
      tools: [
        {
          type: 'function',
          function: { name: 'mailto_person', description: `Writes to ${mail('tooldescription')}`, parameters: { type: 'object' } },
        },
      ],
      messages: [
        { role: 'system', content: `Never tell ${mail('system')}.` },
        { role: 'developer', content: `Ask ${mail('developer')}.` },
        { role: 'user', content: 'Find the address.' },
        {
          role: 'assistant',
          content: `It is ${mail('assistant')}.`,
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'mailto_person', arguments: JSON.stringify({ to: mail('toolargs') }) } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: `Sent to ${mail('toolresult')}` },
        {
          role: 'user',
          content: [{ type: 'text', text: `My card is ${OTHERS.card}, my IBAN ${OTHERS.iban}, call ${OTHERS.phone}. ${mail('parts')}` }],
        },
      ],
    },
    {
      'x-session-id': mail('session'),
      'x-request-id': mail('correlation'),
      baggage: `user=${encodeURIComponent(mail('baggage'))}`,
      'user-agent': mail('agent'),
      cookie: `session=${mail('cookie')}`,
    },
  );
  await post(chat, {
    model: mail('model'),
    user: 'canary-2',
    messages: [
      { role: 'user', content: `I am ${OTHERS.person} and I live at ${OTHERS.street}, write to ${mail('user')}, key ${OTHERS.key}` },
    ],
  });
  await post(chat, {
    model: 'gpt-4o',
    stream: true,
    user: 'canary-2',
    messages: [{ role: 'user', content: `Repeat it. [[say=Write to ${mail('answer')} or to ${OTHERS.person}]]` }],
  });
  await post(chat, {
    model: 'gpt-4o',
    user: 'canary-2',
    tools: [{ type: 'function', function: { name: mail('toolname'), parameters: {} } }],
    messages: [{ role: 'user', content: `Fail for ${mail('errorword')} [[error=500]]` }],
  });
  await post('/v1/messages', {
    model: 'claude-sonnet-4-5',
    max_tokens: 50,
    metadata: { user_id: 'canary-3' },
    system: [{ type: 'text', text: mail('anthropicsystem') }],
    messages: [
      { role: 'user', content: [{ type: 'text', text: mail('anthropicblocks') }] },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'look', input: { for: mail('toolargs') } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: mail('anthropicresult') }] },
    ],
  });
  await post('/v1/responses', {
    model: 'gpt-4o',
    user: 'canary-4',
    input: [{ role: 'user', content: [{ type: 'input_text', text: `Mail ${mail('responsesinput')}` }] }],
  });
  await post(`/v1beta/models/${encodeURIComponent(mail('geminimodel'))}:generateContent?key=${OTHERS.key}`, {
    systemInstruction: { parts: [{ text: mail('geminisystem') }] },
    contents: [
      { role: 'user', parts: [{ text: `Dear ${OTHERS.person}, ${mail('geminiparts')}` }] },
      { role: 'model', parts: [{ functionCall: { name: 'look', args: { for: mail('geminicall') } } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'look', response: { found: mail('geminiresult') } } }] },
      { role: 'user', parts: [{ text: `And tell ${mail('geminiparts')}.` }] },
    ],
    tools: [{ functionDeclarations: [{ name: 'look', description: mail('geminitool') }], googleSearch: { site: mail('geminitool') } }],
    generationConfig: { stopSequences: [mail('geministop')], responseSchema: { description: mail('geminischema') } },
  });
  await post('/v2/chat', {
    model: 'command-a',
    documents: [{ data: { title: mail('coheredocument'), snippet: mail('coheredocument') } }],
    messages: [
      { role: 'user', content: [{ type: 'text', text: mail('cohereparts') }] },
      {
        role: 'assistant',
        tool_plan: mail('cohereplan'),
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: `{"to":"${mail('cohereplan')}"}` } }],
      },
      { role: 'tool', tool_call_id: 'a', content: [{ type: 'document', document: { data: { text: mail('cohereresult') } } }] },
      { role: 'user', content: `And tell ${mail('cohereparts')}.` },
    ],
  });
  // Dialects that nobody here reads pass without a word of theirs being kept.
  const strange = { 'x-note': mail('strangeheader') };
  await post(
    `/model/${encodeURIComponent(mail('bedrock'))}/converse`,
    { messages: [{ role: 'user', content: [{ text: mail('bedrock') }] }] },
    strange,
  );
  await post(
    '/api/chat',
    { model: 'llama', options: { stop: [mail('ollama')] }, messages: [{ role: 'user', content: mail('ollama') }] },
    strange,
  );
  await post('/api/generate', { model: 'llama', prompt: mail('ollama') }, strange);
  await post('/v2/chat', { message: mail('ollama'), note: [[mail('ollama')]] }, strange);
  await post('/v1/completions', { model: 'gpt-3.5-turbo-instruct', user: 'canary-4', prompt: `Dear ${mail('legacy')},` });
  await post('/v1/embeddings', { model: 'text-embedding-3-small', user: 'canary-4', input: [`about ${mail('embedding')}`] });
}

/** Sends everything, and gives all bytes that are then found anywhere. */
async function leftBehind(policy?: string): Promise<{ places: Record<string, Buffer>; requests: number }> {
  const otlp = await receiver();
  const spool = mkdtempSync(path.join(tmpdir(), 'clew-spool-'));
  cleanUp.push(() => {
    rmSync(spool, { recursive: true, force: true });
    return Promise.resolve();
  });
  const env: Record<string, string> = { OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url, CLEW_LOG_LEVEL: 'debug' };
  if (policy !== undefined) {
    env['CLEW_POLICY'] = path.join(spool, 'policy.yaml');
    writeFileSync(env['CLEW_POLICY'], policy);
  }
  const gatewayLog: string[] = [];
  const stack = await startStack({
    env,
    gateway: {
      log: (event, details) => gatewayLog.push(JSON.stringify({ event, ...details })),
      pluginConfig: {
        spool_dir: path.join(spool, 'files'),
        log_level: 'info',
        policy_poll_seconds: 1,
        ...(policy === undefined ? {} : { redact_always: [] }),
      },
    },
  });
  cleanUp.push(() => stack.close());
  // The plugin obeys the policy from its first poll on.
  if (policy !== undefined) await new Promise((resolve) => setTimeout(resolve, 2500));
  await sendAll(stack);
  await stack.gateway.settle();
  await sendLater(stack.control, mail);
  const threads = await until(async () => {
    const { items } = await stack.control.get<Page<ThreadSummary>>('/v1/threads?limit=200');
    const details = await Promise.all(items.map((thread) => stack.control.get<ThreadDetail>(`/v1/threads/${thread.id}`)));
    return details.flatMap((thread) => thread.requests).length >= REQUESTS ? details : undefined;
  }, 'all requests');
  const metrics = await (
    await fetch(`${stack.control.url}/metrics`, { headers: { authorization: `Bearer ${stack.control.token}` } })
  ).text();
  await until(() => Promise.resolve(otlp.received().length > 0 ? true : undefined), 'spans');
  await until(async () => ((await stack.control.get<Page<{ explained: unknown }>>('/v1/alerts')).items[0] ? true : undefined), 'the alert');
  const api = await readEverything(stack.control);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const live = filesBelow(stack.control.folder);
  await stack.gateway.close();
  await stack.control.stop();
  const prefixed = (prefix: string, files: Record<string, Buffer>): Record<string, Buffer> =>
    Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${prefix}${name}`, bytes]));
  return {
    requests: threads.flatMap((thread) => thread.requests).length,
    places: {
      ...prefixed('data while running/', live),
      ...prefixed('data after the end/', filesBelow(stack.control.folder)),
      ...prefixed('spool/', filesBelow(spool)),
      'log of the control plane': Buffer.from(stack.control.output()),
      'log of gateway and plugin': Buffer.from(gatewayLog.join('\n')),
      metrics: Buffer.from(metrics),
      'exported spans': otlp.received(),
      'HTTP API': Buffer.concat([api, Buffer.from(JSON.stringify(threads))]),
    },
  };
}

describe('planted personal data', () => {
  it('is found nowhere: not in the store, its WAL, the spool, logs, metrics, spans or answers of the API', async () => {
    const { places, requests } = await leftBehind();
    expect(requests).toBe(REQUESTS);
    expect(Object.keys(places).some((name) => name.includes('clew.db-wal'))).toBe(true);
    expect(findCanaries(CANARIES, places)).toEqual([]);
  });

  it('is found when redaction is off, so the search can see', async () => {
    const { places } = await leftBehind(KEEP_ALL);
    const found = findCanaries(CANARIES, Object.fromEntries(Object.entries(places).filter(([name]) => name.includes('clew.db'))));
    for (const value of [
      mail('user'),
      mail('parts'),
      mail('answer'),
      mail('geminiparts'),
      mail('cohereparts'),
      mail('otlpmessage'),
      mail('deploy'),
      OTHERS.iban,
      OTHERS.person,
    ])
      expect(
        found.some((line) => line.startsWith(value)),
        value,
      ).toBe(true);
  });

  it('would be found in base64 and gzip too', () => {
    const value = mail('user');
    expect(findCanaries([value], { packed: Buffer.concat([Buffer.from('head'), gzipSync(`xx ${value}`)]) })).toEqual([
      `${value} in packed (gzip, raw)`,
    ]);
    for (const shift of ['', 'a', 'ab']) {
      const encoded = Buffer.from(Buffer.from(`${shift}${value}${shift}`).toString('base64'));
      expect(findCanaries([value], { encoded })).toContain(`${value} in encoded (base64)`);
    }
  });
});
