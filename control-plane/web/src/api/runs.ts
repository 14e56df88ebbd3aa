// Runs and their proof, as the API has them.
import { getSigned, type Query } from './http.ts';
import type { Model, Page } from './views.ts';

export type Verdict = 'matched' | 'drifted' | 'undeclared';

export interface RunSummary {
  readonly id: string;
  readonly requestId: string;
  /** Null once the metadata of the request is purged. */
  readonly thread: string | null;
  readonly at: string;
  readonly model: { readonly requested: string | null; readonly executed: string | null; readonly evidence: string };
  /** Hex SHA-256 of the composition record. */
  readonly digest: string;
  readonly verdict: Verdict;
  /** The manifest that judged the run; null where none covers it. */
  readonly manifest?: { readonly name: string; readonly revision: string } | null;
  /** How many there are between what is declared and what ran. */
  readonly differences?: number;
  /** Who signed the run, and its place in the log; null for runs from before there was one. */
  readonly proof?: {
    readonly by: 'gateway' | 'control-plane';
    readonly keyId: string;
    readonly index: number | null;
    readonly refused?: string;
  } | null;
}

/** A part of what a run was composed of: known by its digest, never by its text. */
export interface Part {
  readonly digest: string;
  readonly salted?: boolean;
  /** UTF-8 bytes. */
  readonly length: number;
  readonly role?: string;
  readonly name?: string;
  readonly source?: string;
  /** The declared template that it is from. */
  readonly template?: { readonly digest: string; readonly manifest?: string; readonly variables?: readonly Part[] };
  /** Of a document that the application declares. */
  readonly score?: number;
  readonly content?: string;
}

export interface Composition {
  readonly instructions?: readonly Part[];
  readonly tools?: readonly Part[];
  readonly context?: readonly Part[];
  readonly retrieval?: { readonly selected?: readonly Part[]; readonly discarded?: readonly Part[] };
  readonly responseFormat?: Part;
  readonly routing?: Part;
  readonly input?: Part;
  readonly output?: Part;
  readonly variant?: string;
  /** What the provider read in place of personal values, where a route asks for that. */
  readonly upstream?: { readonly read: 'stand_ins' | 'nothing_found' | 'originals' | 'nothing'; readonly reason?: string };
  readonly declared?: { readonly set: string; readonly manifests: readonly string[] };
  readonly attempts?: readonly { readonly model: string; readonly status?: number; readonly reason?: string }[];
}

export interface CompositionRecord {
  readonly version: number;
  readonly dialect: string;
  readonly model: Model;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly composition: Composition;
  readonly history: { readonly length: number; readonly chain: string | null; readonly truncated: boolean };
}

/** Who says what a field says. */
export type Source = 'gateway' | 'provider' | 'application';

export interface RunDetail extends RunSummary {
  readonly traceId: string | null;
  readonly record: CompositionRecord;
  /** Where the run differs from what is declared. */
  readonly deviations?: readonly Difference[];
  /** What the manifest speaks of; the verdict says nothing of the rest. */
  readonly checked?: readonly string[];
  /** Run before it in its thread. */
  readonly before?: string | null;
  /** What the client no longer sends of its thread, as linking found. */
  readonly truncation?: { readonly dropped: number; readonly kind: 'truncated' | 'compacted' } | null;
  /** JSON pointer -> who says what stands there. */
  readonly provenance?: Readonly<Record<string, Source>>;
}

export interface Difference {
  /** JSON pointer into the record. */
  readonly path: string;
  readonly kind: 'changed' | 'added' | 'removed' | 'missing' | 'unexpected' | 'unproven';
  /** Of two runs. */
  readonly a?: unknown;
  readonly b?: unknown;
  /** Of what is declared and what ran. */
  readonly expected?: unknown;
  readonly found?: unknown;
}

/** A stretch of two texts compared word by word. */
export interface Words {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

export type Question = 'prompt' | 'model' | 'composition' | 'change';
export type Answer = 'yes' | 'no' | 'unknown';

export interface Answered {
  readonly id: string;
  readonly at: string;
  readonly thread: string | null;
  readonly answer: Answer;
  readonly why: string;
  readonly differences: readonly Difference[];
}

export interface RunDiff {
  readonly a: { readonly id: string; readonly digest: string };
  readonly b: { readonly id: string; readonly digest: string };
  readonly differences: readonly Difference[];
  /** Where both texts are held and the reader may see them. */
  readonly texts?: { readonly prompt?: readonly Words[]; readonly answer?: readonly Words[] };
  readonly templates?: readonly { readonly path: string; readonly words: readonly Words[] }[];
  /** Definitions that differ, by their own fields, as manifests declare them. */
  readonly tools?: readonly { readonly path: string; readonly name?: string; readonly differences: readonly Difference[] }[];
}

interface Share {
  readonly runs: number;
  readonly share: number;
}

/** A value of a field that became more or less frequent at a moment. */
export interface RunChange {
  readonly id: string;
  readonly path: string;
  readonly value: string | null;
  readonly kind: 'appeared' | 'gone' | 'more' | 'less';
  readonly before: Share;
  readonly after: Share;
  readonly p: number;
  readonly firstAt: string | null;
  readonly example: { readonly a: string; readonly b: string } | null;
}

export interface RunChanges {
  readonly at: string;
  /** Runs compared. */
  readonly before: number;
  readonly after: number;
  readonly items: readonly RunChange[];
}

export const listRuns = (query: Query, signal?: AbortSignal): Promise<Page<RunSummary>> => getSigned('/v1/runs', query, signal);
export const readRun = (id: string, signal?: AbortSignal): Promise<RunDetail> =>
  getSigned(`/v1/runs/${encodeURIComponent(id)}`, {}, signal);
export const compareRuns = (a: string, b: string, signal?: AbortSignal): Promise<RunDiff> => getSigned('/v1/runs/diff', { a, b }, signal);
export const readBundle = (id: string): Promise<unknown> => getSigned(`/v1/runs/${encodeURIComponent(id)}/bundle`, {});
export const askRun = (question: Question, run: string, signal?: AbortSignal): Promise<Page<Answered>> =>
  getSigned('/v1/runs/answers', { question, run }, signal);
/** Of all runs of a window; with an answer in the query pages can be short. */
export const askRuns = (query: Query, signal?: AbortSignal): Promise<Page<Answered>> => getSigned('/v1/runs/answers', query, signal);
export const readChanges = (at: string, minutes: string | undefined, signal?: AbortSignal): Promise<RunChanges> =>
  getSigned('/v1/runs/changes', { at, minutes }, signal);
