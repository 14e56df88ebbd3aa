/** What the linker reads from a text, once. */
export interface TextTraits {
  readonly length: number;
}

export function describeText(text: string): TextTraits {
  return { length: text.length };
}
