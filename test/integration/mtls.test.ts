// Gateways that show a certificate instead of a token: the commands of docs/ACCESS.md, a control plane that asks for
// certificates, and the real plugin.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import type { Server } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../control-plane/src/config.ts';
import { createHttpServer } from '../../control-plane/src/http/index.ts';
import { readConfig as readPluginConfig } from '../../plugin/src/config.ts';
import { startTrialGateway } from '../../plugin/trial-gateway/index.ts';
import { logNothing } from '../../plugin/trial-gateway/log.ts';
import { bearer, ndjson, sample, startPlane, type TestPlane } from '../support/control-plane.ts';
import { send } from '../support/http-client.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'clew-mtls-'));
const pem = (name: string): string => fs.readFileSync(path.join(folder, name), 'utf8');
const sh = (text: string): void => void execFileSync('bash', ['-e', '-c', text], { cwd: folder, stdio: 'pipe' });
const env = { CLEW_TLS_CERT: 'server.crt', CLEW_TLS_KEY: 'server.key', CLEW_TLS_CLIENT_CA: 'ca.crt' };

let plane: TestPlane;
const servers: Server[] = [];

/** Of the same control plane, as main.ts makes it. */
async function listen(settings: Record<string, string>): Promise<string> {
  const { tls } = readConfig({ ...env, ...settings }, folder);
  const server = createHttpServer(plane.app, {}, { ...tls!.load(), isClientRequired: tls!.isClientRequired }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Shown {
  readonly cert?: string;
  readonly key?: string;
}
const of = (name: string): Shown => ({ cert: pem(`${name}.crt`), key: pem(`${name}.key`) });

function ask(url: string, shown: Shown, options: { headers?: Record<string, string>; body?: string } = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const { body, headers = {} } = options;
    const request = https.request(url, { ...shown, ca: pem('ca.crt'), method: body === undefined ? 'GET' : 'POST', headers, agent: false });
    request.once('error', reject);
    request.once('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    request.end(body);
  });
}

beforeAll(async () => {
  const page = fs.readFileSync(path.resolve(import.meta.dirname, '../../docs/ACCESS.md'), 'utf8');
  const commands = /mtls\.test\.ts runs it -->\n```sh\n([^`]+)```/.exec(page)![1]!;
  sh(commands);
  const client = (name: string, subject: string, authority = 'ca'): string =>
    `openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "${subject}" -keyout ${name}.key -out ${name}.csr
     openssl x509 -req -in ${name}.csr -CA ${authority}.crt -CAkey ${authority}.key -CAcreateserial -days 30 -out ${name}.crt`;
  sh(client('nobody', '/CN=kong-2'));
  sh(client('odd', '/O=Acme Ltd/OU=production/CN=kong-3'));
  sh('openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj "/CN=stranger" -keyout other.key -out other.crt');
  sh(client('stranger', '/O=acme/OU=production/CN=kong-4', 'other'));
  plane = await startPlane();
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await plane.close();
  fs.rmSync(folder, { recursive: true });
});

describe('a control plane that asks for certificates', () => {
  it('takes those of its authority for what they name, and nothing more than samples and policies', async () => {
    const url = await listen({});
    expect(await ask(`${url}/v1/policies`, of('gateway'))).toBe(200);
    const one = ndjson([sample({ id: 'by-certificate' })]);
    expect(await ask(`${url}/v1/samples`, of('gateway'), { body: one, headers: { 'content-type': 'application/x-ndjson' } })).toBe(202);
    for (const route of ['/v1/threads', '/v1/tokens', '/v1/audit', '/v1/topics']) {
      expect(await ask(`${url}${route}`, of('gateway')), route).toBe(403);
    }
    await plane.settled();
    // Walls stand in the certificate: the sample is of acme, and the admin's tenant does not have it.
    expect(await ask(`${url}/v1/requests/by-certificate`, of('gateway'), { headers: { ...bearer() } })).toBe(404);
  });

  it('lets nobody connect without one, or with that of another authority', async () => {
    const url = await listen({});
    await expect(ask(`${url}/healthz`, {})).rejects.toThrow();
    await expect(ask(`${url}/v1/policies`, of('stranger'))).rejects.toThrow();
    await expect(ask(`${url}/healthz`, {}, { headers: { ...bearer() } })).rejects.toThrow();
  });

  it('believes none that names no tenant, none beside a wrong token, and none that a page in a browser uses', async () => {
    const url = await listen({});
    expect(await ask(`${url}/v1/policies`, of('nobody'))).toBe(401);
    expect(await ask(`${url}/v1/policies`, of('odd'))).toBe(401);
    expect(await ask(`${url}/v1/policies`, of('gateway'), { headers: { authorization: 'Bearer wrong' } })).toBe(401);
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      expect(await ask(`${url}/v1/policies`, of('gateway'), { headers })).toBe(401);
    }
  });

  it('lets people come with tokens where certificates are optional', async () => {
    const url = await listen({ CLEW_TLS_CLIENTS: 'optional' });
    expect(await ask(`${url}/v1/threads`, {}, { headers: { ...bearer() } })).toBe(200);
    expect(await ask(`${url}/v1/policies`, of('gateway'))).toBe(200);
    expect(await ask(`${url}/v1/policies`, {})).toBe(401);
    expect(await ask(`${url}/v1/policies`, of('stranger'))).toBe(401);
  });

  it('does not start with files that do not fit, and never says what is in them', () => {
    fs.writeFileSync(path.join(folder, 'broken.key'), 'SECRET-OF-A-KEY');
    for (const settings of [
      { CLEW_TLS_KEY: 'broken.key' },
      { CLEW_TLS_KEY: 'gateway.key' },
      { CLEW_TLS_CERT: 'none.crt' },
      { CLEW_TLS_CLIENT_CA: 'broken.key' },
      { CLEW_TLS_KEY: '' },
    ]) {
      const read = (): unknown => readConfig({ ...env, ...settings }, folder);
      expect(read).toThrow(ConfigError);
      expect(read).not.toThrow(/SECRET/);
    }
  });
});

describe('the plugin with a certificate', () => {
  it('takes the policy and hands in samples without a token', async () => {
    const url = await listen({});
    const gateway = await startTrialGateway({
      ...{ port: 0, controlPlaneUrl: url, token: 'not used', log: logNothing },
      pluginConfig: {
        ...{ token: undefined, hash_key: 'sixteen characters', client_cert: pem('gateway.crt'), client_key: pem('gateway.key') },
        ...{ ca_cert: pem('ca.crt'), tenant: 'acme', environment: 'production', flush_ms: 50 },
      },
    });
    try {
      const body = JSON.stringify({ model: 'gpt-4o', user: 'zoe', messages: [{ role: 'user', content: 'When do swifts leave?' }] });
      const answer = await send(`${gateway.url}/v1/chat/completions`, { headers: { 'content-type': 'application/json' }, body });
      expect(answer.status).toBe(200);
      const seen = async (): Promise<number> => {
        const token = await plane.plane.access.issue({
          role: 'engineer',
          scope: { tenant: 'acme', environment: 'production' },
          name: 'reader',
        });
        return ask(`${url}/v1/runs/${String(answer.headers['x-clew-run-id'])}`, of('gateway'), { headers: { ...bearer(token.token) } });
      };
      await expect.poll(seen, { timeout: 30_000, interval: 200 }).toBe(200);
    } finally {
      await gateway.close();
    }
  });

  it('is off where certificate, key and address do not go together', () => {
    const base = { token: '', hash_key: 'sixteen characters', control_plane_url: 'https://plane' };
    const pair = { client_cert: pem('gateway.crt'), client_key: pem('gateway.key') };
    const modeOf = (settings: Record<string, unknown>): string => readPluginConfig({ ...base, ...settings }).config.mode;
    expect(modeOf(pair)).toBe('full');
    expect(modeOf({})).toBe('off');
    expect(modeOf({ client_cert: pair.client_cert, token: 't' })).toBe('off');
    expect(modeOf({ ...pair, client_key: pem('nobody.key') })).toBe('off');
    expect(modeOf({ ...pair, control_plane_url: 'http://plane' })).toBe('off');
    expect(modeOf({ token: 't', ca_cert: 'no certificate' })).toBe('off');
  });
});
