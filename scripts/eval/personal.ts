// How much of what is personal was removed, and how much that is not.
import { percent } from './figures.ts';

export interface LabelledText {
  readonly id: string;
  readonly text: string;
  /** Offsets in code points. */
  readonly spans: readonly { readonly type: string; readonly start: number; readonly end: number }[];
}

export interface RedactedText {
  readonly text: string;
  /** Offsets in UTF-16 units of the text as it was. */
  readonly spans: readonly { readonly start: number; readonly end: number }[];
}

/** In percent; null where nothing of the kind is labelled. */
export interface PersonalFigures {
  readonly rows: number;
  readonly patternRecall: number | null;
  readonly personRecall: number | null;
  readonly addressRecall: number | null;
  readonly placeRecall: number | null;
  /** Of letters and digits that were removed, those that are personal. */
  readonly precision: number;
  readonly byType: Readonly<Record<string, { readonly values: number; readonly removed: number }>>;
}

const PATTERNS = ['CREDIT_CARD', 'PHONE_NUMBER', 'EMAIL_ADDRESS', 'IBAN_CODE', 'US_SSN', 'IP_ADDRESS'];
const KINDS: Readonly<Record<string, readonly string[]>> = {
  patternRecall: PATTERNS,
  personRecall: ['PERSON'],
  addressRecall: ['STREET_ADDRESS', 'ZIP_CODE'],
  placeRecall: ['GPE'],
};
const REMOVED_SHARE = 0.8;
/** So short a value stands in other words, too. */
const SHORT = 3;
const COUNTED = /[\p{L}\p{N}]/u;

export function scorePersonal(truth: readonly LabelledText[], found: ReadonlyMap<string, RedactedText>): PersonalFigures {
  const types = new Map<string, { values: number; removed: number }>();
  let [right, removedCharacters] = [0, 0];
  for (const row of truth) {
    const { text, spans } = found.get(row.id) ?? { text: row.text, spans: [] };
    const characters = charactersOf(row.text, spans);
    for (const [at, { isRemoved, isCounted }] of characters.entries()) {
      if (!isRemoved || !isCounted) continue;
      removedCharacters += 1;
      right += Number(row.spans.some(({ start, end }) => start <= at && at < end));
    }
    for (const { type, start, end } of row.spans) {
      const inside = characters.slice(start, end);
      const counted = inside.filter(({ isCounted }) => isCounted);
      const value = inside.map(({ character }) => character).join('');
      const isHidden = counted.length > 0 && counted.filter(({ isRemoved }) => isRemoved).length >= REMOVED_SHARE * counted.length;
      const tallied = types.get(type) ?? { values: 0, removed: 0 };
      const isGone = isHidden && (end - start <= SHORT || !text.includes(value));
      types.set(type, { values: tallied.values + 1, removed: tallied.removed + Number(isGone) });
    }
  }
  const recall = (kind: string): number | null => {
    const tallies = (KINDS[kind] ?? []).flatMap((type) => types.get(type) ?? []);
    const values = tallies.reduce((sum, one) => sum + one.values, 0);
    return values === 0 ? null : percent(tallies.reduce((sum, one) => sum + one.removed, 0) / values);
  };
  return {
    rows: truth.length,
    patternRecall: recall('patternRecall'),
    personRecall: recall('personRecall'),
    addressRecall: recall('addressRecall'),
    placeRecall: recall('placeRecall'),
    precision: percent(right / Math.max(1, removedCharacters)),
    byType: Object.fromEntries([...types].sort(([a], [b]) => a.localeCompare(b))),
  };
}

interface Character {
  readonly character: string;
  readonly isCounted: boolean;
  readonly isRemoved: boolean;
}

function charactersOf(text: string, spans: RedactedText['spans']): Character[] {
  let unit = 0;
  return Array.from(text, (character) => {
    const at = unit;
    unit += character.length;
    return { character, isCounted: COUNTED.test(character), isRemoved: spans.some(({ start, end }) => start <= at && at < end) };
  });
}

/** In percent: texts without anything personal that were changed. */
export function scoreClean(
  truth: readonly { readonly id: string; readonly text: string }[],
  found: ReadonlyMap<string, RedactedText>,
): number {
  const altered = truth.filter(({ id, text }) => {
    const redacted = found.get(id);
    return redacted !== undefined && (redacted.spans.length > 0 || redacted.text !== text);
  });
  return percent(altered.length / Math.max(1, truth.length));
}
