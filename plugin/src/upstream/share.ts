// What the replacing of values adds to the decision on a request.
import type { CompanionDecision, UpstreamReading } from '#contract';
import { upstreamRefusal } from './refusal.ts';
import type { UpstreamOutcome } from './stand-in-route.ts';

/** Tells the client what the provider read. */
const UPSTREAM_HEADER = 'clew-upstream';

export interface UpstreamShare {
  readonly setHeaders?: Readonly<Record<string, string>>;
  readonly clearHeaders?: readonly string[];
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly restore?: CompanionDecision['restore'];
  readonly exit?: NonNullable<CompanionDecision['exit']>;
  /** For the record of the run. */
  readonly reading: UpstreamReading;
}

export function shareOf(outcome: UpstreamOutcome, unreadable: 'refuse' | 'pass', runId: string): UpstreamShare {
  if (outcome.kind === 'unreadable') {
    const { reason } = outcome;
    if (unreadable === 'pass') {
      return { reading: { read: 'originals', reason }, responseHeaders: { [UPSTREAM_HEADER]: `as-is;reason=${reason}` } };
    }
    const exit = upstreamRefusal(reason, runId);
    return { reading: { read: 'nothing', reason }, responseHeaders: { [UPSTREAM_HEADER]: `refused;reason=${reason}` }, exit };
  }
  const { clearHeaders } = outcome;
  if (outcome.kind === 'clean') {
    return { reading: { read: 'nothing_found' }, clearHeaders, responseHeaders: { [UPSTREAM_HEADER]: 'nothing-found' } };
  }
  return {
    reading: { read: 'stand_ins' },
    // What is compressed cannot be read where values are put back.
    setHeaders: { 'accept-encoding': 'identity' },
    clearHeaders,
    responseHeaders: { [UPSTREAM_HEADER]: `pseudonyms;values=${Object.keys(outcome.standIns).length}` },
    restore: { values: outcome.standIns, is_json_text: outcome.isJsonText },
  };
}
