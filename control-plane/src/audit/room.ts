// The room as a whole: what a composition of the control plane needs of it.
import { signingKey } from '#contract';
import type { AuditTrail, Clock, Logger, Route } from '../kernel/index.ts';
import { createAnchor } from './anchor.ts';
import type { Dossiers } from './dossier.ts';
import type { AuditStore, HeadGuard } from './ports.ts';
import { auditRoutes } from './routes.ts';

export interface AuditRoomParts {
  readonly store: AuditStore & AuditTrail;
  readonly guard: HeadGuard;
  /** 32 secret bytes that stay for the life of the installation. */
  readonly seed: Uint8Array;
  readonly dossiers: Dossiers;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface AuditRoom {
  readonly routes: readonly Route[];
  /** Begins to sign heads, one round a second. */
  start(): void;
  /** Signs what came last. */
  stop(): Promise<void>;
}

const ROUND_MS = 1_000;

export function createAuditRoom(parts: AuditRoomParts): AuditRoom {
  const key = signingKey(parts.seed);
  const anchor = createAnchor({ store: parts.store, guard: parts.guard, key, logger: parts.logger });
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  const sign = (): void => {
    round = anchor
      .advanceAll()
      .catch(() => undefined)
      .finally(() => {
        if (timer !== undefined) timer = setTimeout(sign, ROUND_MS).unref();
      });
  };
  return {
    routes: auditRoutes({ store: parts.store, anchor, dossiers: parts.dossiers, key, clock: parts.clock }),
    start() {
      timer ??= setTimeout(sign, 0).unref();
    },
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await round;
      await anchor.advanceAll();
    },
  };
}
