// From a posted batch of events to offered samples.
//
// A failure may be one attempt of several: it is made durable at once, but held back from processing, so that the event of
// a later attempt (in the same post or a later one) can take its place. What is held is remembered here; after a restart
// held rows are processed as they are, and an attempt that comes afterwards is a request of its own.
import type { Sample } from '#contract';
import { splitBody, type AcceptResult, type Offer, type Rejection } from '../ingest/index.ts';
import { ClewError, scopeKey, type Clock, type Randomness, type Scope } from '../kernel/index.ts';
import { createBatch, requestId, type Batch, type Known } from './batch.ts';
import { readEvent, type LiteLlmEvent } from './event.ts';
import type { Guardrail } from './guardrail.ts';
import { createHolding } from './holding.ts';
import type { KeysOf, Rules, SampleDoor } from './ports.ts';
import { recent } from './recent.ts';
import { failureIdOf, sampleOf, type Surroundings } from './to-sample.ts';

export interface IntakeParts {
  readonly door: SampleDoor;
  readonly rules: () => Rules;
  readonly keys: KeysOf;
  /** Key of hashed identifiers. */
  readonly secret: Uint8Array;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Events in one post. */
  readonly maxEvents: number;
  /** What our own guardrail said of a call, where it was asked. */
  readonly verdict: Guardrail['verdict'];
  /** What the provider was let read. */
  readonly reading: Guardrail['reading'];
}

export interface Intake {
  /** Throws overloaded: asked before a body is read. */
  admit(): Promise<void>;
  /**
   * Resolves when what was accepted is durable. Throws malformed_json, invalid_encoding, body_too_large.
   * @param holdMs how long a failure waits for another attempt
   */
  take(body: Buffer, contentType: string | undefined, scope: Scope, holdMs: number): Promise<AcceptResult>;
}

const MOST_HELD_CHARS = 64 * 1024 * 1024;
const MOST_REMEMBERED = 50_000;
/** After so many events other requests get a turn of the event loop. */
const BREATHER = 32;

export function createIntake(parts: IntakeParts): Intake {
  const held = createHolding(MOST_HELD_CHARS);
  const seen = recent(MOST_REMEMBERED);
  let last: Promise<unknown> = Promise.resolve();

  async function takeNow(body: Buffer, contentType: string | undefined, scope: Scope, holdMs: number): Promise<AcceptResult> {
    const nowMs = parts.clock.nowMs();
    held.expire(nowMs);
    const read = await readAll(body, contentType, scope);
    const offers = [...read.batch.requests].map(([id, known]) =>
      offerOf(id, known, holdMs > 0 && held.hasRoom ? nowMs + holdMs : undefined),
    );
    const result = offers.length === 0 ? NOTHING : await parts.door.offer(offers, scope);
    const refused = new Map(result.rejected.map((rejection) => [rejection.index, rejection]));
    for (const [at, [id, known]] of [...read.batch.requests].entries()) {
      if (!refused.has(at)) remember(`${scopeKey(scope)}/${id}`, known, offers[at]);
    }
    const rejected = [...read.rejected, ...spread(read.batch, refused)].sort((a, b) => a.index - b.index);
    for (const { index } of rejected) read.failures.delete(index);
    for (const failure of read.failures.values()) seen.add(failure);
    const duplicates = read.repeated + read.batch.repeated + result.duplicates;
    return { accepted: read.count - rejected.length, duplicates, unknownFields: 0, rejected };
  }

  async function readAll(body: Buffer, contentType: string | undefined, scope: Scope) {
    const keys = parts.keys(scope.tenant);
    const around: Surroundings = {
      ...parts.rules(),
      keys,
      secret: parts.secret,
      randomness: parts.randomness,
      verdict: (callId) => parts.verdict(scope, callId),
      reading: (callId) => parts.reading(scope, callId),
    };
    const batch = createBatch();
    const rejected: Rejection[] = [];
    const failures = new Map<number, string>();
    let [count, repeated] = [0, 0];
    for (const item of splitBody(body, contentType)) {
      if (item.index >= parts.maxEvents) throw new ClewError('body_too_large', `at most ${parts.maxEvents} events a post`);
      if (item.index > 0 && item.index % BREATHER === 0) await new Promise((resolve) => setImmediate(resolve));
      count += 1;
      if (!('value' in item)) {
        rejected.push(item);
        continue;
      }
      const reading = readEvent(item.value);
      if (!reading.ok) {
        rejected.push({ index: item.index, code: 'invalid_body', message: reading.fault });
        continue;
      }
      const { event } = reading;
      const id = requestId(event, keys);
      const key = `${scopeKey(scope)}/${id}`;
      // Sent again: a later attempt may have taken its place already, so that its id alone would not tell.
      const failure = event.isFailure ? `${key} ${event.startMs} ${event.endMs}` : undefined;
      if (failure !== undefined) failures.set(item.index, failure);
      if (failure !== undefined && seen.has(failure)) repeated += 1;
      else {
        const sample = sampleFrom(event, id, around);
        if (sample) batch.add(id, item.index, event, sample, held.get(key));
        else rejected.push({ index: item.index, code: 'invalid_body', message: 'the event cannot be read' });
      }
    }
    return { batch, rejected, count, repeated, failures };
  }

  function remember(key: string, known: Known, offer: Offer | undefined): void {
    const dueAtMs = offer?.holdUntilMs;
    if (known.isFailure && dueAtMs !== undefined) held.set(key, { id: failureId(known), sample: known.sample, dueAtMs });
    else held.delete(key);
  }

  return {
    admit: () => parts.door.admit(),
    take(body, contentType, scope, holdMs) {
      // One at a time: two posts with events of one request must see each other.
      const turn = last.then(() => takeNow(body, contentType, scope, holdMs));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

/** One event that cannot be read must not take the others with it, which would be sent again and again: it is one without words, or none. */
function sampleFrom(event: LiteLlmEvent, id: string, around: Surroundings): Sample | undefined {
  const plain = { ...event, messages: undefined, response: undefined, parameters: {}, metadata: {}, guardrails: [] };
  for (const one of [event, plain]) {
    try {
      return sampleOf(one, id, around);
    } catch {
      continue;
    }
  }
  return undefined;
}

const NOTHING: AcceptResult = { accepted: 0, duplicates: 0, unknownFields: 0, rejected: [] };

const failureId = ({ sample }: Known): string => failureIdOf(sample.id);

function offerOf(id: string, known: Known, holdUntilMs: number | undefined): Offer {
  const { sample, isFailure, heldAs: replaces } = known;
  return isFailure ? { sample: { ...sample, id: failureId(known) }, holdUntilMs, replaces } : { sample: { ...sample, id }, replaces };
}

/** What the door says of a request holds for each of its events. */
function spread({ requests }: Batch, refused: ReadonlyMap<number, Rejection>): Rejection[] {
  const all = [...requests.values()];
  return [...refused].flatMap(([at, rejection]) => (all[at]?.indexes ?? []).map((index) => ({ ...rejection, index })));
}
