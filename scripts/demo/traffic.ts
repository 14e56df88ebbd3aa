// Lets the conversations happen: each in its own order, all of them side by side, at their times.
import { setTimeout as sleep } from 'node:timers/promises';
import { APPS } from './apps.ts';
import type { Past } from './backfill.ts';
import { opinionsOf, type Says } from './opinions.ts';
import type { Send } from './send.ts';
import { Speaker, type Sent } from './speaker.ts';
import type { Event } from './timeline.ts';

/** Hands in what somebody says of a run. */
export type Tell = (feedback: Says & { readonly runId: string }) => Promise<void>;

export class Traffic {
  /** Everything that was sent so far. */
  readonly sent: Sent[] = [];
  /** Everything that was said of it. */
  readonly told: (Says & { readonly runId: string })[] = [];
  readonly #speakers = new Map<string, Speaker>();
  readonly #tell: Tell;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  #speakerOf({ conversation }: Event): Speaker {
    const { name } = conversation;
    const known = this.#speakers.get(name) ?? new Speaker(conversation, APPS[conversation.app]);
    this.#speakers.set(name, known);
    return known;
  }

  async #take(event: Event, send: Send, isPaced: boolean): Promise<void> {
    const turn = event.conversation.turns[event.turn];
    if (turn === undefined) return;
    const moment = { minutes: event.atMs / 60_000, isPaced };
    const sent = await this.#speakerOf(event).take(turn, event.turn, moment, send);
    this.sent.push(...sent);
    const runId = sent.findLast(({ isConversation }) => isConversation)?.runId;
    if (runId === undefined) return;
    for (const says of opinionsOf(event.conversation.name, event.turn, event.conversation.turns.length)) {
      const feedback = { runId, ...says };
      await this.#tell(feedback);
      this.told.push(feedback);
    }
  }

  /** One after the other, in order of time: what is sent later must not be older. */
  async past(events: readonly Event[], past: Past, nowMs: number): Promise<void> {
    for (const event of events) {
      // Requests of one turn follow each other.
      let offsetMs = 0;
      await this.#take(
        event,
        (request) => {
          const send = past.at(nowMs + event.atMs + offsetMs);
          offsetMs += 2600;
          return send(request);
        },
        false,
      );
    }
  }

  /** At their times. Stops when `signal` says so. */
  async live(events: readonly Event[], send: Send, signal: AbortSignal, startMs: number): Promise<void> {
    const chains = new Map<string, Promise<void>>();
    for (const event of events) {
      const waitMs = startMs + event.atMs - Date.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      const { name } = event.conversation;
      const before = chains.get(name) ?? Promise.resolve();
      chains.set(
        name,
        before.then(() => this.#takeUnlessStopped(event, send, signal)),
      );
    }
    await Promise.all(chains.values());
  }

  /** As fast as they go: users side by side, each user's requests in order of time. */
  async rush(events: readonly Event[], send: Send, signal: AbortSignal): Promise<void> {
    const byUser = Map.groupBy(events, ({ conversation }) => `${conversation.app} ${conversation.user}`);
    await Promise.all(
      [...byUser.values()].map(async (own) => {
        for (const event of own) {
          if (signal.aborted) return;
          await this.#take(event, send, false);
        }
      }),
    );
  }

  async #takeUnlessStopped(event: Event, send: Send, signal: AbortSignal): Promise<void> {
    const isStopped = (): boolean => signal.aborted;
    if (isStopped()) return;
    try {
      await this.#take(event, send, true);
    } catch (error) {
      // On the way out the gateway closes its door; that is no fault.
      if (!isStopped()) throw error;
    }
  }
}
