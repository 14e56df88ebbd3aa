// What a pattern may cost at one position of a text, whatever the text: the engine backtracks, and only a bound that is
// reckoned beforehand holds for every text. A step is one character or assertion looked at, or one choice made.
import type { Part } from './pattern-parse.ts';

/** Longest match of a part, in UTF-16 units. */
export function longestOf(part: Part): number {
  switch (part.kind) {
    case 'character':
      // A character beyond the basic plane takes two units.
      return 2;
    case 'assertion':
      return 0;
    case 'sequence':
      return part.parts.reduce((sum, inner) => sum + longestOf(inner), 0);
    case 'choice':
      return Math.max(...part.options.map(longestOf));
    case 'repeat':
      return longestOf(part.part) * part.to;
  }
}

/**
 * Most steps that an attempt to match at one position takes, or Infinity where they are more than `limit`. Every way to
 * divide a text among repetitions and choices is counted, unless the character behind a repetition cannot be one of it.
 */
export function stepsOf(pattern: Part, limit: number): number {
  return before(pattern, END, { limit, sets: new Map() }).steps;
}

/** What is left to match behind a part. */
interface Rest {
  /** Most steps until it is matched or has failed. */
  readonly steps: number;
  /** Most steps where its first character fails. */
  readonly stepsToFail: number;
  /** What it may begin with; undefined: anything, or nothing is left. */
  readonly first: CharacterSet | undefined;
}

const END: Rest = { steps: 1, stepsToFail: 1, first: undefined };
const TOO_MANY: Rest = { steps: Infinity, stepsToFail: Infinity, first: undefined };

interface Reckoning {
  readonly limit: number;
  readonly sets: Map<string, CharacterSet>;
}

/** The part and what follows it, as one rest. */
function before(part: Part, rest: Rest, reckoning: Reckoning): Rest {
  const result = reckon(part, rest, reckoning);
  return result.steps > reckoning.limit ? TOO_MANY : result;
}

function reckon(part: Part, rest: Rest, reckoning: Reckoning): Rest {
  if (rest.steps === Infinity) return TOO_MANY;
  switch (part.kind) {
    case 'character':
      return { steps: 1 + rest.steps, stepsToFail: 1, first: setOf(part.source, reckoning.sets) };
    case 'assertion':
      return { steps: 1 + rest.steps, stepsToFail: 1 + rest.stepsToFail, first: rest.first };
    case 'sequence':
      return part.parts.reduceRight((behind, inner) => before(inner, behind, reckoning), rest);
    case 'choice':
      return sumOf(part.options.map((option) => before(option, rest, reckoning)));
    case 'repeat':
      return part.part.kind === 'character'
        ? beforeRun(part, before(part.part, rest, reckoning), rest)
        : beforeTurns(part, rest, reckoning);
  }
}

type Repeat = Extract<Part, { readonly kind: 'repeat' }>;

/** One character again and again: of all places where it may end, what follows can begin at one only where the two share no character. */
function beforeRun({ from, to }: Repeat, { first }: Rest, rest: Rest): Rest {
  const ends = to - from + 1;
  const isApart = first !== undefined && rest.first !== undefined && !share(first, rest.first);
  return {
    steps: 2 * to + (isApart ? (ends - 1) * rest.stepsToFail + rest.steps : ends * rest.steps),
    stepsToFail: 2 + (from === 0 ? rest.stepsToFail : 0),
    first: from === 0 ? joined(first, rest.first) : first,
  };
}

/** A group again and again: after each turn, as often as it may, it ends or goes on. */
function beforeTurns({ part, from, to }: Repeat, rest: Rest, reckoning: Reckoning): Rest {
  let behind = rest;
  for (let turn = to - 1; turn >= 0 && behind.steps !== Infinity; turn -= 1) {
    const again = before(part, behind, reckoning);
    const next = turn < from ? again : sumOf([again, rest]);
    behind = next.steps + 1 > reckoning.limit ? TOO_MANY : { ...next, steps: next.steps + 1 };
  }
  return behind;
}

function sumOf(rests: readonly Rest[]): Rest {
  return rests.reduce((sum, { steps, stepsToFail, first }) => ({
    steps: sum.steps + steps + 1,
    stepsToFail: sum.stepsToFail + stepsToFail + 1,
    first: joined(sum.first, first),
  }));
}

/** Characters by code up to 127; those beyond count as one. */
type CharacterSet = Uint8Array;
const BEYOND = 128;

const joined = (left: CharacterSet | undefined, right: CharacterSet | undefined): CharacterSet | undefined =>
  left && right && left.map((value, code) => value | (right[code] ?? 0));

const share = (left: CharacterSet, right: CharacterSet): boolean => left.some((value, code) => value !== 0 && right[code] !== 0);

/** What a character, class or escape matches. Only plain ASCII is known to match nothing beyond but what its own case folds to. */
function setOf(source: string, sets: Map<string, CharacterSet>): CharacterSet {
  const known = sets.get(source);
  if (known !== undefined) return known;
  const set = new Uint8Array(BEYOND + 1);
  const expression = compiled(`^(?:${source})$`);
  for (let code = 0; code < BEYOND; code += 1) set[code] = expression?.test(String.fromCharCode(code)) === false ? 0 : 1;
  set[BEYOND] = /^(?:[ --/-Z_-~\]]|\\[dw.+*?^$(){}|/[\]-]|\[(?!\^)(?:[ -Z_-~^]|\\[dw.+*?^$(){}|/[\]-])*\])$/.test(source) ? 0 : 1;
  sets.set(source, set);
  return set;
}

function compiled(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'iu');
  } catch {
    return undefined;
  }
}
