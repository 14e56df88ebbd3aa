// Stand-ins for values of one call: written where LiteLLM asks before the provider is called, put back where it asks about
// the answer. What they stand for is kept in memory alone, under the call's id, for as long as an answer may take.
import { begunAtEnd, restoreText, type StandIns } from '#contract';
import type { StandInWriter } from '#redact';
import { scopeKey, type Clock, type Scope } from '../kernel/index.ts';

export interface Replaced {
  readonly texts: readonly string[];
  readonly messages: readonly unknown[];
}

export interface Restored {
  readonly texts: readonly string[];
  /** How many characters at the end of each text may be the beginning of a stand-in: not to be shown yet. */
  readonly holdback: readonly number[];
}

export interface CallStandIns {
  /** Undefined where nothing is found. Throws where the texts cannot be read. */
  replace(scope: Scope, callId: string, given: Replaced): Promise<Replaced | undefined>;
  /** Undefined where nothing was replaced in the call's request, or nobody remembers. */
  restore(scope: Scope, callId: string, texts: readonly string[]): Restored | undefined;
}

/** No answer takes longer. */
const KEPT_MS = 30 * 60_000;
const MOST_CALLS = 10_000;
/** Steps of work, of a text each, between turns of the event loop. */
const STEPS = 32;

interface Remembered {
  /** None where two different requests came under one id: whose values would an answer get? */
  readonly standIns: StandIns | undefined;
  readonly name: string;
  readonly at: number;
}

export function createCallStandIns(write: () => (whole: string) => StandInWriter, clock: Clock): CallStandIns {
  /** Oldest first. */
  const calls = new Map<string, Remembered>();
  const keyOf = (scope: Scope, callId: string): string => `${scopeKey(scope)}/${callId}`;

  const forget = (now: number): void => {
    for (const [key, { at }] of calls) {
      if (at > now - KEPT_MS && calls.size <= MOST_CALLS) return;
      calls.delete(key);
    }
  };

  return {
    async replace(scope, callId, given) {
      // As a document, so that JSON within texts stays JSON. The name says that people speak here.
      const whole = JSON.stringify({ text: given.texts, messages: given.messages });
      const writer = write()(whole);
      const clean = await inTurns(writer.json(whole));
      if (clean === undefined) throw new Error('texts that are no JSON');
      const standIns = writer.standIns();
      if (Object.keys(standIns).length === 0) return undefined;
      const now = clock.nowMs();
      const key = keyOf(scope, callId);
      const name = JSON.stringify(standIns);
      const known = calls.get(key);
      calls.delete(key);
      calls.set(key, { standIns: known === undefined || known.name === name ? standIns : undefined, name, at: now });
      forget(now);
      const { text, messages } = JSON.parse(clean) as { text: readonly string[]; messages: readonly unknown[] };
      return { texts: text, messages };
    },
    restore(scope, callId, texts) {
      forget(clock.nowMs());
      const standIns = calls.get(keyOf(scope, callId))?.standIns;
      if (!standIns) return undefined;
      return { texts: texts.map((text) => restoreText(text, standIns, 0)), holdback: texts.map(begunAtEnd) };
    },
  };
}

async function inTurns<T>(work: Generator<undefined, T>): Promise<T> {
  for (let steps = 1; ; steps += 1) {
    const step = work.next();
    if (step.done) return step.value;
    if (steps % STEPS === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}
