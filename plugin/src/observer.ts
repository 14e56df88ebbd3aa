// Who works on observed runs: another thread where the plugin runs as its bundle, the same thread elsewhere. The phases
// need no more of it than this.
import type { ContextPolicy, ManifestSet, Policy } from '#contract';
import type { Mode, PluginConfig } from './config.ts';
import type { DropReason, Drops } from './drops.ts';
import type { Health } from './health.ts';
import type { Life } from './life.ts';
import type { CapturedOutcome } from './observe/index.ts';
import type { PendingRun, PendingRuns } from './pending.ts';

export interface Observer {
  readonly drops: Drops;
  readonly health: Health;
  /** Counts what was numbered, and what was let pass without a number. */
  readonly life: Life;
  /** Runs between access and log. */
  readonly pending: PendingRuns;
  /** Called for each request; keeps policies fresh while there is traffic. */
  touch(now: number): void;
  /** True when nothing can be kept under these settings and the policy in force. */
  isOff(floor: Mode): boolean;
  /** The manifests in force, where one of them wants to warn or to block. */
  enforced(): ManifestSet | undefined;
  /** What counts as retrieved, by the policy in force. */
  context(): ContextPolicy | undefined;
  /** The policy in force, as far as it has come here; the same object until it changes. */
  policyNow(): Policy;
  /** Takes a run over, bodies included: the caller touches neither again. Counts what it has no room for. */
  take(config: PluginConfig, run: PendingRun, outcome: CapturedOutcome): void;
  /** Runs that nobody will look at: counted, and their numbers passed over so that they show. */
  skip(reason: DropReason, count: number): void;
  /** Once for each text, however often it happens. */
  sayOnce(text: string): void;
}
