// Certificates that are renewed while the server runs: the real process, its signal, and clients that stay connected.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'clew-renewal-'));
const pem = (name: string): string => fs.readFileSync(path.join(folder, name), 'utf8');
const sh = (text: string): void => void execFileSync('bash', ['-e', '-c', text], { cwd: folder, stdio: 'pipe' });
const EC = 'ec -pkeyopt ec_paramgen_curve:P-256 -nodes';
const authority = (name: string): string =>
  `openssl req -x509 -newkey ${EC} -days 9 -subj "/CN=${name}" -keyout ${name}.key -out ${name}.crt\n`;
const signed = (name: string, by: string, subject: string, extra = ''): string =>
  `openssl req -newkey ${EC} -subj "${subject}" ${extra} -keyout ${name}.key -out ${name}.csr
   openssl x509 -req -in ${name}.csr -CA ${by}.crt -CAkey ${by}.key -CAcreateserial -days 9 -copy_extensions copy -out ${name}.crt\n`;
const NAMES = '-addext "subjectAltName=IP:127.0.0.1"';

interface Seen {
  readonly status: number;
  /** SHA-256 of the server's certificate. */
  readonly certificate: string;
  readonly socket: TLSSocket;
}

let child: ChildProcess;
let output = '';
let url = '';
/** Of the clients, kept in memory: the files change. */
let serverAuthority = '';
let shown: Record<'gateway' | 'later', { readonly cert: string; readonly key: string }>;

/** `session`: to resume, as tls.connect takes it. */
function ask(options: https.RequestOptions & { readonly session?: Buffer }): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const request = https.get(`${url}/healthz`, { ca: serverAuthority, agent: false, ...options }, (answer) => {
      const socket = answer.socket as TLSSocket;
      const certificate = socket.getPeerCertificate().fingerprint256;
      answer.resume().once('end', () => resolve({ status: answer.statusCode ?? 0, certificate, socket }));
    });
    request.once('error', reject);
  });
}
const timesSaid = (word: string): number => output.split(word).length - 1;
async function hangUp(answer: 'certificates_taken' | 'certificates_refused'): Promise<void> {
  const before = timesSaid(answer);
  child.kill('SIGHUP');
  await expect.poll(() => timesSaid(answer), { timeout: 30_000 }).toBe(before + 1);
}

beforeAll(async () => {
  sh(authority('ca') + authority('next') + signed('server', 'ca', '/CN=first', NAMES) + signed('renewed', 'ca', '/CN=second', NAMES));
  sh(
    signed('gateway', 'ca', '/O=acme/OU=production/CN=a') + signed('later', 'next', '/O=acme/OU=production/CN=b') + 'cp ca.crt clients.crt',
  );
  // `openssl req` of older releases sets no dates.
  const settings = ['[ca]', 'default_ca=c', '[c]', 'database=index.txt', 'rand_serial=yes', 'new_certs_dir=.', 'default_md=sha256'];
  const more = ['policy=p', 'unique_subject=no', 'copy_extensions=copy', '[p]', 'commonName=supplied'];
  fs.writeFileSync(path.join(folder, 'ca.cnf'), [...settings, ...more, ''].join('\n'));
  fs.writeFileSync(path.join(folder, 'index.txt'), '');
  const dated = (name: string, from: string, to: string): string =>
    `openssl req -newkey ${EC} -subj "/CN=${name}" ${NAMES} -keyout ${name}.key -out ${name}.csr
     openssl ca -batch -notext -selfsign -config ca.cnf -keyfile ${name}.key -in ${name}.csr -out ${name}.crt -startdate ${from} -enddate ${to}\n`;
  sh(
    dated('ended', '20010101000000Z', '20010102000000Z') +
      dated('early', '21990101000000Z', '21990102000000Z') +
      dated('oldca', '20010101000000Z', '20010102000000Z'),
  );
  serverAuthority = pem('ca.crt');
  shown = { gateway: { cert: pem('gateway.crt'), key: pem('gateway.key') }, later: { cert: pem('later.crt'), key: pem('later.key') } };
  child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path.join(root, 'control-plane/src/main.ts')], {
    cwd: folder,
    env: {
      ...{ PATH: process.env['PATH'], CLEW_PORT: '0', CLEW_DATA: path.join(folder, 'data') },
      ...{ CLEW_TLS_CERT: 'server.crt', CLEW_TLS_KEY: 'server.key', CLEW_TLS_CLIENT_CA: 'clients.crt' },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  while (!output.includes('  data ')) {
    if (child.exitCode !== null) throw new Error(output);
    await sleep(50);
  }
  url = /listens on (\S+)/.exec(output)?.[1] ?? '';
}, 120_000);
afterAll(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
  fs.rmSync(folder, { recursive: true, force: true });
});

describe('on SIGHUP', () => {
  const kept = new https.Agent({ keepAlive: true, maxSockets: 1 });
  afterAll(() => kept.destroy());

  it('new connections get the new certificate, and old ones live on', async () => {
    const first = await ask({ ...shown.gateway, agent: kept });
    sh('cp renewed.crt server.crt; cp renewed.key server.key');
    await hangUp('certificates_taken');
    const fresh = await ask(shown.gateway);
    expect([first.status, fresh.status]).toEqual([200, 200]);
    expect(fresh.certificate).not.toBe(first.certificate);
    const again = await ask({ ...shown.gateway, agent: kept });
    expect([again.status, again.socket, again.certificate]).toEqual([200, first.socket, first.certificate]);
  });

  it.each([
    ['a key that is none', 'echo SECRET-OF-A-KEY > server.key'],
    ['a certificate of another key', 'cp gateway.crt server.crt; cp renewed.key server.key'],
    ['a file that is not there', 'cp renewed.crt server.crt; rm clients.crt'],
    ['an authority that is none', 'echo nothing > clients.crt'],
    ['a certificate that ended', 'cp ended.crt server.crt; cp ended.key server.key'],
    ['a certificate that has not begun', 'cp early.crt server.crt; cp early.key server.key'],
    ['an authority that ended', 'cp oldca.crt clients.crt'],
  ])('%s is refused, the old ones stay, and nothing of the files is told', async (_, spoil) => {
    const before = await ask(shown.gateway);
    sh(spoil);
    await hangUp('certificates_refused');
    const after = await ask(shown.gateway);
    expect([after.status, after.certificate]).toEqual([200, before.certificate]);
    await expect(ask(shown.later)).rejects.toThrow();
    expect(output).not.toContain('SECRET');
    sh('cp renewed.crt server.crt; cp renewed.key server.key; cp ca.crt clients.crt');
  });

  it('says of one that ended when it did, and what to do', async () => {
    sh('cp ended.crt server.crt; cp ended.key server.key');
    await hangUp('certificates_refused');
    expect(output).toMatch(/CLEW_TLS_CERT ended on 2001-01-02T00:00:00\.000Z; put a certificate that is valid now in its place/);
    sh('cp renewed.crt server.crt; cp renewed.key server.key; cat oldca.crt ca.crt > clients.crt');
    // Beside an authority that ended, one that is good.
    await hangUp('certificates_taken');
    expect((await ask(shown.gateway)).status).toBe(200);
    sh('cp ca.crt clients.crt');
  });

  it('another authority of clients counts at once, for sessions that are resumed too', async () => {
    const session = await new Promise<Buffer>((resolve, reject) => {
      const request = https.get(`${url}/healthz`, { ca: serverAuthority, agent: false, ...shown.gateway }, (answer) => answer.resume());
      request.once('error', reject);
      request.once('socket', (socket) => socket.once('session', resolve));
    });
    sh('cp next.crt clients.crt');
    await hangUp('certificates_taken');
    expect((await ask(shown.later)).status).toBe(200);
    await expect(ask(shown.gateway)).rejects.toThrow();
    await expect(ask({ ...shown.gateway, session })).rejects.toThrow();
    await expect(ask({ session })).rejects.toThrow();
    await expect(ask({})).rejects.toThrow();
  });
});
