import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/http-client.ts';
import { startStack, until, type Stack } from '../support/stack.ts';

// How a gateway does is seen without its log: what it passed untouched and why, beside what it observed.

describe('the health of a gateway', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  }, 60_000);
  afterAll(async () => {
    await stack.close();
  });

  it('shows in the metrics of the control plane', async () => {
    const ask = (path: string, body: string) =>
      send(`${stack.gateway.url}${path}`, { body, headers: { 'content-type': 'application/json' } });
    await ask('/v1/files', '{}');
    await ask('/v1/chat/completions', 'no JSON');
    await ask('/v1/chat/completions', JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello' }] }));
    await stack.gateway.settle();
    // Its last words come when it ends.
    await stack.gateway.close();
    const page = await until(async () => {
      const response = await fetch(`${stack.control.url}/metrics`, { headers: { authorization: `Bearer ${stack.control.token}` } });
      const text = await response.text();
      return text.includes('clew_gateway_dropped_total{') ? text : undefined;
    }, 'the report of the gateway');
    const figure = (name: string, label: string) =>
      Number(new RegExp(`^${name}\\{[^}]*="${label}"[^}]*\\} (\\d+)$`, 'm').exec(page)?.[1] ?? Number.NaN);
    expect(figure('clew_gateway_dropped_total', 'not_llm_path')).toBe(1);
    expect(figure('clew_gateway_dropped_total', 'not_json')).toBe(1);
    expect(figure('clew_gateway_events_total', 'observed')).toBe(2);
    expect(figure('clew_gateway_events_total', 'kept')).toBe(1);
    expect(figure('clew_gateway_state', 'waiting')).toBe(0);
    // The report went with the samples, not in place of them.
    await until(async () => {
      const { items } = await stack.control.get<{ items: unknown[] }>('/v1/threads');
      return items.length === 1 ? items : undefined;
    }, 'the thread of the call');
  });
});
