// Stand-ins: what a provider reads in the place of a value, and how the value comes back into the answer. They live for
// one request. A stand-in is brackets, capitals, digits and underscores only, so that no JSON encoder escapes any of it.

/** A value, and the same escaped for a JSON text and for JSON within a JSON text. */
export type StandInValue = readonly [plain: string, inJson: string, inNestedJson: string];
/** How deep in JSON a text stands: 0 not at all, 1 a JSON text, 2 JSON within a JSON text. */
export type JsonDepth = 0 | 1 | 2;
export type StandIns = Readonly<Record<string, StandInValue>>;

const STAND_IN = /\[[A-Z][A-Z0-9_]*\]/g;
/** The beginning of one that the next piece of a text may complete. */
const BEGUN = /\[[A-Z0-9_]*$/;
/** No stand-in is longer; what is longer is no beginning of one. */
export const MAX_STAND_IN = 64;

export function standInValue(value: string): StandInValue {
  const inJson = JSON.stringify(value).slice(1, -1);
  return [value, inJson, JSON.stringify(inJson).slice(1, -1)];
}

/** Each known stand-in in `text` replaced by its value. */
export function restoreText(text: string, standIns: StandIns, depth: JsonDepth): string {
  return text.replace(STAND_IN, (token) => (Object.hasOwn(standIns, token) ? (standIns[token]?.[depth] ?? token) : token));
}

/** How many characters at the end of `text` may be the beginning of a stand-in. */
export function begunAtEnd(text: string): number {
  const tail = text.slice(-MAX_STAND_IN);
  const begun = BEGUN.exec(tail);
  return begun ? tail.length - begun.index : 0;
}
