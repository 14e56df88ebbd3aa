// What passes between the thread that answers Kong and the one that works on runs.
import type { LostRange } from '#contract';
import type { LogLevel, PluginConfig } from '../config.ts';
import type { LifeShare } from '../life.ts';
import type { Body, CapturedOutcome } from '../observe/index.ts';
import type { PendingRun } from '../pending.ts';
import type { StoredPolicy } from '../policy/index.ts';
import type { Signing } from '../runtimes.ts';
import type { ToldShare } from '../ship/index.ts';

/** Marks a thread as ours: the same bundle may be loaded by other threads for other reasons. */
export const THREAD_MARK = 'clew observer 1';

/** What the thread is started with. */
export interface ThreadStart {
  readonly mark: typeof THREAD_MARK;
  readonly logLevel: LogLevel;
  /** Memory of the counts, shared. */
  readonly drops: SharedArrayBuffer;
  readonly health: SharedArrayBuffer;
  readonly told: ToldShare;
  /** Grows while the thread is alive: one Int32. */
  readonly beat: SharedArrayBuffer;
  /** What runs are signed with where the settings give no key. */
  readonly signing: Signing;
}

/** Settings, under a number that later messages name. Comes before the first of those. */
export interface UseConfig {
  readonly kind: 'config';
  readonly id: number;
  readonly config: PluginConfig;
  readonly life: LifeShare;
  /** The last good policy, known from an earlier life of the thread. */
  readonly policy: StoredPolicy | undefined;
  /** The same of manifests. */
  readonly approved: StoredPolicy | undefined;
  /** Numbers of runs that are known to be lost. */
  readonly lost: readonly LostRange[];
}

export interface TakeRun {
  readonly kind: 'run';
  readonly config: number;
  readonly run: PendingRun;
  readonly outcome: CapturedOutcome;
  /** What it counts for in the hand-over. */
  readonly bytes: number;
}

/** Runs that did not get into the thread, or that did not leave it. */
interface LoseRuns {
  readonly kind: 'lost';
  readonly config: number;
  readonly range: LostRange;
}

export type ToThread = UseConfig | TakeRun | LoseRuns | { readonly kind: 'touch'; readonly config: number } | { readonly kind: 'close' };

export type FromThread =
  | { readonly kind: 'policy' | 'manifests'; readonly config: number; readonly stored: StoredPolicy }
  | LoseRuns
  | { readonly kind: 'closed' };

/** What headers and the message itself weigh, roughly. */
const OVERHEAD_BYTES = 4096;
/** Below it a copy is cheaper than giving memory away. */
const WORTH_MOVING = 32 * 1024;

export const weigh = (run: PendingRun, outcome: CapturedOutcome): number =>
  OVERHEAD_BYTES + (run.request.body?.length ?? 0) + (outcome.body?.length ?? 0);

/**
 * Memory that moves with the message instead of being copied. A body is a view of the frame that it came in; all else of
 * the frame has been read by then, so the frame itself may go.
 */
export function movable(bodies: readonly (Body | undefined)[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const body of bodies) {
    if (!(body instanceof Uint8Array) || body.byteLength < WORTH_MOVING) continue;
    if (body.buffer instanceof ArrayBuffer && isMostOf(body, body.buffer)) buffers.add(body.buffer);
  }
  return [...buffers];
}

/** A small view would take the whole of its memory along, moved or copied. */
export function ownMemory(body: Body | undefined): Body | undefined {
  if (!(body instanceof Uint8Array) || isMostOf(body, body.buffer)) return body;
  return new Uint8Array(body);
}

const isMostOf = (view: Uint8Array, memory: ArrayBufferLike): boolean => memory.byteLength <= view.byteLength * 1.25 + 1024;
