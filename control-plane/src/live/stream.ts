// Requests as they are stored, for those who watch. Nothing is kept for a watcher but a place in the store, and the store is read
// only when the watcher takes more: a slow one gets fewer and larger portions, one that stands still gets none, and neither holds
// anything up. While nobody watches nothing is read.
import { createDoorbell, scopeKey, type Doorbell, type EventHandler, type Scope } from '../kernel/index.ts';
import type { LiveFilter, LiveReader } from './ports.ts';

/** At most one portion in this time. */
const PORTION_EVERY_MS = 1_000;
/** Requests of a portion; the rest is counted. */
export const PORTION_ITEMS = 40;
/** Without news something is said, so that nobody in between takes the connection for dead, and one whose reader left is noticed. */
export const BEAT_MS = 5_000;
/** Then it ends and is asked for anew, with proof of who asks: a revoked token sees no more than this. */
export const WATCH_MS = 2 * 60_000;

interface Watch {
  readonly scope: Scope;
  readonly filter: LiveFilter;
}

export interface Live {
  /** Text of server-sent events: `newest` once, `portion` whenever something came, comments in between. */
  watch(watch: Watch): AsyncGenerator<string>;
  /** To be registered among those who are told of stored requests, after the others. */
  readonly handler: EventHandler;
  /** Ends all streams, and each that is asked for afterwards. */
  stop(): void;
}

export interface LiveParts {
  readonly reader: LiveReader;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs?: () => number;
  readonly times?: { readonly everyMs: number; readonly beatMs: number; readonly watchMs: number };
}

const event = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

export function createLive({ reader, nowMs = () => performance.now(), times }: LiveParts): Live {
  const { everyMs, beatMs, watchMs } = times ?? { everyMs: PORTION_EVERY_MS, beatMs: BEAT_MS, watchMs: WATCH_MS };
  const bells = new Map<string, Set<Doorbell>>();
  let isStopped = false;
  const goesOn = (): boolean => !isStopped;

  async function* watch({ scope, filter }: Watch): AsyncGenerator<string> {
    const bell = createDoorbell();
    const key = scopeKey(scope);
    const own = bells.get(key) ?? new Set();
    bells.set(key, own.add(bell));
    const endMs = nowMs() + watchMs;
    try {
      // The place first: what is stored between the two comes twice rather than never.
      let after = await reader.place();
      yield event('newest', { items: await reader.newest(scope, filter, PORTION_ITEMS) });
      for (let nextMs = 0; goesOn() && nowMs() < endMs;) {
        await bell.wait(beatMs);
        for (let waitMs = nextMs - nowMs(); waitMs > 0 && goesOn(); waitMs = nextMs - nowMs()) await pause(waitMs);
        if (!goesOn()) return;
        const to = await reader.place();
        const portion = to === after ? undefined : await reader.since(scope, { after, to }, filter, PORTION_ITEMS);
        after = to;
        nextMs = nowMs() + everyMs;
        yield portion !== undefined && portion.counts.requests > 0 ? event('portion', portion) : ': nothing new\n\n';
      }
    } finally {
      own.delete(bell);
      if (own.size === 0) bells.delete(key);
    }
  }

  return {
    watch,
    handler: {
      name: 'live',
      afterOthers: true,
      handle(events) {
        if (bells.size === 0) return Promise.resolve();
        const told = new Set(events.flatMap((one) => (one.type === 'TurnStored' ? [scopeKey(one.scope)] : [])));
        for (const key of told) for (const bell of bells.get(key) ?? []) bell.ring();
        return Promise.resolve();
      },
    },
    stop() {
      isStopped = true;
      for (const own of bells.values()) for (const bell of own) bell.ring();
    },
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
