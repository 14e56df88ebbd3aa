// Names the code that made weights by what it makes of a few requests of the project's own: the data that the shipped weights come
// from is not in the repository, so that nobody can make them anew in a test, but whether the code would still do so can be told.
import { createHash } from 'node:crypto';
import { readLanguageExamples } from './background.ts';
import type { Labelled, Log } from './corpus.ts';
import { allLogs, overFolds, type Sets } from './cross-validation.ts';
import { rounded, validatedOn } from './finish.ts';
import { DEFAULT_FIT, fitLinker } from './fit.ts';

const LANGUAGES = ['en', 'de', 'fr', 'es'];
/** More than the map of the vectors has directions. */
const SIZE = 80;
const START = 1_700_000_000;
/** Pauses in seconds, in turn: within a matter, and before the next. */
const PAUSES = [40, 95, 160, 240, 420, 900];
const LONG_PAUSES = [1500, 5400, 200, 21_600];
const LONG_EVERY = 3;
/** In which order a person's requests come, by set: how many matters at once, and whether the first come back. */
const ORDERS = { A: { atOnce: 1, returns: false }, B: { atOnce: 2, returns: false }, C: { atOnce: 1, returns: true } } as const;
const LENGTH = 16;

/** Sixteen hexadecimal digits. Other digits: training would give other weights now. */
export function fingerprint(): string {
  const sets: Sets = { A: peopleOf('A'), B: peopleOf('B'), C: peopleOf('C') };
  const fitted = fitLinker(allLogs(sets), DEFAULT_FIT);
  const weights = rounded({
    ...fitted,
    ...validatedOn(
      sets,
      overFolds(() => fitted),
    ),
  });
  return createHash('sha256').update(JSON.stringify(weights)).digest('hex').slice(0, LENGTH);
}

function peopleOf(set: keyof typeof ORDERS): Map<string, Log> {
  return new Map(LANGUAGES.map((language) => [`${set} ${language}`, logOf(set, language)]));
}

interface Said {
  readonly matter: string;
  readonly turn: number;
  readonly text: string;
}

function logOf(set: keyof typeof ORDERS, language: string): Log {
  const said = readLanguageExamples()
    .filter((one) => one.language === language)
    .map(({ matter, text }, i, all): Said => ({ matter, text, turn: 1 + all.slice(0, i).filter((one) => one.matter === matter).length }));
  let at = START;
  return inOrder(said, ORDERS[set]).map(({ matter, turn, text }, i): Labelled => {
    at += (i % LONG_EVERY === 0 ? LONG_PAUSES : PAUSES)[i % (i % LONG_EVERY === 0 ? LONG_PAUSES : PAUSES).length] ?? 0;
    const id = `${set} ${language} ${i}`;
    const conv = `${language} ${matter}`;
    // Every fourth conversation comes without answers.
    const answer = Number(matter) % 4 === 0 ? undefined : `About ${matter}: ${text} Let us see.`;
    return {
      truth: conv,
      row: { id, ts: at, user: `${set} ${language}`, conv, turn, text, source: set, pos: positionOf(turn, i), ctxdep: turn > 1 },
      turn: {
        ...{ id, at, inferable: true, text, answer, vector: vectorOf(text) },
        answerVector: answer === undefined ? undefined : vectorOf(answer),
      },
    };
  });
}

const positionOf = (turn: number, index: number): string =>
  turn > 1 ? 'continuation' : index % LONG_EVERY === 0 ? 'first' : 'topic_shift';

function inOrder(said: readonly Said[], { atOnce, returns }: (typeof ORDERS)[keyof typeof ORDERS]): Said[] {
  const matters = [...Map.groupBy(said, ({ matter }) => matter).values()];
  const groups = Array.from({ length: Math.ceil(matters.length / atOnce) }, (_, i) => matters.slice(i * atOnce, (i + 1) * atOnce));
  const woven = groups.flatMap((group) => {
    const longest = Math.max(...group.map(({ length }) => length));
    return Array.from({ length: longest }, (_, turn) => group.flatMap((one) => one[turn] ?? [])).flat();
  });
  if (!returns) return woven;
  const last = (one: Said): boolean => one.turn > 2;
  return [...woven.filter((one) => !last(one)), ...woven.filter(last)];
}

/** Words, hashed: equal words bring texts together. Unit length. */
function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(SIZE);
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+/gu)) {
    const hash = createHash('sha256').update(word).digest();
    for (const [i, byte] of hash.entries()) {
      const cell = (byte * 7 + i * 11) % SIZE;
      vector[cell] = (vector[cell] ?? 0) + (byte % 2 === 0 ? 1 : -1);
    }
  }
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return length === 0 ? vector : vector.map((x) => x / length);
}
