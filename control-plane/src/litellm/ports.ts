// What the room needs from outside.
import type { ManifestSet, Policy, TenantKeys } from '#contract';
import type { Redactor } from '#redact';
import type { AcceptResult, Offer } from '../ingest/index.ts';
import type { Scope } from '../kernel/index.ts';

/** The door that posted samples enter by. */
export interface SampleDoor {
  /** Resolves when what was accepted would survive loss of power. */
  offer(offers: readonly Offer[], scope: Scope): Promise<AcceptResult>;
  /** Throws overloaded. */
  admit(): Promise<void>;
}

/** What the current policy decides. */
export interface Rules {
  readonly policy: Policy;
  /** Patterns as the policy wants them. */
  readonly redactor: Redactor;
  /** What is approved: instructions are looked up in it while their texts are at hand. Absent: nothing is. */
  readonly manifests?: ManifestSet | undefined;
}

/** Keys that a gateway of the tenant derives from the same secret. */
export type KeysOf = (tenant: string) => TenantKeys;
