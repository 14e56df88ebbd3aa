/** Where the policy's text comes from. */
export interface PolicySource {
  /** Shown in faults. */
  readonly name: string;
  /** Rejects when it cannot be read. */
  read(): Promise<string>;
  /** Calls back after each change; answers how to stop. Changes that follow closely may come as one. */
  watch(changed: () => void): () => void;
}
