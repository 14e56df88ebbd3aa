// Google's and Cohere's protocols through the real gateway and plugin into a real control plane: chat, streams, tools, refusals, errors
// and embeddings, as their clients put them on the wire.
import { describe, expect, it } from 'vitest';
import type { RequestView, ThreadDetail } from '../../control-plane/src/threads/index.ts';
import { until, type Stack } from '../support/stack.ts';

interface Answered {
  readonly id: string;
  readonly status: number;
  readonly text: string;
}

type Content = Readonly<Record<string, unknown>>;
type Send = (path: string, body: object, script?: string) => Promise<Answered>;

const GEMINI = '/v1beta/models/gemini-2.5-flash';
const said = (role: string, text: string): Content => ({ role, parts: [{ text }] });

/** Requests as they are stored, by the ids that the gateway answered with. */
async function storedAs(stack: Stack, ids: readonly string[]): Promise<readonly RequestView[]> {
  return until(async () => {
    const found = await Promise.all(ids.map((id) => stack.control.get<RequestView>(`/v1/requests/${id}`).catch(() => undefined)));
    return found.every((one) => one !== undefined) ? found : undefined;
  }, `${ids.length} requests`);
}

/** The text of an answer in any of the forms in which it comes. */
function textOf(body: string): string {
  const texts = [...body.matchAll(/"text":("(?:[^"\\]|\\.)*")/g)];
  return texts.map(([, text]) => JSON.parse(text ?? '""') as string).join('');
}

export function describeGoogleAndCohere(stackNow: () => Stack): void {
  const clientOf =
    (user: string): Send =>
    async (path, body, script) => {
      const response = await fetch(`${stackNow().gateway.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-clew-user': user, ...(script === undefined ? {} : { 'x-script': script }) },
        body: JSON.stringify(body),
      });
      // A body that breaks off is an error here; what came of it is not looked at.
      const text = await response.text().catch(() => '');
      return { id: response.headers.get('x-clew-run-id') ?? '', status: response.status, text };
    };
  const stored = (ids: readonly string[]): Promise<readonly RequestView[]> => storedAs(stackNow(), ids);
  const threadOf = (id: string): Promise<ThreadDetail> => stackNow().control.get<ThreadDetail>(`/v1/threads/${id}`);

  describe('Gemini', () => {
    it('keeps one thread by history over answers as JSON, as events and as one array', async () => {
      const send = clientOf('quokka-user');
      const contents: Content[] = [];
      const ids: string[] = [];
      for (const [method, question] of [
        [':generateContent', 'What do quokkas eat?'],
        [':streamGenerateContent?alt=sse', 'And where do they live?'],
        [':streamGenerateContent', 'Are they shy?'],
        [':generateContent', 'May one feed them?'],
      ] as const) {
        contents.push(said('user', question));
        const { id, status, text } = await send(`${GEMINI}${method}`, {
          systemInstruction: { parts: [{ text: 'You know animals.' }] },
          contents,
        });
        expect(status).toBe(200);
        ids.push(id);
        contents.push(said('model', textOf(text)));
      }
      const requests = await stored(ids);
      expect(requests.map(({ method }) => method)).toEqual(['new', 'history', 'history', 'history']);
      expect(new Set(requests.map(({ thread }) => thread)).size).toBe(1);
      expect(requests.map(({ stream }) => stream)).toEqual([false, true, true, false]);
      for (const [at, { prompt, answer, dialect, provider, model, usage, status }] of requests.entries()) {
        expect(prompt).toBe((contents[at * 2]?.['parts'] as { text: string }[])[0]?.text);
        expect(answer).toBe((contents[at * 2 + 1]?.['parts'] as { text: string }[])[0]?.text);
        expect({ dialect, provider }).toEqual({ dialect: 'gemini.generate_content', provider: 'gcp.gemini' });
        expect(model).toMatchObject({ requested: 'gemini-2.5-flash', executed: 'gemini-2.5-flash' });
        expect(usage?.inputTokens).toBeGreaterThan(0);
        expect(status).toMatchObject({ outcome: 'ok', finishReason: 'stop' });
      }
    });

    it('takes results of functions as a step of their turn', async () => {
      const send = clientOf('weather-user');
      const tools = [
        { functionDeclarations: [{ name: 'get_weather', parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } } } }] },
      ];
      const contents = [said('user', 'What is the weather in Bergen?')];
      const first = await send(`${GEMINI}:generateContent`, { contents, tools }, 'tool=get_weather');
      const [candidate] = (JSON.parse(first.text) as { candidates: { content: Content & { parts: { functionCall: Content }[] } }[] })
        .candidates;
      const { id, name } = candidate?.content.parts[0]?.functionCall ?? {};
      const result = { role: 'user', parts: [{ functionResponse: { id, name, response: { output: 'Rain, 9 degrees' } } }] };
      const second = await send(`${GEMINI}:streamGenerateContent?alt=sse`, { contents: [...contents, candidate?.content, result], tools });
      const [turn, step] = await stored([first.id, second.id]);
      expect([turn?.call?.kind, step?.call?.kind]).toEqual(['turn', 'step']);
      expect(step).toMatchObject({ thread: turn?.thread, parent: first.id, method: 'history' });
      expect(step?.answer).toContain('Rain, 9 degrees');
    });

    it('says what was refused, what failed, and what of an answer came before it broke off', async () => {
      const send = clientOf('trouble-user');
      const contents = [said('user', 'How tall is the lighthouse of Alexandria?')];
      const refused = await send(`${GEMINI}:generateContent`, { contents }, 'filter');
      const failed = await send(`${GEMINI}:generateContent`, { contents }, 'error=429');
      const broken = await Promise.all(
        ['', '?alt=sse'].map((form) =>
          send(`${GEMINI}:streamGenerateContent${form}`, { contents }, 'broken;say=It was about one hundred metres tall'),
        ),
      );
      const [one, two, ...cut] = await stored([refused.id, failed.id, ...broken.map(({ id }) => id)]);
      expect(one?.status).toMatchObject({ outcome: 'blocked', finishReason: 'safety' });
      expect(two).toMatchObject({ status: { outcome: 'error', http: 429 }, error: { type: 'RESOURCE_EXHAUSTED' } });
      for (const { answer } of cut) expect(answer).toMatch(/^It was about(?!.*tall)/);
    });
  });

  describe('Cohere', () => {
    it('keeps one thread by history over whole and streamed answers, tools included', async () => {
      const send = clientOf('numbat-cohere');
      const tools = [
        { type: 'function', function: { name: 'find', parameters: { type: 'object', properties: { query: { type: 'string' } } } } },
      ];
      const messages: object[] = [{ role: 'user', content: 'Where do numbats sleep?' }];
      const ask = (more: object, script?: string): Promise<Answered> =>
        send('/v2/chat', { model: 'command-a-03-2025', messages, tools, ...more }, script);
      const whole = await ask({});
      messages.push((JSON.parse(whole.text) as { message: object }).message, { role: 'user', content: 'And what do they eat?' });
      const streamed = await ask({ stream: true });
      messages.push({ role: 'assistant', content: textOf(streamed.text) }, { role: 'user', content: 'Look up how long they live' });
      const calling = await ask({}, 'tool=find');
      const { message } = JSON.parse(calling.text) as { message: { tool_calls: { id: string }[] } };
      messages.push(message, {
        role: 'tool',
        tool_call_id: message.tool_calls[0]?.id,
        content: [{ type: 'document', document: { data: 'Five years in the wild' } }],
      });
      const last = await ask({ stream: true });
      const requests = await stored([whole.id, streamed.id, calling.id, last.id]);
      expect(requests.map(({ method }) => method)).toEqual(['new', 'history', 'history', 'history']);
      expect(new Set(requests.map(({ thread }) => thread)).size).toBe(1);
      expect(requests.map(({ call }) => call?.kind)).toEqual(['turn', 'turn', 'turn', 'step']);
      for (const { dialect, provider, model, usage } of requests) {
        expect({ dialect, provider }).toEqual({ dialect: 'cohere.chat', provider: 'cohere' });
        expect(model).toMatchObject({ requested: 'command-a-03-2025', evidence: 'unknown' });
        expect(usage?.outputTokens).toBeGreaterThan(0);
      }
      expect(requests[1]).toMatchObject({ prompt: 'And what do they eat?', answer: textOf(streamed.text), stream: true });
      expect(requests[3]?.parent).toBe(calling.id);
      expect(requests[3]?.answer).toContain('Five years in the wild');
    });
  });

  it('keeps embeddings of both out of turns and positions, and no text and no vector of them', async () => {
    const send = clientOf('embedding-user');
    const question = await send(`${GEMINI}:generateContent`, { contents: [said('user', 'Which moss grows on slate roofs?')] });
    const secret = 'passage about liverworts';
    const part = { parts: [{ text: secret }] };
    const embedded = await Promise.all([
      send('/v1beta/models/gemini-embedding-001:embedContent', { content: part, outputDimensionality: 8 }),
      send('/v1beta/models/gemini-embedding-001:batchEmbedContents', {
        requests: [{ model: 'models/gemini-embedding-001', content: part }],
      }),
      send('/v1/projects/p/locations/l/publishers/google/models/text-embedding-005:predict', { instances: [{ content: secret }] }),
      send('/v2/embed', { model: 'embed-v4.0', texts: [secret], input_type: 'search_document', embedding_types: ['float'] }),
      send('/v2/embed', { model: 'embed-v4.0', inputs: [{ content: [{ type: 'text', text: secret }] }], input_type: 'search_query' }),
    ]);
    expect(embedded.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const [turn, ...calls] = await stored([question.id, ...embedded.map(({ id }) => id)]);
    expect(calls.map(({ dialect, provider }) => [dialect, provider])).toEqual([
      ['gemini.embeddings', 'gcp.gemini'],
      ['gemini.embeddings', 'gcp.gemini'],
      ['gemini.embeddings', 'gcp.vertex_ai'],
      ['cohere.embeddings', 'cohere'],
      ['cohere.embeddings', 'cohere'],
    ]);
    for (const one of calls) expect(one).toMatchObject({ call: { kind: 'auxiliary', auxiliary: 'embedding' }, prompt: null, answer: null });
    expect(calls.map(({ model }) => model?.requested)).toEqual([
      'gemini-embedding-001',
      'gemini-embedding-001',
      'text-embedding-005',
      'embed-v4.0',
      'embed-v4.0',
    ]);
    expect(calls.slice(2).map(({ usage }) => usage?.inputTokens)).toEqual([6, 6, 6]);
    const thread = await threadOf(turn?.thread ?? '');
    expect(thread.turns).toBe(1);
    expect(JSON.stringify([calls, thread])).not.toContain(secret);
  });
}
