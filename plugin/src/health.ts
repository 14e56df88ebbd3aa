// How a gateway process does, beside why it dropped something: what it saw, what it kept, what waits.
import { SharedCounts } from './counts.ts';

export const HEALTH = {
  observed: 'LLM calls that the access phase let through and will follow',
  kept: 'runs that left with their texts',
  identity: 'runs that left as digests and figures only',
  warned: 'requests that a manifest warned of',
  refused: 'requests that a manifest refused before the provider was called',
  replaced: 'requests whose provider read stand-ins for personal values',
  unreplaced: 'requests that went on, or were refused, because their values could not be replaced where a route demands it',
  delivered: 'samples that the control plane took',
  waiting: 'samples in the queue now',
  waiting_bytes: 'bytes of them',
  aside: 'samples that failed again and again and are tried apart, now',
  failures: 'failed calls to the control plane',
  worker_restarts: 'times that the thread behind the log phase ended and was started again',
} as const;

export type HealthName = keyof typeof HEALTH;

/** Those that say how much there is now; all others only grow. */
export const GAUGES: ReadonlySet<HealthName> = new Set(['waiting', 'waiting_bytes', 'aside']);

export type Health = SharedCounts<HealthName>;

export function createHealth(buffer?: SharedArrayBuffer): Health {
  return new SharedCounts(Object.keys(HEALTH) as HealthName[], buffer);
}
