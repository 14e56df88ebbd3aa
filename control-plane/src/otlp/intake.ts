// From an export request to offered samples. Spans that are no model calls are taken and not kept: exporters send whole traces.
import { isUtf8 } from 'node:buffer';
import type { Sample } from '#contract';
import type { AcceptResult, Offer } from '../ingest/index.ts';
import { ClewError, type Scope } from '../kernel/index.ts';
import { readProtobuf } from './protobuf.ts';
import { receivedSpans, type ExportRequest, type Received } from './request.ts';
import { isModelCall, sampleOf, type Surroundings } from './to-sample.ts';

/** The door that posted samples enter by. */
export interface SpanDoor {
  /** Resolves when what was accepted would survive loss of power. */
  offer(offers: readonly Offer[], scope: Scope): Promise<AcceptResult>;
  /** Throws overloaded. */
  admit(): Promise<void>;
}

export interface SpanIntakeParts {
  readonly door: SpanDoor;
  readonly around: (tenant: string) => Surroundings;
  /** Model calls in one post. */
  readonly maxCalls: number;
}

export interface SpanIntake {
  /** Throws overloaded: asked before a body is read. */
  admit(): Promise<void>;
  /** Resolves when what was accepted is durable; answers how many model calls were not. Throws malformed_json, invalid_encoding, invalid_body, body_too_large. */
  take(body: Buffer, form: 'json' | 'protobuf', scope: Scope): Promise<number>;
}

/** After so many spans other requests get a turn of the event loop. */
const BREATHER = 32;

export function createSpanIntake({ door, around, maxCalls }: SpanIntakeParts): SpanIntake {
  return {
    admit: () => door.admit(),
    async take(body, form, scope) {
      const surroundings = around(scope.tenant);
      const offers: Offer[] = [];
      let unreadable = 0;
      let seen = 0;
      for (const received of receivedSpans(form === 'json' ? parse(body) : readProtobuf(body))) {
        if (!isModelCall(received)) continue;
        seen += 1;
        if (seen > maxCalls) throw new ClewError('body_too_large', `at most ${maxCalls} model calls a post`);
        if (seen % BREATHER === 0) await new Promise((resolve) => setImmediate(resolve));
        const sample = sampleFrom(received, surroundings);
        if (sample) offers.push({ sample });
        else unreadable += 1;
      }
      const refused = offers.length === 0 ? 0 : (await door.offer(offers, scope)).rejected.length;
      return unreadable + refused;
    },
  };
}

/** One span that cannot be read must not take the others with it. */
function sampleFrom(received: Received, around: Surroundings): Sample | undefined {
  try {
    return sampleOf(received, around);
  } catch {
    return undefined;
  }
}

function parse(body: Buffer): ExportRequest {
  if (!isUtf8(body)) throw new ClewError('invalid_encoding', 'the body is not UTF-8');
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    throw new ClewError('malformed_json');
  }
  throw new ClewError('invalid_body', 'the body is no ExportTraceServiceRequest');
}
