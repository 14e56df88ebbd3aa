// Original values from the real plugin to a reveal, and a search for them in everything that is left behind.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Page, ThreadDetail, ThreadSummary } from '../../control-plane/src/threads/index.ts';
import { filesBelow, findCanaries } from '../support/canary-search.ts';
import { startStack, until } from '../support/stack.ts';

const MAIL = 'zq.vault@canary-vault.example.com';
const PHONE = '+31 20 794 0801';
const ANSWERED = 'zq.answer@canary-vault-answer.example.com';
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

it('seals what pseudonyms stand for in the plugin, and shows it to a reveal alone', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-vault-'));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  const policy = path.join(folder, 'policy.yaml');
  writeFileSync(
    policy,
    'version: 1\nredaction: { reversible: true, types: { EMAIL_ADDRESS: pseudonym } }\nprincipal: { sources: [{ from: "body:user" }] }\n',
  );
  const spool = path.join(folder, 'spool');
  const log: string[] = [];
  const stack = await startStack({
    env: { CLEW_POLICY: policy, CLEW_LOG_LEVEL: 'debug' },
    gateway: {
      log: (event, details) => log.push(JSON.stringify({ event, ...details })),
      pluginConfig: { spool_dir: spool, log_level: 'info', policy_poll_seconds: 1 },
    },
  });
  cleanUp.push(() => stack.close());
  // The plugin obeys the policy from its first poll on.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const answer = await fetch(`${stack.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'gpt-4o',
      user: 'somebody',
      messages: [{ role: 'user', content: `Write to ${MAIL} or call ${PHONE}. [[say=I wrote to ${ANSWERED}]]` }],
    }),
  });
  expect(await answer.text()).toContain(ANSWERED);
  await stack.gateway.settle();
  const { control } = stack;
  const thread = await until(async () => (await control.get<Page<ThreadSummary>>('/v1/threads')).items[0], 'the thread');
  const detail = await control.get<ThreadDetail>(`/v1/threads/${thread.id}`);
  const stored = detail.requests[0];
  expect(stored?.prompt).toMatch(/Write to \[EMAIL_ADDRESS_[a-z]{10}\] or call \[PHONE_NUMBER\]/);
  const made = await control.post('/v1/tokens', JSON.stringify({ role: 'auditor', permissions: ['reveal:write'] }));
  const { token } = made.json as { token: string };
  const shown = await control.post('/v1/reveal', JSON.stringify({ requestId: stored?.id, reason: 'a test of the whole way' }), {
    authorization: `Bearer ${token}`,
  });
  expect(shown.status).toBe(200);
  const values = (shown.json as { items: { value: string }[] }).items.map(({ value }) => value).sort();
  // What is only masked has no original.
  expect(values).toEqual([ANSWERED, MAIL].sort());
  await control.stop();
  const places = {
    ...filesBelow(control.folder),
    ...filesBelow(folder),
    plane: Buffer.from(control.output()),
    gateway: Buffer.from(log.join('\n')),
  };
  expect(findCanaries([MAIL, ANSWERED, PHONE], places)).toEqual([]);
  expect(findCanaries(['EMAIL_ADDRESS_'], places).length).toBeGreaterThan(0);
}, 120_000);
