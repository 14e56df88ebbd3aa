import type { Scope } from '../kernel/index.ts';
import type { TopicChange, TopicMove } from './apply.ts';
import type { TopicAssignment, TopicName, TopicStanding } from './cluster.ts';
import type { TextPoint } from './kernel-matrix.ts';
import type { Partition } from './partition.ts';

/** Parts many texts into topics, away from the event loop; the result depends on the texts alone. */
export type Partitioner = (points: readonly TextPoint[]) => Promise<Partition>;

/** The first prompt of a thread that has no topic yet. */
export interface OpenThread {
  readonly requestId: string;
  /** Redacted; empty where the policy keeps no text. */
  readonly text: string;
  /** Unit length. */
  readonly vector: Float32Array;
  /** Model that made the vector. Vectors of different models are never compared. */
  readonly model: string;
}

/** A first prompt that was placed before. */
export interface PlacedPrompt {
  /** Grows in the order of placing. */
  readonly seq: number;
  readonly requestId: string;
  readonly topicId: string;
  readonly text: string;
  /** Absent where it is not kept any more. */
  readonly vector: Float32Array | undefined;
  readonly model: string;
}

export interface TopicCount {
  readonly id: string;
  readonly label: string;
  readonly threads: number;
  /** Distinct known principals. */
  readonly users: number;
  readonly lastAtMs: number;
  /** The coarser topic; null until the texts have been looked at together. */
  readonly parent: TopicAssignment | null;
}

/** A merge or a split that happened. */
export interface TopicEvent extends TopicChange {
  /** Grows in the order of happening. */
  readonly seq: number;
  readonly atMs: number;
  /** That went along. */
  readonly threads: number;
}

/** What placing goes on from. */
export interface TopicStandings {
  readonly topics: readonly TopicStanding[];
  /** How many texts of each model there were when they were looked at together last. */
  readonly reviewedAt: ReadonlyMap<string, number>;
}

export interface TopicStore {
  /** Of the threads, those without a topic whose first prompt has a vector of the model in force; in the order they were stored. */
  open(scope: Scope, threadIds: readonly string[]): Promise<readonly OpenThread[]>;
  /** What was placed, in that order, after `afterSeq`, but for topics of a fixed list; vectors are those of the model in force. */
  placed(scope: Scope, afterSeq: number, limit: number): Promise<readonly PlacedPrompt[]>;
  /** Gives threads whose first request was put to a topic of a fixed list, and that have none, that one. @param names all of the list */
  placeFixed(scope: Scope, threadIds: readonly string[], names: readonly TopicName[]): Promise<void>;
  /** Places threads by their first request; all or none. A thread that has a topic keeps it. */
  place(scope: Scope, placements: readonly { readonly requestId: string; readonly topic: TopicAssignment }[]): Promise<void>;
  /**
   * After requests changed threads: takes the topic from those that do not begin their thread any more, and gives each of the
   * threads that of its first request, or none. Answers what lost its topic. Idempotent.
   */
  settle(scope: Scope, threadIds: readonly string[]): Promise<readonly PlacedPrompt[]>;
  /**
   * Moves threads by their first request where it is still in `from`; then, for each merge, whatever is left of `from`, in the
   * order given; and notes the changes with how many threads each took along; all or none.
   */
  move(scope: Scope, moves: readonly TopicMove[], changes: readonly TopicChange[], atMs: number): Promise<void>;
  /**
   * What topics are called now, where they lie and how wide they are; an empty label leaves the one that was. Topics without
   * threads, and coarser ones without topics, are forgotten.
   */
  relabel(scope: Scope, topics: readonly TopicName[]): Promise<void>;
  /** Keeps that so many texts were looked at together. */
  reviewed(scope: Scope, model: string, texts: number, atMs: number): Promise<void>;
  standings(scope: Scope): Promise<TopicStandings>;
  /** Topics of at least so many users, the largest first. */
  counts(scope: Scope, minUsers: number, limit: number): Promise<readonly TopicCount[]>;
  /** Coarser topics of at least so many users, the largest first; somebody in two of its topics counts once. */
  parents(scope: Scope, minUsers: number, limit: number): Promise<readonly TopicCount[]>;
  /** The topic that one which is no more went into, over all merges since; undefined where it is still there or never was. */
  became(scope: Scope, topicId: string): Promise<string | undefined>;
  /** Newest first. @param before a `seq` */
  changes(
    scope: Scope,
    wanted: { readonly before?: number | undefined; readonly topic?: string | undefined; readonly limit: number },
  ): Promise<readonly TopicEvent[]>;
}

/** What the words of a topic's name rest on. */
export interface TopicTexts {
  /** Newest prompts of a topic, of known people whose text is kept. */
  prompts(scope: Scope, topicId: string, limit: number): Promise<readonly { readonly principal: string; readonly text: string }[]>;
  /** Label of a topic as it is called now; empty for one that is not there. */
  labelOf(scope: Scope, topicId: string): Promise<string>;
}
