import type { Scope } from '../kernel/index.ts';
import type { Alert, AlertRow } from './types.ts';

export interface AlertStore {
  /** Idempotent by id: a later status of the same alert replaces the earlier one. */
  save(scope: Scope, alerts: readonly Alert[]): Promise<void>;
  /** Newest start first. */
  list(scope: Scope, limit: number): Promise<readonly Alert[]>;
  find(scope: Scope, id: string): Promise<Alert | undefined>;
}

export interface AlertTraffic {
  /**
   * Requests that began at `fromMs` or later and before `toMs` (epoch milliseconds), the newest `limit` of them; between
   * portions others get the processor.
   */
  rows(scope: Scope, range: { readonly fromMs: number; readonly toMs: number; readonly limit: number }): Promise<readonly AlertRow[]>;
}
