// The control plane, joined: compose-*.ts beside it are the only places that pick adapters; everything else takes what it needs as a port.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Express } from 'express';
import { unsafePatternReason } from '#redact';
import type { Access, IssuedToken } from './access/index.ts';
import { policyFile } from './adapters/files/index.ts';
import { createLogger } from './adapters/pino/index.ts';
import { openSqlite } from './adapters/sqlite/index.ts';
import { version, type Base, type Overrides } from './compose-base.ts';
import { inTurn, lifeOf } from './compose-life.ts';
import { withSessions } from './compose-people.ts';
import { openRooms, type Rooms } from './compose-rooms.ts';
import { routesOf } from './compose-routes.ts';
import type { Config } from './config.ts';
import { createApp, DEFAULT_RATES, isLoopback } from './http/index.ts';
import { systemClock, type Logger, type Route } from './kernel/index.ts';
import { openPolicy } from './policies/index.ts';

export interface ControlPlane {
  readonly app: Express;
  readonly logger: Logger;
  readonly access: Access;
  /** Present on the very first start: the admin token, which is shown this once. */
  readonly firstToken: IssuedToken | undefined;
  /** Begins processing. */
  start(): void;
  /** Samples that wait, and those that were taken out after too many attempts. */
  depth(): Promise<{ readonly waiting: number; readonly buried: number }>;
  reloadPolicy(): Promise<boolean>;
  /** Ends answers that go on for as long as somebody watches: before the server waits for open ones. */
  endStreams(): void;
  /** Finishes what was begun and closes everything. The server must take no requests any more. */
  close(): Promise<void>;
}

const PACKAGE_ROOT = path.resolve(import.meta.dirname, '../..');
const PAGE_FOLDER = path.join(PACKAGE_ROOT, 'control-plane/web/dist');

/** Throws ClewError: locked, unavailable, policy_invalid, model_damaged. */
export async function compose(config: Config, overrides: Overrides = {}): Promise<ControlPlane> {
  const clock = overrides.clock ?? systemClock;
  const logger = overrides.logger ?? createLogger(config.logLevel);
  const live = await openPolicy(policyFile(config.policyFile), unsafePatternReason, logger);
  // Its folder is made at the first start.
  const hasRun = existsSync(path.join(config.dataFolder, 'journal-keys'));
  const store = openSqlite({ folder: config.dataFolder, clock });
  const closers: (() => Promise<void>)[] = [() => store.close()];
  try {
    return await assemble({ config, overrides, clock, logger, live, store, closers, hasRun });
  } catch (error) {
    live.close();
    await inTurn(closers.reverse()).catch(() => undefined);
    throw error;
  }
}

async function assemble(base: Base): Promise<ControlPlane> {
  const { config, logger, live, store } = base;
  const rooms = await openRooms(base);
  const life = lifeOf(base, rooms);
  const routes = await routesOf(base, rooms, () => life.nextPurgeMs());
  return {
    app: appOf(base, rooms, routes),
    logger,
    access: rooms.access,
    firstToken: await rooms.access.firstStart(config.scope),
    start: () => life.start(),
    depth: () => store.journal.depth(),
    reloadPolicy: () => live.reload(),
    endStreams: () => rooms.watching.stop(),
    close: () => life.close(),
  };
}

function appOf({ config, logger }: Base, { access, door, metrics }: Rooms, routes: readonly Route[]): Express {
  return createApp({
    routes,
    // A scraper on the same machine needs no token; over a network it does.
    textPages: [metrics.page(isLoopback(config.host) ? null : 'metrics:read')],
    authorizer: withSessions(access, door),
    logger,
    observer: metrics,
    version: version(),
    pageFolder: existsSync(PAGE_FOLDER) ? PAGE_FOLDER : undefined,
    rates: { ...DEFAULT_RATES, perToken: config.access.ratePerToken, perAddress: config.access.ratePerAddress },
    corsOrigins: config.access.corsOrigins,
    trustedProxies: config.access.trustedProxies,
  });
}
