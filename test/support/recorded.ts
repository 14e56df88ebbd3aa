// From a provider call as a client makes it to what the API shows of it: the plugin's own flow makes the sample, the
// composed server takes it. Times are given, so that days pass in a moment.
import supertest from 'supertest';
import type { Sample } from '#contract';
import type { Overrides } from '../../control-plane/src/compose-base.ts';
import type { Page, RequestView, ThreadDetail, ThreadSummary } from '../../control-plane/src/threads/index.ts';
import { bearer, startPlane, type TestPlane } from './control-plane.ts';
import { pluginBench, type PluginBench } from './plugin-flow.ts';

export interface ProviderCall {
  /** Seconds after the world's beginning. */
  readonly at: number;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly answer: Readonly<Record<string, unknown>>;
  readonly status?: number;
  /** How long the answer took, in seconds; one unless given. */
  readonly seconds?: number;
}

/** A provider call in OpenAI's chat format. */
export const chatCall = (
  at: number,
  messages: readonly object[],
  answer: string,
  more: { readonly user?: string; readonly headers?: Readonly<Record<string, string>>; readonly model?: string } = {},
): ProviderCall => ({
  at,
  headers: more.headers ?? {},
  body: { model: more.model ?? 'gpt-4o', user: more.user ?? 'ada', messages },
  answer: {
    id: `chatcmpl-${at}`,
    model: more.model ?? 'gpt-4o',
    choices: [{ index: 0, message: { role: 'assistant', content: answer }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 },
  },
});

/** A provider call in Anthropic's messages format. */
export const messagesCall = (
  at: number,
  messages: readonly object[],
  answer: string,
  more: { readonly user?: string; readonly headers?: Readonly<Record<string, string>>; readonly system?: string } = {},
): ProviderCall => ({
  at,
  path: '/v1/messages',
  headers: { host: 'api.anthropic.com', 'anthropic-version': '2023-06-01', ...more.headers },
  body: {
    model: 'claude-sonnet-4-5',
    max_tokens: 1024,
    ...(more.system === undefined ? {} : { system: more.system }),
    metadata: { user_id: more.user ?? 'ada' },
    messages,
  },
  answer: {
    id: `msg_${at}`,
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5-20250929',
    content: [{ type: 'text', text: answer }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 9, output_tokens: 4 },
  },
});

async function runThrough(
  bench: PluginBench,
  { at, path = '/v1/chat/completions', headers = {}, body, answer, status = 200, seconds = 1 }: ProviderCall,
  began: number,
): Promise<{ readonly sample: Sample; readonly decision: Record<string, unknown> | undefined }> {
  const started = began + at * 1_000;
  const decision = await bench.run(
    {
      v: 1,
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', host: 'api.openai.com', ...headers },
      body: JSON.stringify(body),
      body_truncated: false,
      started_ms: started,
    },
    {
      v: 1,
      status,
      response_headers: { 'content-type': 'application/json' },
      body: JSON.stringify(answer),
      body_bytes: 100,
      body_truncated: false,
      started_ms: started,
      upstream_ms: started + 1,
      first_byte_ms: started + 2,
      ended_ms: started + seconds * 1_000,
      aborted: false,
      tries: [],
    },
  );
  const [sample] = bench.samples();
  bench.shipped.length = 0;
  if (sample === undefined) throw new Error('The plugin made no sample of the call');
  return { sample, decision };
}

/** The plugin alone: a sample for each call, without a server. */
export function recorder(): (call: ProviderCall) => Promise<Sample> {
  const bench = pluginBench();
  return async (call) => (await runThrough(bench, call, 1_767_225_600_000)).sample;
}

export class RecordedWorld {
  readonly bench: PluginBench;
  /** What the plugin told the gateway to do with each request. */
  readonly decisions: (Record<string, unknown> | undefined)[] = [];
  readonly #began = Date.now() - 20 * 86_400_000;
  readonly #plane: TestPlane;

  private constructor(plane: TestPlane, settings: Record<string, unknown>) {
    this.#plane = plane;
    this.bench = pluginBench({ version: 1 }, settings);
  }

  static async open(settings: Record<string, unknown> = {}, overrides: Overrides = {}): Promise<RecordedWorld> {
    return new RecordedWorld(await startPlane({ overrides }), settings);
  }

  /** Runs the call through the plugin; answers the sample that it would ship. */
  async record(call: ProviderCall): Promise<Sample> {
    const { sample, decision } = await runThrough(this.bench, call, this.#began);
    this.decisions.push(decision);
    return sample;
  }

  /** Records the calls, posts them one by one as a gateway does, and answers how each is shown afterwards. */
  async send(...calls: readonly ProviderCall[]): Promise<readonly RequestView[]> {
    const ids: string[] = [];
    for (const call of calls) {
      const sample = await this.record(call);
      ids.push(sample.id);
      await supertest(this.#plane.app).post('/v1/samples').set(bearer()).send([sample]).expect(202);
      await this.#plane.settled();
    }
    return Promise.all(ids.map((id) => this.get<RequestView>(`/v1/requests/${id}`)));
  }

  async get<T>(route: string): Promise<T> {
    return (await supertest(this.#plane.app).get(route).set(bearer()).expect(200)).body as T;
  }

  async threads(): Promise<readonly ThreadDetail[]> {
    const { items } = await this.get<Page<ThreadSummary>>('/v1/threads?limit=200');
    return Promise.all(items.map(({ id }) => this.get<ThreadDetail>(`/v1/threads/${id}`)));
  }

  close(): Promise<void> {
    return this.#plane.close();
  }
}
