// What is approved, how much of the traffic it covers, and how the log of runs fares, as the API has it.
import { getSigned, type Query } from './http.ts';
import type { Verdict } from './runs.ts';
import type { Page } from './views.ts';

export interface ManifestItem {
  readonly id: string;
  readonly revision: string;
  readonly digest: string;
  readonly manifest: {
    readonly enforce?: 'observe' | 'warn' | 'block';
    readonly unjudged?: 'pass' | 'refuse';
    readonly description?: string;
    readonly match?: Readonly<Record<string, unknown>>;
    readonly instructions?: readonly unknown[];
    readonly models?: readonly { readonly requested: string; readonly executed?: readonly string[] }[];
    readonly tools?: { readonly allowed: readonly unknown[] };
  };
}

export interface Manifests extends Page<ManifestItem> {
  /** Digest of all of them. */
  readonly set: string;
  readonly signature?: unknown;
}

/** Runs of one manifest and verdict in one step of time. */
export interface VerdictCount {
  readonly id: string;
  /** Null where no manifest covered the runs. */
  readonly manifest: string | null;
  readonly revision: string | null;
  readonly at: string;
  readonly verdict: Verdict;
  readonly runs: number;
}

export interface LogHealth {
  readonly origin: string;
  readonly vkey: string;
  readonly gatewayKey: string;
  readonly size: number;
  readonly checkpointSize: number | null;
  readonly checkpointAt?: string | null;
  readonly root?: string | null;
  readonly signatures: readonly string[];
  readonly witnesses?: readonly {
    readonly name: string;
    readonly at: string | null;
    /** It saw another log than this. */
    readonly refused?: 'larger_log' | 'other_history' | null;
  }[];
  readonly missing: number;
  readonly lost: number;
  readonly notKept?: number;
  readonly unknownEnd: number;
  readonly at: string;
}

export type GapKind = 'on_the_way' | 'missing' | 'lost' | 'not_kept' | 'unknown_end';

export interface LogGaps {
  readonly items: readonly {
    readonly id: string;
    readonly epoch: string;
    readonly from: number;
    readonly to: number;
    readonly seenAt: string;
    readonly kind: GapKind;
    readonly reason?: string;
  }[];
  readonly repeated: number;
  readonly unproven: number;
  readonly epochs: readonly Epoch[];
  readonly refused: readonly {
    readonly reason: string;
    readonly keyId: string;
    readonly count: number;
    readonly firstAt: string;
    readonly lastAt: string;
  }[];
}

/** One process of a gateway, from its start to its end. */
export interface Epoch {
  readonly epoch: string;
  readonly keyId: string | null;
  readonly runs: number;
  readonly end: 'closed' | 'open' | 'unknown' | 'unstated';
  readonly stated: { readonly runs: number; readonly passed?: number } | null;
  readonly firstSeen: string;
  readonly lastSeen: string;
}

export interface GatewayKeyItem {
  readonly id: string;
  readonly name: string;
  readonly from: string;
  readonly until: string | null;
  readonly revokedAt: string | null;
  readonly vouched: boolean;
  readonly counts: boolean;
}

export const readManifests = (signal?: AbortSignal): Promise<Manifests> => getSigned('/v1/manifests', {}, signal);
export const readVerdicts = (query: Query, signal?: AbortSignal): Promise<Page<VerdictCount>> =>
  getSigned('/v1/runs/verdicts', query, signal);
export const readLog = (signal?: AbortSignal): Promise<LogHealth> => getSigned('/v1/log', {}, signal);
export const readGaps = (signal?: AbortSignal): Promise<LogGaps> => getSigned('/v1/log/gaps', {}, signal);
export const readGatewayKeys = (signal?: AbortSignal): Promise<Page<GatewayKeyItem>> => getSigned('/v1/gateway-keys', {}, signal);
