import { createHash } from 'node:crypto';

// Answers that read like answers: templates filled with the words of the question, chosen by a hash. The same question
// gets the same answer, and an answer stays on its question's subject, as a real one does.

const STOP_WORDS = new Set(
  `a about above after again all also am an and any are as at be because been before being below between both but by can could did do does doing
  down during each few for from further get give had has have having he her here hers him his how i if in into is it its itself just let like make me
  more most my need no nor not now of off on once one only or other our out over own please same she should show so some such tell than thank thanks
  that the their them then there these they this those through to too under until up us use very want was way we were what when where which while
  who whom why will with would you your`.split(/\s+/),
);

export const seedOf = (...parts: string[]): Buffer => createHash('sha256').update(parts.join('\0')).digest();

const pick = <T>(items: readonly [T, ...T[]], seed: Buffer, at: number): T =>
  items[seed.readUInt8(at % seed.length) % items.length] ?? items[0];

/** Words that carry the subject, in order of appearance. */
export function subjectWords(text: string): string[] {
  const words = text.slice(0, 20_000).match(/\p{L}[\p{L}\p{N}'-]+/gu) ?? [];
  return [...new Set(words.map((word) => word.toLowerCase()))].filter((word) => word.length > 2 && !STOP_WORDS.has(word));
}

/** Runs of up to three words that carry the subject and stand beside each other: `apple trees`. */
function subjectPhrases(text: string): string[] {
  const phrases: string[][] = [[]];
  for (const piece of text.slice(0, 20_000).match(/\p{L}[\p{L}\p{N}'-]*|[^\s\p{L}]+/gu) ?? []) {
    const current = phrases.at(-1) ?? [];
    if (subjectWords(piece).length === 0) phrases.push([]);
    else if (current.length < 3) current.push(piece);
    else phrases.push([piece]);
  }
  return [...new Set(phrases.filter((words) => words.length > 0).map((words) => words.join(' ').toLowerCase()))];
}

const OPENINGS = [
  'Here is how I would look at {a}.',
  'Good question about {a}.',
  'Let us take {a} step by step.',
  'In short: with {a}, it is {b} that decides.',
  'The main thing to know about {a} is how it relates to {b}.',
] as const;
const MIDDLES = [
  'Start with {b}, since most of what follows depends on it.',
  'People often mix up {a} and {b}; they are best kept apart.',
  'For {b}, a small example says more than a rule.',
  'When {c} matters as well, settle {b} first.',
  'You can try {b} in a small case before you decide about {c}.',
  'A common mistake is to change {a} and {c} at the same time.',
] as const;
const CLOSINGS = [
  'If you tell me more about {c}, I can be more exact.',
  'Shall I go on with {c}?',
  'That should settle {a}; say so if it does not.',
  'Would an example with {b} help?',
] as const;

const fill = (template: string, words: readonly string[]): string =>
  template.replace(/\{([abc])\}/g, (_, name: string) => words['abc'.indexOf(name) % words.length] ?? 'this');

/** A few sentences on the subject of a prompt; a prompt without a subject goes on with the one before. */
export function composeAnswer(prompt: string, earlier: readonly string[], toolResults: readonly string[]): string {
  const seed = seedOf(prompt, ...earlier);
  const before = earlier.toReversed().find((text) => subjectWords(text).length >= 2);
  const isBare = subjectWords(prompt).length < 2;
  const found = isBare ? [...subjectPhrases(before ?? ''), ...subjectPhrases(prompt)] : subjectPhrases(prompt);
  const phrases = [...found, 'the details', 'the rest'].slice(0, 3);
  const sentences =
    toolResults.length === 0 ? [pick(OPENINGS, seed, 0)] : [`According to the tool: ${(toolResults.at(-1) ?? '').slice(0, 200)}`];
  const count = 1 + (seed.readUInt8(1) % 3);
  for (let at = 0; at < count; at += 1) sentences.push(pick(MIDDLES, seed, 2 + at));
  sentences.push(pick(CLOSINGS, seed, 8));
  return [...new Set(sentences)].map((sentence) => fill(sentence, phrases)).join(' ');
}

/** A title of a few words, for clients that ask for one. */
export function composeTitle(text: string): string {
  const words = subjectWords(text).slice(0, 4);
  return words.length === 0 ? 'New conversation' : words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}
