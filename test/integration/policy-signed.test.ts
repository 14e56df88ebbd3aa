// A policy on its way from a real control plane into the real plugin, which was given the key: it decides what the
// provider reads.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTrialGateway } from '../../plugin/trial-gateway/index.ts';
import { logNothing } from '../../plugin/trial-gateway/log.ts';
import { readAll, send, serve, type TestServer } from '../support/http-client.ts';
import { startControlPlane, type ControlPlane } from '../support/stack.ts';

const POLICY = 'version: 1\nroutes: [{ match: { route: guarded }, mode: full, upstream: pseudonyms }]\n';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'clew-signed-'));
let control: ControlPlane;
let provider: TestServer;
const asked: string[] = [];

beforeAll(async () => {
  fs.writeFileSync(path.join(folder, 'policy.yaml'), POLICY);
  control = await startControlPlane({ env: { CLEW_POLICY: path.join(folder, 'policy.yaml') } });
  provider = await serve((request, response) => {
    void readAll(request).then((body) => {
      asked.push(body.toString());
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":[]}');
    });
  });
});
afterAll(async () => {
  await control.stop();
  await provider.close();
  fs.rmSync(folder, { recursive: true });
});

it('is taken, and decides', async () => {
  const policyKey = fs.readFileSync(path.join(control.folder, 'keys', 'policy.pub'), 'utf8');
  const gateway = await startTrialGateway({
    ...{ port: 0, upstream: provider.url, controlPlaneUrl: control.url, token: control.token, log: logNothing },
    pluginConfig: { policy_key: policyKey, policy_poll_seconds: 1 },
    routes: [
      { name: 'guarded', pathPrefix: '/a', service: 'llm' },
      { name: 'open', pathPrefix: '/b', service: 'llm' },
    ],
  });
  const ask = async (route: string): Promise<string> => {
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'I am ada@example.org' }] });
    const answer = await send(`${gateway.url}${route}/v1/chat/completions`, { headers: { 'content-type': 'application/json' }, body });
    expect(answer.status).toBe(200);
    return asked.at(-1)!;
  };
  try {
    await expect.poll(() => ask('/a'), { timeout: 20_000 }).toContain('I am [EMAIL_ADDRESS_1]');
    expect(await ask('/b')).toContain('I am ada@example.org');
  } finally {
    await gateway.close();
  }
});
