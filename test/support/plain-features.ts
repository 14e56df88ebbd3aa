// The linker's numbers as they are defined, written for reading: each worked out anew for each request and thread. What
// serves must give the very same ones.
import { fair, type Background } from '../../control-plane/src/threads/infer/background.ts';
import type { Features, Reader } from '../../control-plane/src/threads/infer/features.ts';
import type { Kinship } from '../../control-plane/src/threads/infer/kinship.ts';
import type { Manner } from '../../control-plane/src/threads/infer/manner.ts';
import type { Meaning } from '../../control-plane/src/threads/infer/meaning.ts';
import { paceAt, switchesIn } from '../../control-plane/src/threads/infer/pace.ts';
import type { Projection } from '../../control-plane/src/threads/infer/projection.ts';
import type { Wording } from '../../control-plane/src/threads/infer/wording.ts';
import { lastOf } from '../../control-plane/src/threads/last.ts';
import { WINDOW_SECONDS } from '../../control-plane/src/threads/limits.ts';
import type { TurnRecord } from '../../control-plane/src/threads/record.ts';
import type { PrincipalState } from '../../control-plane/src/threads/state.ts';
import { rarityOf } from '../../control-plane/src/threads/text/rarity.ts';
import { describeText, type AnswerTraits, type TextTraits } from '../../control-plane/src/threads/text/traits.ts';
import type { TurnInput } from '../../control-plane/src/threads/types.ts';
import { cosine, dot } from '../../control-plane/src/threads/vector.ts';

export function plainFeatures(turn: TurnInput, state: PrincipalState, reader: Reader): Features[] {
  const active = [...state.threads.values()]
    .flatMap((thread) => {
      const last = lastOf(thread.turns);
      return last !== undefined && turn.at - last.lastAt <= WINDOW_SECONDS ? [{ turns: thread.turns, last }] : [];
    })
    .toSorted((a, b) => b.last.lastAt - a.last.lastAt);
  if (active.length === 0) return [];
  const traits = describeText(turn.text);
  const pace = paceAt(turn, state.turns);
  const gaps = active.map(({ last }) => Math.log(Math.max(10, turn.at - last.lastAt)));
  const { cosine: usual, kin: usualKin } = reader.backgrounds ?? {};
  const meanings = active.map(({ turns }) => meaningOf(turn, traits.language, turns.slice(-12), usual));
  const standings = standingsOf(meanings.map(({ toBestPrompt, toBestAnswer }) => Math.max(toBestPrompt, toBestAnswer)));
  const kinships = active.map(({ turns }) => kinshipOf(turn, traits.language, turns.slice(-12), reader.projection(turn), usualKin));
  const kinLeads = standingsOf(kinships.map(({ kinThread }) => kinThread));
  return active.map(({ turns, last }, rank): Features => {
    const logGap = at(gaps, rank);
    return {
      rank: Math.min(6, rank),
      logGap,
      logGapToPace: logGap - pace.logPause,
      logGapToNewest: logGap - at(gaps, 0),
      longPauses: pace.longPauses,
      alternation: pace.alternation,
      logTurns: Math.log1p(turns.length),
      activeThreads: Math.min(12, active.length),
      activeInSession: Math.min(6, active.filter((one) => turn.at - one.last.lastAt <= 1800).length),
      logTurnsSince: Math.log1p(state.turns.length - 1 - state.turns.lastIndexOf(last)),
      recentSwitches: switchesIn(state.turns),
      answerLength: answerLengthOf(state.turns),
      unheard: unheardBy(state.turns),
      promptLength: unheardBy(state.turns) > 0 ? promptLengthOf(state.turns) : 0,
      ...at(meanings, rank),
      ...at(standings, rank),
      ...at(kinships, rank),
      kinLead: at(kinLeads, rank).lead,
      cues: traits.cues,
      followUp: reader.followUp(turn, traits),
      dependent: reader.dependent?.(turn, traits) ?? 0,
      ...wordingOf(traits, turns.slice(-12), last),
      ...mannerOf(traits, turns.slice(-6), last),
    };
  });
}

function at<T>(list: readonly T[], index: number): T {
  const one = list[index];
  if (one === undefined) throw new Error(`nothing at ${index}`);
  return one;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function answerLengthOf(records: readonly TurnRecord[]): number {
  const lengths = records.slice(-120).flatMap(({ answer }) => (answer === undefined ? [] : [Math.min(6, answer.cues.logLength)]));
  return Math.max(0, lengths.reduce((total, length) => total + length, 2 * 3) / (lengths.length + 2) - 3);
}

function promptLengthOf(records: readonly TurnRecord[]): number {
  const lengths = records.slice(-120).map(({ prompt }) => prompt.cues.logLength);
  return Math.max(0, lengths.reduce((total, length) => total + length, 4 * 2) / (lengths.length + 4) - 2);
}

function unheardBy(records: readonly TurnRecord[]): number {
  const lately = records.slice(-20);
  const share = lately.filter(({ answer }) => answer === undefined).length / (lately.length + 0.5);
  return Math.max(0, Math.min(1, (share - 0.5) / 0.3));
}

function meaningOf(
  { vector }: TurnInput,
  own: TextTraits['language'],
  tail: readonly TurnRecord[],
  usual: Background | undefined,
): Meaning {
  const last = at(tail, tail.length - 1);
  if (vector === undefined)
    return { toPrompt: 0, toBestPrompt: 0, toCentroid: 0, toAnswer: 0, toBestAnswer: 0, toPromptAndAnswer: 0, answered: 0 };
  const toward = (value: number | undefined, other: TextTraits['language']): number | undefined =>
    value === undefined ? undefined : fair(value, own, other, usual);
  const prompts = tail.map((record) => toward(cosine(vector, record.vector), record.prompt.language) ?? 0);
  const answers = tail.slice(-4).flatMap((record) => toward(cosine(vector, record.answerVector), record.answer?.language) ?? []);
  const centroid = new Float32Array(vector.length);
  for (const { vector: prompt } of tail) centroid.forEach((x, i) => prompt !== undefined && (centroid[i] = x * 0.8 + (prompt[i] ?? 0)));
  const norm = Math.sqrt(dot(centroid, centroid));
  const toPrompt = at(prompts, prompts.length - 1);
  const toAnswer = toward(cosine(vector, last.answerVector), last.answer?.language);
  const between = fair(cosine(last.vector, last.answerVector) ?? 0, last.prompt.language, last.answer?.language, usual);
  return {
    toPrompt,
    toBestPrompt: Math.max(...prompts),
    toCentroid: norm === 0 ? 0 : fair(dot(vector, centroid) / norm, own, last.prompt.language, usual),
    toAnswer: toAnswer ?? 0,
    toBestAnswer: Math.max(0, ...answers),
    toPromptAndAnswer: toAnswer === undefined ? toPrompt : (toAnswer + toPrompt) / Math.sqrt(2 + 2 * between),
    answered: toAnswer === undefined ? 0 : 1,
  };
}

function standingsOf(values: readonly number[]): Pick<Features, 'lead' | 'best' | 'isBest'>[] {
  const [best = 0, second = 0] = values.toSorted((a, b) => b - a);
  const winner = values.indexOf(best);
  return values.map((value, index) => ({ best, lead: index === winner ? best - second : value - best, isBest: value === best ? 1 : 0 }));
}

function kinshipOf(
  { vector }: TurnInput,
  own: TextTraits['language'],
  tail: readonly TurnRecord[],
  projection: Projection | undefined,
  usual: Background | undefined,
): Kinship {
  const request = vector === undefined ? undefined : projection?.of(vector, 'prompt');
  const prompts = tail.map((record) => record.vector && projection?.of(record.vector, 'prompt'));
  const answers = tail.slice(-6).map((record) => record.answerVector && projection?.of(record.answerVector, 'answer'));
  const toward = (other: Float32Array | undefined, record: TurnRecord | undefined, kind: 'prompt' | 'answer'): number | undefined =>
    request && other && fair(dot(request, other), own, record?.[kind]?.language, usual);
  const toPrompts = prompts.map((prompt, i) => toward(prompt, tail[i], 'prompt'));
  const toAnswers = answers.map((answer, i) => toward(answer, tail.slice(-6)[i], 'answer'));
  const near = [...toPrompts, ...toAnswers].flatMap((value) => value ?? []).sort((x, y) => y - x);
  if (request === undefined || near.length === 0)
    return { kinPrompt: 0, kinAnswer: 0, kinBest: 0, kinClosest: 0, kinPrompts: 0, kinThread: 0 };
  const middle = (answered: boolean): Float32Array => {
    const faded = new Float32Array(request.length);
    tail.forEach((_, i) => {
      const answer = answered ? answers[i - Math.max(0, tail.length - 6)] : undefined;
      faded.forEach((x, j) => (faded[j] = x * 0.85 + (prompts[i]?.[j] ?? 0) + (answer?.[j] ?? 0)));
    });
    const length = Math.sqrt(dot(faded, faded));
    return length === 0 ? faded : faded.map((x) => x / length);
  };
  const closest = near.slice(0, 3);
  return {
    kinPrompt: lastOf(toPrompts) ?? 0,
    kinAnswer: lastOf(toAnswers) ?? 0,
    kinBest: at(near, 0),
    kinClosest: sum(closest) / closest.length,
    kinPrompts: toward(middle(false), lastOf(tail), 'prompt') ?? 0,
    kinThread: toward(middle(true), lastOf(tail), 'prompt') ?? 0,
  };
}

/** Share of the request's rare words that other texts hold. */
function coverage({ words }: TextTraits, others: readonly (AnswerTraits | undefined)[]): number {
  const total = sum([...words].map(rarityOf));
  const shared = [...words].filter((word) => others.some((other) => other?.words.has(word) === true));
  return total === 0 ? 0 : sum(shared.map(rarityOf)) / total;
}

function wordingOf(traits: TextTraits, tail: readonly TurnRecord[], { prompt, answer }: TurnRecord): Wording {
  const lengths = tail.slice(-5).map((record) => record.prompt.cues.logLength);
  const shared = (pick: (one: AnswerTraits) => ReadonlySet<string>): number =>
    Math.min(3, [...pick(traits)].filter((one) => pick(prompt).has(one) || (answer !== undefined && pick(answer).has(one))).length);
  return {
    sharedWithPrompt: coverage(traits, [prompt]),
    sharedWithThread: coverage(
      traits,
      tail.map((record) => record.prompt),
    ),
    sharedWithAnswer: coverage(traits, [answer]),
    sharedNumbers: shared((one) => one.numbers),
    sharedIdentifiers: shared((one) => one.identifiers),
    answersQuestion: answer?.asks === true ? traits.cues.shortAnswer : 0,
    afterFarewell: prompt.cues.farewell,
    lengthChange: Math.abs(traits.cues.logLength - sum(lengths) / lengths.length),
  };
}

function mannerOf(traits: TextTraits, tail: readonly TurnRecord[], last: TurnRecord): Manner {
  const { answer } = last;
  const { cues, referents } = traits;
  const share = (like: (record: TurnRecord) => boolean): number => tail.filter(like).length / tail.length;
  const known = [...referents.names].filter((name) =>
    tail.some((record) => record.prompt.words.has(name) || record.answer?.words.has(name) === true),
  ).length;
  return {
    ...referring(traits, tail, last),
    knownNames: Math.min(3, known),
    unknownNames: Math.min(3, referents.names.size - known),
    sharedWithAnswers: coverage(
      traits,
      tail.map((record) => record.answer),
    ),
    statesToQuestion: answer?.asks === true ? 1 - cues.question : 0,
    asksToQuestion: answer?.asks === true ? cues.question : 0,
    shortWithoutQuestion: answer?.asks === false ? cues.shortAnswer : 0,
    afterClosing: answer?.referents.closes === true ? 1 : 0,
    sameForm: share(({ prompt }) => prompt.cues.question === cues.question),
    sameVoice: share(({ prompt }) => prompt.referents.firstPerson === referents.firstPerson),
    sameStart: share(({ prompt }) => prompt.cues.lowerCase === cues.lowerCase),
    sameEnding: share(({ prompt }) => prompt.referents.ending === referents.ending),
    unanswered: share((record) => record.answer === undefined),
  };
}

type Referring = Pick<Manner, 'referentInPrompts' | 'referentInAnswers' | 'referentInLast' | 'sameGender' | 'noPerson'>;

function referring({ referents: { mentions } }: TextTraits, tail: readonly TurnRecord[], last: TurnRecord): Referring {
  const added = (texts: readonly (AnswerTraits | undefined)[]): number[] =>
    [0, 1, 2, 3].map((i) => sum(texts.map((text) => text?.referents.mentions[i] ?? 0)));
  const [inPrompts, inAnswers] = [added(tail.map(({ prompt }) => prompt)), added(tail.map(({ answer }) => answer))];
  const [he, she] = [at(inPrompts, 0) + at(inAnswers, 0), at(inPrompts, 1) + at(inAnswers, 1)];
  const asked = Number(at(mentions, 0) > 0) - Number(at(mentions, 1) > 0);
  const agreement = (counts: readonly number[]): number => {
    const logs = mentions.flatMap((mentioned, i) =>
      mentioned === 0 ? [] : [Math.log((at(counts, i) + 0.5) / (sum(counts) + 0.5 * 4)) - -Math.log(4)],
    );
    return logs.length === 0 ? 0 : sum(logs) / logs.length;
  };
  return {
    referentInPrompts: agreement(inPrompts),
    referentInAnswers: agreement(inAnswers),
    referentInLast: agreement(added([last.prompt, last.answer])),
    sameGender: asked === 0 ? 0 : Math.max(-2, Math.min(2, asked * Math.log((he + 0.5) / (she + 0.5)))),
    noPerson: asked !== 0 && he + she === 0 ? 1 : 0,
  };
}
