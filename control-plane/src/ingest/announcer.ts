// Hands stored events to the handlers, at least once and in order. A handler that fails is tried again with growing
// pauses; after the last try its share of the batch is counted as dropped, so that one bad handler cannot stop the others.
import { errorFields, type EventHandler, type Logger } from '../kernel/index.ts';
import { createDoorbell } from './lane.ts';
import type { EventOutbox, IngestMeter } from './ports.ts';

export interface Announcer {
  start(): void;
  notify(): void;
  /** Announces what is stored and stops. */
  drain(): Promise<void>;
}

export interface AnnouncerParts {
  readonly outbox: EventOutbox;
  readonly handlers: readonly EventHandler[];
  readonly logger: Logger;
  readonly meter: Pick<IngestMeter, 'dropped'>;
  /** Pauses between the tries of one handler. */
  readonly pausesMs?: readonly number[];
}

const BATCH = 200;
const POLL_MS = 5_000;

export function createAnnouncer(parts: AnnouncerParts): Announcer {
  const { outbox, handlers, logger, meter } = parts;
  const pauses = parts.pausesMs ?? [100, 500, 2_000];
  const bell = createDoorbell();
  let isStopping = false;
  let loop: Promise<void> | undefined;

  async function tell(handler: EventHandler, events: Parameters<EventHandler['handle']>[0]): Promise<void> {
    for (const pauseMs of [...pauses, undefined]) {
      try {
        await handler.handle(events);
        return;
      } catch (error) {
        if (pauseMs === undefined || isStopping) {
          meter.dropped(`event_${handler.name}`, events.length);
          logger.error('events_dropped', { handler: handler.name, events: events.length, ...errorFields(error) });
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }

  async function announceAll(): Promise<void> {
    for (;;) {
      const rows = await outbox.take(BATCH);
      if (rows.length === 0) return;
      const events = rows.map(({ event }) => event);
      await Promise.all(handlers.map((handler) => tell(handler, events)));
      await outbox.ack(rows.map(({ seq }) => seq));
    }
  }

  async function run(): Promise<void> {
    for (;;) {
      const isLast = isStopping;
      try {
        await announceAll();
      } catch (error) {
        logger.error('announcer_stumbled', errorFields(error));
      }
      if (isLast) return;
      await bell.wait(POLL_MS);
    }
  }

  return {
    start() {
      loop ??= run();
    },
    notify: () => bell.ring(),
    async drain() {
      isStopping = true;
      bell.ring();
      await loop;
    },
  };
}
