// Hands stored events to the handlers, at least once and in order. A handler that fails is tried again with growing
// pauses; after the last try its share of the batch is counted as dropped, so that one bad handler cannot stop the others.
// Erasures are never dropped: they are put off, ever longer, until whoever must know of them has taken them.
import { createDoorbell, errorFields, type Clock, type EventHandler, type Logger } from '../kernel/index.ts';
import type { EventOutbox, IngestMeter } from './ports.ts';

export interface Announcer {
  start(): void;
  notify(): void;
  /** Announces what is stored and stops. */
  drain(): Promise<void>;
}

interface AnnouncerParts {
  readonly outbox: EventOutbox;
  readonly handlers: readonly EventHandler[];
  readonly logger: Logger;
  readonly meter: Pick<IngestMeter, 'dropped'>;
  readonly clock: Clock;
  /** Pauses between the tries of one handler. */
  readonly pausesMs?: readonly number[];
}

const BATCH = 200;
const POLL_MS = 5_000;
const PUT_OFF_MS = 10_000;
const PUT_OFF_LIMIT_MS = 60 * 60_000;

export function createAnnouncer(parts: AnnouncerParts): Announcer {
  const { outbox, handlers, logger, meter, clock } = parts;
  const pauses = parts.pausesMs ?? [100, 500, 2_000];
  const waves = [handlers.filter(({ afterOthers }) => afterOthers !== true), handlers.filter(({ afterOthers }) => afterOthers === true)];
  const bell = createDoorbell();
  let isStopping = false;
  let loop: Promise<void> | undefined;

  /** False where the handler did not take them. */
  async function tell(handler: EventHandler, events: Parameters<EventHandler['handle']>[0]): Promise<boolean> {
    for (const pauseMs of [...pauses, undefined]) {
      try {
        await handler.handle(events);
        return true;
      } catch (error) {
        if (pauseMs === undefined || isStopping) {
          const lost = handler.mustNotBeLost === true ? events.filter(({ type }) => type !== 'SubjectErased') : events;
          if (lost.length > 0) meter.dropped(`event_${handler.name}`, lost.length);
          logger.error(lost.length === events.length ? 'events_dropped' : 'erasure_put_off', {
            handler: handler.name,
            events: events.length,
            ...errorFields(error),
          });
          return false;
        }
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
    return false;
  }

  async function announceAll(): Promise<void> {
    for (;;) {
      const rows = await outbox.take(BATCH);
      if (rows.length === 0) return;
      const events = rows.map(({ event }) => event);
      const taken = new Map<EventHandler, boolean>();
      for (const wave of waves) await Promise.all(wave.map(async (handler) => void taken.set(handler, await tell(handler, events))));
      const isPutOff = handlers.some((handler) => handler.mustNotBeLost === true && taken.get(handler) === false);
      const later = isPutOff ? rows.filter(({ event }) => event.type === 'SubjectErased') : [];
      for (const { seq, attempts } of later)
        await outbox.defer([seq], clock.nowMs() + Math.min(PUT_OFF_MS * 2 ** Math.min(attempts, 20), PUT_OFF_LIMIT_MS));
      await outbox.ack(rows.filter((row) => !later.includes(row)).map(({ seq }) => seq));
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
