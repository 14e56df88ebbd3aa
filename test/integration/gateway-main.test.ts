import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { send } from '../support/http-client.ts';

// The gateway as a newcomer starts it.

const main = path.join(import.meta.dirname, '..', '..', 'plugin', 'trial-gateway', 'main.ts');

function run(env: Record<string, string>) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], { env: { ...process.env, ...env } });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, output, ended };
}

/** Processes whose command line names the folder. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(folder);
    } catch {
      return false;
    }
  });
}

describe('npm run gateway', () => {
  it('takes its plugin server along, also when it is killed', async () => {
    const { child, output, ended } = run({ CLEW_GATEWAY_PORT: '0', CLEW_TOKEN: 'a-token', CLEW_URL: 'http://127.0.0.1:9' });
    await expect.poll(() => output.out, { timeout: 20_000 }).toMatch(/Trial gateway +http/);
    await expect.poll(() => output.err, { timeout: 20_000 }).toMatch(/plugin\.sock/);
    const folder = path.dirname(/\/\S*plugin\.sock/.exec(output.err)![0]);
    expect(processesOf(folder)).toHaveLength(1);
    child.kill('SIGKILL');
    expect(await ended).toBeNull();
    await expect.poll(() => processesOf(folder), { timeout: 8_000 }).toEqual([]);
  });

  it('prints where it is, answers, and leaves nothing behind', async () => {
    const { child, output, ended } = run({ CLEW_GATEWAY_PORT: '0', CLEW_TOKEN: 'a-token', CLEW_URL: 'http://127.0.0.1:9' });
    await expect.poll(() => output.out, { timeout: 20_000 }).toMatch(/Trial gateway +http:\/\/127\.0\.0\.1:\d+ /);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output.out)![0];
    const secret = 'a prompt about badgers';
    const answer = await send(`${url}/v1/chat/completions`, {
      body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: secret }] }),
    });
    expect(answer.status).toBe(200);
    expect(output.out).toMatch(/Provider .*scripted/);
    expect(output.out).toMatch(/Plugin +clew \d/);
    const socket = /\/\S*plugin\.sock/.exec(output.err)![0];
    expect(existsSync(socket)).toBe(true);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    // The folder of the socket goes when the plugin server has ended.
    expect(existsSync(path.dirname(socket))).toBe(false);
    expect(output.out + output.err).not.toContain('badgers');
    expect(output.out + output.err).not.toContain('a-token');
  });

  it.each([
    [{ CLEW_GATEWAY_PORT: 'x' }, /CLEW_GATEWAY_PORT must be a number/],
    [{ CLEW_GATEWAY_PORT: '0', CLEW_TOKEN: 't', CLEW_UPSTREAM: 'ftp://x' }, /http or https/],
    [{ CLEW_GATEWAY_PORT: '0', CLEW_TOKEN: '', CLEW_ADMIN_TOKEN: '' }, /no token\. Set CLEW_TOKEN/],
    [{ CLEW_GATEWAY_PORT: '0', CLEW_GATEWAY_CONFIG: '/nowhere.json' }, /CLEW_GATEWAY_CONFIG .*ENOENT/],
  ])('says what is wrong and ends: %o', async (env, message) => {
    const { output, ended } = run(env);
    expect(await ended).toBe(1);
    expect(output.err).toMatch(message);
  });

  it('says that its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const { output, ended } = run({ CLEW_GATEWAY_PORT: String(port), CLEW_TOKEN: 't' });
    expect(await ended).toBe(1);
    expect(output.err).toContain('its port is taken');
    other.close();
  });
});
