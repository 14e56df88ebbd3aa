import type { ContextPolicy, Gateway, ManifestSet } from '#contract';
import type { LlmAnswer, LlmRequest } from '#dialects';
import type { Redactor } from '#redact';
import type { CapturedOutcome } from '../observe/index.ts';
import type { PendingRun } from '../pending.ts';
import type { DeclaredSession, Principal, TenantKeys } from '../principal/index.ts';

/** What was observed of one run, read. */
export interface Run {
  readonly pending: PendingRun;
  readonly outcome: CapturedOutcome;
  readonly request: LlmRequest;
  readonly answer: LlmAnswer;
  readonly principal: Principal | undefined;
  readonly session: DeclaredSession | undefined;
  readonly gateway: Pick<Gateway, 'kind' | 'instance' | 'epoch' | 'counter'>;
}

/** What holds for every run of a tenant and environment at the moment. */
export interface Surroundings {
  readonly tenant: string;
  readonly environment: string;
  readonly keys: TenantKeys;
  readonly redactor: Redactor;
  /** Those in force. */
  readonly manifests: ManifestSet;
  /** What counts as retrieved, by the policy. */
  readonly context?: ContextPolicy | undefined;
}
