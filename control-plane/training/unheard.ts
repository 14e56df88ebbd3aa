// What changes where a person's answers go uncaptured: what an answer would have told is missing from every thread alike, and
// its absence says nothing. Fitted on top of the sum, which stays as it is.
import type { Reader } from '../src/threads/infer/features.ts';
import { Linker } from '../src/threads/infer/linker.ts';
import { CONTENT_TERMS, TIME_TERMS } from '../src/threads/infer/terms.ts';
import type { LinkerWeights } from '../src/threads/infer/weights.ts';
import { fitChoices, type Choice } from './conditional-logit.ts';
import { foldOf, type Labelled, type Log } from './corpus.ts';
import { decisionsOf, type Chooser } from './walk.ts';

const TERMS = [...TIME_TERMS, ...CONTENT_TERMS];
/** The term that is 1 on every candidate. */
const CONSTANT = 'content';
/** Strong, so that what the sum learned holds unless it clearly does not. */
const L2 = 30;
const ITERATIONS = 60;

/** Of a thousand conversations, how many go unheard in `partlyHeard`. */
const UNHEARD_PER_MILLE = 400;

const muted = (one: Labelled): Labelled => ({ ...one, turn: { ...one.turn, answer: undefined, answerVector: undefined } });

/** The same requests, from a gateway that ships no answers. */
export const withoutAnswers = (log: Log): Log => log.map(muted);

/**
 * The same requests, from a gateway that ships the answers of some conversations and not of others. In the data that hangs on where a
 * conversation comes from: without this, weights take a missing answer for a mark of that source.
 */
export const partlyHeard = (log: Log): Log =>
  log.map((one) => (foldOf(JSON.stringify(['unheard', one.row.user, one.truth]), 1000) < UNHEARD_PER_MILLE ? muted(one) : one));

/** What is added to the weights of terms; on true states, and on the linker's own. */
export function fitUnheard(logs: readonly Log[], reader: Reader, weights: LinkerWeights, choose: Chooser): Record<string, number> {
  const linker = new Linker(weights);
  const decisions = [undefined, choose].flatMap((chooser) => logs.flatMap((log) => decisionsOf(withoutAnswers(log), reader, chooser)));
  const choices = decisions
    .filter(({ features }) => features[0]?.unheard === 1)
    .map(({ features, right }): Choice => ({
      rows: features.map((one) => Float64Array.from(TERMS, (term) => term.value(one))),
      right,
      offsets: features.map((one) => linker.scoreOf(one)),
    }));
  const { weights: fitted, bias } = fitChoices(choices, TERMS.length, L2, ITERATIONS);
  return Object.fromEntries(TERMS.map(({ name }, j) => [name, (fitted[j] ?? 0) + (name === CONSTANT ? bias : 0)]));
}
