/** Finds names, addresses and the like by a model. Texts stay in memory. */
export interface Finder {
  /** Findings of each text in UTF-16 units, ordered, not overlapping. */
  find(texts: readonly string[]): Promise<readonly (readonly { readonly start: number; readonly end: number; readonly type: string }[])[]>;
}
