// npm start: reads the settings, starts the control plane, says where it is, and drains on SIGTERM or SIGINT.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compose, type ControlPlane } from './compose.ts';
import { readConfig, type Config } from './config.ts';
import type { Server as TlsServer } from 'node:https';
import { createHttpServer, secureContextOf } from './http/index.ts';
import { timeFault } from './config-tls.ts';
import { ClewError, systemClock } from './kernel/index.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

/** How long open connections may finish before they are cut. */
const GRACE_MS = 5_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const plane = await compose(config);
  const { tls } = config;
  const files = tls?.load();
  const server = createHttpServer(plane.app, {}, tls && files && { ...files, isClientRequired: tls.isClientRequired });
  // Nothing runs yet that could stay in force; who starts a server wants to see it, and clients refuse it anyway.
  const outdated = files && timeFault(files, systemClock.nowMs());
  if (outdated !== undefined) plane.logger.warn('certificates_outdated', { remedy: outdated });
  await listen(server, config).catch((error: unknown) => {
    // The store knows the token by now, and will not make another: kept to itself, nobody could ever sign in.
    showFirstToken(plane);
    throw error;
  });
  plane.start();
  greet(server, config, plane);
  process.on('SIGHUP', () => {
    void plane.reloadPolicy();
    renewCertificates(server, config, plane);
  });
  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      stop(server, plane).then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
    });
  }
}

/** Certificates that are renewed are taken without a restart; ones that cannot be used, or ended, leave those in force. */
function renewCertificates(server: Server, { tls }: Config, { logger }: ControlPlane): void {
  if (!tls || !('setSecureContext' in server)) return;
  try {
    const files = tls.load();
    const fault = timeFault(files, systemClock.nowMs());
    if (fault !== undefined) {
      logger.error('certificates_refused', { remedy: fault });
      return;
    }
    (server as TlsServer).setSecureContext(secureContextOf(files));
    logger.info('certificates_taken');
  } catch {
    logger.error('certificates_refused', { remedy: 'CLEW_TLS_CERT, CLEW_TLS_KEY and CLEW_TLS_CLIENT_CA must be PEM files that fit' });
  }
}

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      const detail = isTaken
        ? `CLEW_PORT: port ${port} is taken; set it to another, or to 0`
        : `CLEW_HOST, CLEW_PORT: ${error.code ?? error.name}`;
      reject(new ClewError('config_invalid', detail));
    });
    server.listen(port, host, resolve);
  });
}

function greet(server: Server, config: Config, plane: ControlPlane): void {
  const { port } = server.address() as AddressInfo;
  const url = `${config.tls ? 'https' : 'http'}://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;
  say(`Clew listens on ${url}`);
  say(`  page       ${url}/`);
  say(`  API        ${url}/openapi.json`);
  say(`  health     ${url}/healthz  ${url}/readyz  ${url}/metrics`);
  say(`  data       ${config.dataFolder}`);
  showFirstToken(plane, url);
  if (plane.firstToken === undefined && config.adminToken !== undefined && config.adminToken.length < 16) {
    plane.logger.warn('weak_admin_token', { remedy: 'CLEW_ADMIN_TOKEN has fewer than 16 characters' });
  }
}

/** Without `url` nothing listens, so there is nothing to sign in to yet. */
function showFirstToken({ firstToken }: ControlPlane, url?: string): void {
  if (!firstToken) return;
  say(`Admin token, shown this once: ${firstToken.token}`);
  // Fragments are not sent, so the token is in no log of a server or proxy.
  if (url !== undefined) say(`  sign in    ${url}/#token=${firstToken.token}`);
}

async function stop(server: Server, plane: ControlPlane): Promise<void> {
  plane.logger.info('stopping');
  plane.endStreams();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearTimeout(cut);
  await plane.close();
}

function fail(error: unknown): never {
  if (error instanceof ClewError) {
    complain(error.message);
    complain(error.remedy);
    process.exit(2);
  }
  // The system's own words name the path, and no stack of ours helps whoever set it.
  if (error instanceof Error && 'syscall' in error) {
    complain(`Not ready: ${error.message}`);
    complain('Give this user read and write access to the folder, or set CLEW_DATA to another.');
    process.exit(2);
  }
  complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
}

main().catch(fail);
