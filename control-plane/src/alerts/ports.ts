import type { Scope } from '../kernel/index.ts';
import type { Alert, SegmentCount } from './types.ts';

export interface AlertStore {
  /** Idempotent by id: a later status of the same alert replaces the earlier one. */
  save(scope: Scope, alerts: readonly Alert[]): Promise<void>;
  /** Newest start first. */
  list(scope: Scope, limit: number): Promise<readonly Alert[]>;
  find(scope: Scope, id: string): Promise<Alert | undefined>;
}

export interface SegmentCounts {
  /** Requests between the times (epoch milliseconds, the end excluded), in all and by segment. */
  between(scope: Scope, fromMs: number, toMs: number): Promise<{ readonly total: number; readonly segments: readonly SegmentCount[] }>;
}
