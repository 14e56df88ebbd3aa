/** What a property may be in every format: XML, Cypher and CSV alike. */
export type Value = string | number | boolean;
export type Properties = Readonly<Record<string, Value | null>>;

export type NodeLabel = 'User' | 'Thread' | 'Request' | 'Model' | 'Topic';

/** HAS: of a user; CONTAINS: of a thread; FOLLOWS: the turn before; SERVES: the turn that a call was made for. */
export type EdgeType = 'HAS' | 'CONTAINS' | 'FOLLOWS' | 'SERVES' | 'ANSWERED_BY' | 'ABOUT';

/** Ids are unique over all labels: `request:…`, `thread:…`. Names in them are the senders', so any text. */
export interface GraphNode {
  readonly label: NodeLabel;
  readonly id: string;
  readonly properties: Properties;
}

export interface GraphEdge {
  readonly type: EdgeType;
  readonly from: string;
  readonly to: string;
  readonly properties: Properties;
}

export interface GraphPortion {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** One request, as far as the graph shows it. */
export interface GraphRow {
  readonly id: string;
  readonly atMs: number;
  readonly endedAtMs: number | null;
  readonly user: string | null;
  readonly threadId: string;
  readonly kind: string;
  readonly position: string;
  readonly intent: string;
  readonly followUp: string | null;
  readonly method: string;
  readonly confidence: number;
  readonly similarity: number | null;
  readonly isFork: boolean;
  /** The turn before, or for a call that is no turn the one it serves; null where that is not part of what is walked. */
  readonly predecessor: string | null;
  readonly outcome: string | null;
  readonly isBlocked: boolean;
  readonly model: string | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costUsd: number | null;
  readonly runId: string | null;
  readonly traceId: string | null;
  /** Redacted; null where none is kept, or it was not asked for. */
  readonly prompt: string | null;
  readonly answer: string | null;
  /** Given with the first request of the thread in the walk. */
  readonly thread: {
    readonly startedAtMs: number;
    readonly lastAtMs: number;
    readonly turns: number;
    readonly calls: number;
    readonly costUsd: number | null;
  } | null;
  /** It is the first request of its user in the walk. */
  readonly isUsersFirst: boolean;
}
