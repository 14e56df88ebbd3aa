import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logNothing } from '../../plugin/trial-gateway/log.ts';
import {
  startBareProxy,
  startScriptedProvider,
  startTrialGateway,
  type ScriptedProvider,
  type TrialGateway,
} from '../../plugin/trial-gateway/index.ts';
import { send, serve, type TestServer } from '../support/http-client.ts';

// What the plugin costs a client, as a ratio to the same proxy without it, measured in turns so that a busy machine
// weighs on both. The provider takes 50 ms to its first byte, which is faster than the models people use.

const WARM_UP = 15;
const ROUNDS = 60;
const LIMIT = 1.1;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

describe('the first byte of a stream', () => {
  let provider: ScriptedProvider;
  let controlPlane: TestServer;
  let gateway: TrialGateway;
  let bare: { readonly url: string; close(): Promise<void> };
  const agent = new http.Agent({ keepAlive: true });

  beforeAll(async () => {
    provider = await startScriptedProvider();
    controlPlane = await serve((request, response) => {
      request.resume();
      response.writeHead(request.method === 'POST' ? 202 : 404).end();
    });
    gateway = await startTrialGateway({
      port: 0,
      upstream: provider.url,
      controlPlaneUrl: controlPlane.url,
      token: 'test-token',
      log: logNothing,
    });
    bare = await startBareProxy(provider.url);
  });
  afterAll(async () => {
    agent.destroy();
    await gateway.close();
    await bare.close();
    await controlPlane.close();
    await provider.close();
  });

  const history = Array.from({ length: 20 }, (_, at) => ({
    role: at % 2 === 0 ? 'user' : 'assistant',
    content: `Turn ${at}: ${'about gardens and soil '.repeat(8)}`,
  }));
  const body = JSON.stringify({
    model: 'gpt-4o-mini',
    stream: true,
    messages: [...history, { role: 'user', content: 'And what about roses?' }],
  });

  const firstByteMs = async (base: string, script: string): Promise<number> => {
    const answer = await send(`${base}/v1/chat/completions`, {
      agent,
      body,
      headers: { 'content-type': 'application/json', 'x-script': script },
    });
    expect(answer.status).toBe(200);
    return answer.chunkTimesMs[0]!;
  };

  async function measure(script: string): Promise<{ plain: number; plugged: number }> {
    const plain: number[] = [];
    const plugged: number[] = [];
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      const order = round % 2 === 0 ? [bare.url, gateway.url] : [gateway.url, bare.url];
      for (const base of order) {
        const ms = await firstByteMs(base, script);
        if (round >= 0) (base === bare.url ? plain : plugged).push(ms);
      }
    }
    return { plain: median(plain), plugged: median(plugged) };
  }

  it(`comes no more than ${LIMIT} times as late at the median`, async () => {
    const { plain, plugged } = await measure('slow=50');
    const instant = await measure('slow=0');
    process.stderr.write(
      `first byte p50 with a provider of 50 ms: bare ${plain.toFixed(2)} ms, with plugin ${plugged.toFixed(2)} ms, ratio ${(plugged / plain).toFixed(3)}; ` +
        `instant provider: ${instant.plain.toFixed(2)} and ${instant.plugged.toFixed(2)} ms\n`,
    );
    expect(gateway.stats().failedOpen).toEqual({ unreachable: 0, closed: 0, timeout: 0, remote: 0 });
    expect(plugged / plain).toBeLessThanOrEqual(LIMIT);
  });
});
