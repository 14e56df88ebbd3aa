// The plugin's flow in this process: a fake Kong that holds one request's shared table, and a sender that keeps what it
// is given. For tests of what the plugin makes of a call.
import { expect } from 'vitest';
import { compileManifests, parseSample, type Manifest, type Policy, type Sample } from '#contract';
import { readConfig } from '../../plugin/src/config.ts';
import { Drops } from '../../plugin/src/drops.ts';
import { Flow } from '../../plugin/src/flow.ts';
import { Runtime } from '../../plugin/src/runtime.ts';
import type { Shipper } from '../../plugin/src/ship/index.ts';
import { passThrough } from './pass-through.ts';

export interface PluginBench {
  readonly runtime: Runtime;
  readonly drops: Drops;
  readonly shipped: string[];
  /** Runs both phases and waits for the work after the answer. Returns the decision, where there was one. */
  run(request?: Record<string, unknown>, outcome?: Record<string, unknown>): Promise<Record<string, unknown> | undefined>;
  /** Shipped samples, each checked against the contract. */
  samples(): Sample[];
}

export const chatRequest = (fields: Record<string, unknown> = {}, headers: Record<string, unknown> = {}): Record<string, unknown> => ({
  v: 1,
  method: 'POST',
  path: '/v1/chat/completions',
  headers: { 'content-type': 'application/json', host: 'api.openai.com', ...headers },
  body: JSON.stringify({ model: 'gpt-4o', user: 'zoe', messages: [{ role: 'user', content: 'Hello there' }], ...fields }),
  body_truncated: false,
  started_ms: 1_767_225_600_000,
});

export const chatOutcome = (fields: Record<string, unknown> = {}, answer: Record<string, unknown> = {}): Record<string, unknown> => ({
  v: 1,
  status: 200,
  response_headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    id: 'chatcmpl-1',
    model: 'gpt-4o-2024-08-06',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
    ...answer,
  }),
  body_bytes: 100,
  body_truncated: false,
  started_ms: 1_767_225_600_000,
  upstream_ms: 1_767_225_600_002,
  first_byte_ms: 1_767_225_600_100,
  ended_ms: 1_767_225_600_150,
  aborted: false,
  tries: [],
  ...fields,
});

export function pluginBench(
  policy: Policy = { version: 1 },
  settings: Record<string, unknown> = {},
  manifests: readonly Manifest[] = [],
): PluginBench {
  const { config, faults } = readConfig({ token: 't', hash_key: 'sixteen characters', ...settings });
  expect(faults).toEqual([]);
  const drops = new Drops();
  const shipped: string[] = [];
  const shipper = { offer: (line: string) => shipped.push(line) > 0, close: () => Promise.resolve() } as unknown as Shipper;
  const silent = () => undefined;
  const runtime = new Runtime(config, { error: silent, warn: silent, info: silent }, { shipper, drops });
  runtime.poller.start = silent;
  runtime.manifests.start = silent;
  const approved = compileManifests(manifests);
  runtime.manifests.current = () => approved;
  runtime.poller.current = () => ({ policy, version: 'test' });
  const flow = new Flow(config, runtime);
  return {
    runtime,
    drops,
    shipped,
    run: (request = chatRequest(), outcome = chatOutcome()) => passThrough({ flow, runtime }, request, outcome),
    samples: () =>
      shipped.map((text) => {
        const parsed = parseSample(JSON.parse(text));
        expect(parsed.ok ? parsed.unknownFields : parsed.faults).toEqual(0);
        return parsed.ok ? parsed.value : (undefined as never);
      }),
  };
}
