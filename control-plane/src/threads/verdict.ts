// Free ground truth: where certain evidence says where a request belongs, what would inference alone have said? The threads
// are those that stand at that moment; of the request itself the guess sees time, words and meaning, nothing of its evidence.
import { kindOf } from './entry.ts';
import { inferLink } from './infer/infer.ts';
import type { Guess, Verdict, VerdictKind } from './judged.ts';
import { lastOf } from './last.ts';
import { WINDOW_SECONDS } from './limits.ts';
import type { Link } from './link.ts';
import type { Proof } from './proof.ts';
import type { Settings } from './settings.ts';
import type { PrincipalState } from './state.ts';
import type { TurnInput } from './types.ts';

/** Evidence below this is too weak to judge by. */
const CERTAIN = 0.9;

/** What inference would say of the request if it came without any evidence. */
export function guessOn({ id, at, text, vector, inferable }: TurnInput, state: PrincipalState, settings: Settings): Guess | undefined {
  return inferLink({ id, at, text, vector, inferable }, state, settings).guess;
}

/** Active threads from which on only some requests are judged, and one of how many: a guess costs the more, the more there are. */
const MANY_THREADS = 16;
const ONE_OF = 8;

/** The same request is spared each time, whoever asks. */
function isSpared({ id, at }: TurnInput, { threads }: PrincipalState): boolean {
  if (threads.size <= MANY_THREADS) return false;
  let active = 0;
  for (const { turns } of threads.values()) if (at - (lastOf(turns)?.lastAt ?? -Infinity) <= WINDOW_SECONDS) active++;
  if (active <= MANY_THREADS) return false;
  let sum = 0;
  for (let i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) % 65_521;
  return sum % ONE_OF !== 0;
}

/** The verdict on a request whose own evidence is certain; undefined where there is none, or nothing to guess. */
export function ownVerdict(turn: TurnInput, found: Link, state: PrincipalState, settings: Settings): Verdict | undefined {
  const { method, confidence } = found;
  if (!settings.judge || !settings.inference || !turn.inferable || kindOf(turn) !== 'turn') return undefined;
  if ((method !== 'declared' && method !== 'history') || confidence < CERTAIN || isSpared(turn, state)) return undefined;
  const guess = guessOn(turn, state, settings);
  return guess && verdictOf(turn, method, guess, found.threadId !== undefined, ({ threadId }) => threadId === found.threadId);
}

/** Verdicts on earlier guesses that a later request's evidence speaks about. */
export function laterVerdicts({ evidence, predecessors }: Proof, guesses: ReadonlyMap<string, Guess>): readonly Verdict[] {
  const before = new Set<string>();
  const verdicts: Verdict[] = [];
  for (const [entry, predecessor] of predecessors) {
    const guess = guesses.get(entry.turn.id);
    if (predecessor !== undefined) before.add(predecessor.turn.id);
    if (guess !== undefined)
      verdicts.push(verdictOf(entry.turn, evidence, guess, predecessor !== undefined, ({ last }) => before.has(last)));
    before.add(entry.turn.id);
  }
  return verdicts;
}

/** @param isRight whether the request belongs to the candidate's thread */
export function verdictOf(
  { id, at }: Pick<TurnInput, 'id' | 'at'>,
  evidence: Verdict['evidence'],
  guess: Guess,
  goesOn: boolean,
  isRight: (candidate: Guess['candidates'][number]) => boolean,
): Verdict {
  const right = goesOn ? guess.candidates.findIndex(isRight) : -1;
  const joined = guess.candidates.findIndex(({ threadId }) => threadId === guess.joined);
  return { requestId: id, at, evidence, kind: kindOfVerdict(goesOn, right, joined), right, goesOn, guess };
}

/** @param joined index of the candidate that was joined; −1 where a new thread was begun */
export function kindOfVerdict(goesOn: boolean, right: number, joined: number): VerdictKind {
  if (joined < 0) return goesOn ? 'false_new' : 'true_new';
  if (!goesOn) return 'false_join';
  return joined === right ? 'true_join' : 'missed_join';
}
