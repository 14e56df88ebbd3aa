// LiteLLM between a client and the scripted provider, configured by deploy/litellm/config.yaml as it stands but for where
// the provider is; a recorder in front of the provider keeps what it was sent.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { startScriptedProvider } from '../../plugin/trial-gateway/scripted-provider/server.ts';
import type { RequestView } from '../../control-plane/src/threads/index.ts';
import { readAll, serve } from '../support/http-client.ts';
import { MASTER_KEY, startLiteLlm, type RunningLiteLlm } from '../support/litellm.ts';
import { startControlPlane, type ControlPlane } from '../support/stack.ts';

const CONFIG = path.resolve(import.meta.dirname, '../../deploy/litellm/config.yaml');

/** Prompts with this word fail at the deployment of the model named so. */
export const UNWELL = { primary: 'primaryunwell', all: 'allunwell' } as const;
/** A prompt with this word is answered with the header in which providers name the model. */
export const NAMED = 'namedmodel';

export interface Answer {
  readonly status: number;
  readonly callId: string;
  readonly text: string;
}

export interface World {
  readonly control: ControlPlane;
  readonly litellm: RunningLiteLlm;
  /** Bodies that the provider was sent. */
  readonly sent: string[];
  /** A call through LiteLLM. */
  ask(body: Record<string, unknown>, options?: { readonly path?: string; readonly headers?: Record<string, string> }): Promise<Answer>;
  /** The stored request of a call, once there; rejects after the time. */
  stored(callId: string, timeoutMs?: number): Promise<RequestView>;
  /** All stored requests of a call. */
  allStored(callId: string): Promise<readonly RequestView[]>;
  close(): Promise<void>;
}

interface LiteLlmConfig {
  readonly model_list: { model_name: string; litellm_params: Record<string, unknown> }[];
}

export async function startWorld(holdSeconds: number): Promise<World> {
  const control = await startControlPlane();
  const token = await control.post('/v1/tokens', JSON.stringify({ role: 'ingest', name: 'litellm' }));
  const { token: secret } = token.json as { token: string };
  const provider = await startScriptedProvider();
  const sent: string[] = [];
  const recorder = await serve((request, response) => {
    void (async () => {
      const body = (await readAll(request)).toString();
      sent.push(body);
      const isPrimary = body.includes('"gpt-4o-mini"');
      if (body.includes(UNWELL.all) || (isPrimary && body.includes(UNWELL.primary))) {
        response.writeHead(500, { 'content-type': 'application/json' });
        response.end('{"error":{"message":"out of order","type":"server_error","code":"boom"}}');
        return;
      }
      const answer = await fetch(`${provider.url}${request.url ?? ''}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      const named: Record<string, string> = body.includes(NAMED) ? { 'openai-model': 'gpt-4o-mini-2024-07-18' } : {};
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json', ...named });
      response.end(Buffer.from(await answer.arrayBuffer()));
    })().catch(() => response.destroy());
  });
  const config = parse(readFileSync(CONFIG, 'utf8')) as LiteLlmConfig;
  for (const model of config.model_list) model.litellm_params['api_base'] = `${recorder.url}/v1`;
  const litellm = await startLiteLlm(stringify(config), {
    OPENAI_API_KEY: 'sk-not-used',
    CLEW_URL: control.url,
    CLEW_LOGS_URL: `${control.url}/v1/litellm/logs?hold=${holdSeconds}`,
    CLEW_AUTHORIZATION: `Bearer ${secret}`,
  });
  const allStored = async (callId: string): Promise<readonly RequestView[]> => {
    const { items } = await control.get<{ items: { id: string }[] }>(`/v1/threads?limit=200`);
    const views: RequestView[] = [];
    for (const { id } of items) {
      const thread = await control.get<{ requests: RequestView[] }>(`/v1/threads/${id}`);
      views.push(...thread.requests.filter((view) => view.correlationId === callId));
    }
    return views;
  };
  return {
    control,
    litellm,
    sent,
    allStored,
    async ask(body, options = {}) {
      const response = await fetch(`${litellm.url}${options.path ?? '/v1/chat/completions'}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER_KEY}`, ...options.headers },
        body: JSON.stringify(body),
      });
      return { status: response.status, callId: response.headers.get('x-litellm-call-id') ?? '', text: await response.text() };
    },
    async stored(callId, timeoutMs = 30_000) {
      const end = performance.now() + timeoutMs;
      while (performance.now() < end) {
        const [found] = await allStored(callId);
        if (found) return found;
        await sleep(250);
      }
      throw new Error(`Call ${callId} was not stored in ${timeoutMs} ms. LiteLLM wrote:\n${litellm.output().slice(-3_000)}`);
    },
    async close() {
      await litellm.stop();
      await recorder.close();
      await provider.close();
      await control.stop();
    },
  };
}
