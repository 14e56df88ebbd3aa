import type { Scope } from '../kernel/index.ts';
import type { Alert, AlertRow, Deploy, Explanation, FindingThread, TimeRange } from './types.ts';

/** An alert as lists show it. */
export interface ListedAlert {
  readonly alert: Alert;
  /** Undefined: not looked at yet. */
  readonly explanation: Explanation | undefined;
}

/** What topics that enough people talk about are called; the others are missing. */
export interface TopicNames {
  /** To those who may read the conversations. */
  named(scope: Scope, ids: Iterable<string>): Promise<ReadonlyMap<string, string>>;
  /** To everybody else; the name may be empty. */
  namedToOthers(scope: Scope, ids: Iterable<string>): Promise<ReadonlyMap<string, string>>;
}

export interface AlertStore {
  /**
   * Idempotent by id: what is told again changes when it was last heard of, and whether it is resolved. One that is resolved
   * stays so: a copy of the firing one that comes late is an old one. What changed, or is new, is due to be explained.
   */
  save(scope: Scope, alerts: readonly Alert[]): Promise<void>;
  /** Newest start first. The cursor is opaque; throws `invalid_query` for one of others. */
  list(
    scope: Scope,
    page: { readonly limit: number; readonly cursor?: string | undefined; readonly status?: Alert['status'] | undefined },
  ): Promise<{ readonly items: readonly ListedAlert[]; readonly next: string | null }>;
  find(scope: Scope, id: string): Promise<Alert | undefined>;
}

/** Alerts whose explanation is missing or out of date. */
export interface AlertDesk {
  due(nowMs: number, limit: number): Promise<readonly { readonly scope: Scope; readonly alert: Alert }[]>;
  /**
   * Keeps the explanation in place of an older one, and what is to be posted, in one transaction. `nextMs`: when it is due
   * again; null: never. An alert whose status changed meanwhile stays due. Does nothing where the alert is gone.
   */
  explained(
    scope: Scope,
    alert: Alert,
    found: {
      readonly explanation: Explanation;
      readonly threads: readonly FindingThread[];
      readonly nextMs: number | null;
      readonly posts: readonly NewPost[];
    },
  ): Promise<void>;
  explanation(
    scope: Scope,
    id: string,
  ): Promise<{ readonly explanation: Explanation; readonly threads: readonly FindingThread[] } | undefined>;
}

/** Something to be posted to a webhook. */
export interface NewPost {
  /** Digest of the webhook's URL, which may hold a secret and is kept nowhere. */
  readonly target: string;
  readonly host: string;
  /** What it tells, in short: the same thing about the same alert is posted to a webhook once. */
  readonly key: string;
  readonly body: string;
}

export interface AlertPost extends NewPost {
  readonly id: string;
  readonly scope: Scope;
  readonly alertId: string;
  /** Tries that failed. */
  readonly attempts: number;
  readonly state: 'waiting' | 'delivered' | 'dropped';
  /** Why it was dropped, or why the last try failed. */
  readonly reason: string | null;
  readonly createdAtMs: number;
  readonly settledAtMs: number | null;
}

/** Posts that wait; they outlive the process. */
export interface PostQueue {
  /** Those that are due, the oldest first. */
  take(nowMs: number, limit: number): Promise<readonly AlertPost[]>;
  settle(
    id: string,
    outcome: { readonly state: 'delivered' | 'dropped'; readonly reason: string | null; readonly atMs: number },
  ): Promise<void>;
  putOff(id: string, next: { readonly dueMs: number; readonly reason: string }): Promise<void>;
  /** Drops the oldest that wait beyond `limit`; answers how many. */
  trim(limit: number, atMs: number): Promise<number>;
  /** Of one alert, the newest first. */
  of(scope: Scope, alertId: string): Promise<readonly AlertPost[]>;
}

export interface AlertTraffic {
  /**
   * Requests that began at `fromMs` or later and before `toMs` (epoch milliseconds), the newest `limit` of them; between
   * portions others get the processor.
   */
  rows(scope: Scope, range: TimeRange & { readonly limit: number }): Promise<readonly AlertRow[]>;
}

/** A value of runs whose share is another one after a moment than before it. */
export interface RunChange {
  /** JSON pointer into the run's record. */
  readonly path: string;
  readonly value: string | null;
  readonly kind: 'appeared' | 'gone' | 'more' | 'less';
  readonly before: { readonly share: number };
  readonly after: { readonly share: number };
  readonly firstMs: number | null;
  readonly example: { readonly a: string; readonly b: string } | null;
}

/** What may have changed, by who knows of it. */
export interface ChangeSources {
  /** The largest differences first. */
  runs(scope: Scope, moment: { readonly atMs: number; readonly spanMs: number }): Promise<readonly RunChange[]>;
  /** Policies that took effect. */
  policies(range: TimeRange): Promise<readonly { readonly version: number; readonly atMs: number }[]>;
  /** Gateway processes that began. */
  gateways(scope: Scope, range: TimeRange): Promise<readonly { readonly id: string; readonly atMs: number }[]>;
}

export interface DeployStore {
  /** Idempotent by id. */
  add(scope: Scope, deploys: readonly Deploy[]): Promise<void>;
  /** Newest first. */
  list(scope: Scope, range: TimeRange, limit: number): Promise<readonly Deploy[]>;
}
