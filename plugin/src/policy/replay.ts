/** What came under a signed number. */
export interface Numbered {
  readonly sequence: number;
  readonly digest: string;
}

/**
 * Why `next` must not follow `last`, or empty. Whoever can answer in the control plane's place has old signatures too, and must
 * not bring back what was replaced. @param name what it is, for people
 */
export function replayFault(name: string, next: Numbered, last: Numbered): string {
  if (next.sequence < last.sequence) return `number ${next.sequence} is older than ${last.sequence}, which was taken before`;
  const isSwapped = next.sequence === last.sequence && next.digest !== last.digest;
  return isSwapped ? `another ${name} has the number ${next.sequence}` : '';
}
