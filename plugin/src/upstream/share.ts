// What the replacing of values adds to the decision on a request.
import type { CompanionDecision } from '#contract';
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
}

export function shareOf(outcome: UpstreamOutcome, unreadable: 'refuse' | 'pass', runId: string): UpstreamShare {
  if (outcome.kind === 'unreadable') {
    const { reason } = outcome;
    if (unreadable === 'pass') return { responseHeaders: { [UPSTREAM_HEADER]: `as-is;reason=${reason}` } };
    return { responseHeaders: { [UPSTREAM_HEADER]: `refused;reason=${reason}` }, exit: upstreamRefusal(reason, runId) };
  }
  const { clearHeaders } = outcome;
  if (outcome.kind === 'clean') return { clearHeaders, responseHeaders: { [UPSTREAM_HEADER]: 'nothing-found' } };
  return {
    // What is compressed cannot be read where values are put back.
    setHeaders: { 'accept-encoding': 'identity' },
    clearHeaders,
    responseHeaders: { [UPSTREAM_HEADER]: `pseudonyms;values=${Object.keys(outcome.standIns).length}` },
    restore: { values: outcome.standIns, is_json_text: outcome.isJsonText },
  };
}
