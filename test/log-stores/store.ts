/** One line of a log as a collector ships it. */
export interface Line {
  readonly service: 'clew' | 'kong';
  readonly atMs: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A real store of logs, empty when it is started. */
export interface LogStore {
  put(lines: readonly Line[]): Promise<void>;
  /** Answers a query as it stands in docs/LOGS.md: what it found, a record a line or series. Throws where it is refused. */
  ask(query: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  stop(): Promise<void>;
}
