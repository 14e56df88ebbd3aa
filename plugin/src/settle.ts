// What becomes of a described run: it leaves whole, or it is held for a while in case that a later request of the same
// person makes it worth having, and in the end leaves at least as digests: those are of no budget. One run leaves once, under one id.
import type { Sample } from '#contract';
import type { Drops } from './drops.ts';
import type { Health } from './health.ts';
import type { PolicyInForce, PolicyPoller } from './policy/index.ts';
import type { TenantKeys } from './principal/index.ts';
import { decide, identityOnly, isIdentityOnly, type Budget, type RescueRing, type SamplingFacts } from './sample/index.ts';
import type { Sealer, Shipper } from './ship/index.ts';

/** As the schema's default for `rescue`. */
const DEFAULT_RESCUE = 8;

/** A whole sample that was not kept, sealed, in case that a later one brings it back. */
export interface Held {
  readonly sealed: Buffer;
  readonly bytes: number;
  readonly at: number;
}

/** What keeping, holding and shipping need of the runtime. */
export interface SettlingRuntime {
  readonly keys: TenantKeys;
  readonly poller: PolicyPoller;
  readonly ring: RescueRing<Held>;
  readonly sealer: Sealer;
  readonly budget: Budget;
  readonly shipper: Shipper;
  readonly health: Health;
  readonly drops: Drops;
}

type Facts = Omit<SamplingFacts, 'subject' | 'startedAt' | 'durationMs'>;

/** `whole` redacts the texts, which is the dearest step, so it is called only where they are kept or held. */
export function keepOrHold(runtime: SettlingRuntime, inForce: PolicyInForce, described: Sample, facts: Facts, whole: () => Sample): void {
  const startedAt = new Date(described.startedAt);
  const durationMs = Date.parse(described.endedAt ?? described.startedAt) - startedAt.getTime();
  const subject = subjectOf(described);
  const policy = inForce.policy.sampling;
  const decision = decide(policy, { ...facts, subject, startedAt, durationMs }, runtime.keys.sampling, inForce.version.slice(0, 64));
  if (decision.keep) {
    if (decision.isAlways) for (const held of runtime.ring.take(subject)) ship(runtime, inForce, open(runtime, held));
    ship(runtime, inForce, { ...whole(), sampling: decision.sampling });
    return;
  }
  const rescue = policy?.rescue ?? DEFAULT_RESCUE;
  if (rescue === 0 || described.mode === 'metadata_only') {
    ship(runtime, inForce, identityOnly({ ...described, sampling: decision.rescued }));
    return;
  }
  const sealed = runtime.sealer.seal(Buffer.from(JSON.stringify({ ...whole(), sampling: decision.rescued })));
  for (const held of runtime.ring.add(subject, { sealed, bytes: sealed.length, at: Date.now() }, rescue)) release(runtime, held);
}

/** Nobody brought it back: its digests leave. */
export function release(runtime: SettlingRuntime, held: Held): void {
  ship(runtime, runtime.poller.current(), identityOnly(open(runtime, held)));
}

function open(runtime: SettlingRuntime, held: Held): Sample {
  return JSON.parse(runtime.sealer.open(held.sealed).toString('utf8')) as Sample;
}

function ship(runtime: SettlingRuntime, inForce: PolicyInForce, sample: Sample): void {
  const isBare = isIdentityOnly(sample);
  if (isBare || runtime.budget.take(Date.now(), inForce.policy.sampling?.budgetPerMinute)) {
    runtime.health.add(isBare ? 'identity' : 'kept');
    runtime.shipper.offer(JSON.stringify(sample), isBare ? undefined : () => JSON.stringify(identityOnly(sample)));
    return;
  }
  runtime.drops.count('budget');
  runtime.health.add('identity');
  runtime.shipper.offer(JSON.stringify(identityOnly(sample)));
}

/** What is kept or dropped together: a person, else what holds a conversation together, else the run by itself. */
function subjectOf(sample: Sample): string {
  return sample.principal?.id ?? sample.session?.id ?? sample.history?.messages[0] ?? sample.id;
}
