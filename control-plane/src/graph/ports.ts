import type { Scope } from '../kernel/index.ts';
import type { GraphPortion, GraphRow } from './types.ts';

export interface GraphQuery {
  readonly fromMs: number;
  readonly toMs: number;
  readonly thread: string | undefined;
  readonly user: string | undefined;
  /** Redacted prompts and answers as well. */
  readonly hasTexts: boolean;
}

export interface GraphReader {
  /**
   * Requests that were stored when the walk began, oldest first, in portions; between two portions others get the
   * processor. A predecessor that is named came before in the same walk.
   */
  walk(scope: Scope, query: GraphQuery): AsyncIterable<readonly GraphRow[]>;
}

/** Topics that may be named in front of anybody. */
export interface GraphTopics {
  /** Null or undefined where there is none. */
  of(scope: Scope, threadId: string): Promise<{ readonly id: string; readonly label: string } | null | undefined>;
}

/** A format: text by text, so that nothing of the graph is held. */
export interface GraphWriter {
  readonly contentType: string;
  readonly fileName: string;
  head(): string;
  portion(portion: GraphPortion): string;
  foot(): string;
}
