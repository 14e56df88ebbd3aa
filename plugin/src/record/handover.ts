// An agent that another agent calls as a tool begins with what the tool call handed to it. Keyed hashes of both ends tie
// its calls to the turn that they serve, and say nothing of the text to whoever holds the sample.
import type { LlmAnswer, LlmRequest } from '#dialects';

/** Shorter texts ("yes", "nl") are arguments of many calls and would tie strangers together. */
const SHORTEST = 8;
const MOST_TEXTS = 64;
/** What the model wrote decides how deep its arguments nest. */
const DEEPEST = 4;

/** The texts among the arguments of the tool calls of an answer, normalised; each once. */
export function handedOver(answer: Pick<LlmAnswer, 'toolCalls'>): string[] {
  const texts = new Set<string>();
  for (const call of answer.toolCalls) {
    for (const text of stringsOf(parsed(call.arguments), DEEPEST)) {
      if (texts.size >= MOST_TEXTS) return [...texts];
      const said = normal(text);
      if (said.length >= SHORTEST) texts.add(said);
    }
  }
  return [...texts];
}

/** The request's only message, normalised, where it carries one and no history. */
export function onlyMessage(request: Pick<LlmRequest, 'messages' | 'prompt'>): string | undefined {
  const said = request.messages.filter(({ role }) => role !== 'system' && role !== 'developer');
  if (said.length !== 1 || said[0]?.role !== 'user' || request.prompt === undefined) return undefined;
  const text = normal(request.prompt);
  return text.length < SHORTEST ? undefined : text;
}

/** Shorter instructions are no summaries; longer ones than this are not read. */
const SHORTEST_SUMMARY = 24;
const LONGEST_SUMMARY = 100_000;
const MOST_INSTRUCTIONS = 4;
/** What frameworks put before a summary and around it. Bounded repeats keep it linear. */
const HEADING = /^(?:<(?:conversation_)?summary>|[^\n:]{0,80}\bsummary\b[^\n:]{0,60}(?::|\n))/i;
const CLOSING = /<\/(?:conversation_)?summary>\s*$/i;

/**
 * What may be a summary of a conversation, normalised: the answer of a call that makes one; else what stands in front of a
 * request's messages, as it is and without a heading.
 */
export function summariesIn(
  request: Pick<LlmRequest, 'auxiliary' | 'instructions' | 'messages' | 'startsWithSummary'>,
  answer: Pick<LlmAnswer, 'text'>,
): string[] {
  const made = request.auxiliary === 'summary';
  if (!made && request.auxiliary !== undefined) return [];
  const ahead = [...request.instructions.slice(0, MOST_INSTRUCTIONS), ...(request.startsWithSummary ? request.messages.slice(0, 1) : [])];
  const texts = made ? [answer.text ?? ''] : ahead.map(({ text }) => text);
  const found = texts.filter(({ length }) => length <= LONGEST_SUMMARY).flatMap((text) => [text, withoutHeading(text)]);
  return [...new Set(found.map(normal).filter(({ length }) => length >= SHORTEST_SUMMARY))].slice(0, 8);
}

const withoutHeading = (text: string): string => text.trimStart().replace(HEADING, '').replace(CLOSING, '');

const normal = (text: string): string => text.normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase();

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Some models write plain text where arguments belong; a cut stream leaves half an object.
    return text;
  }
}

function* stringsOf(value: unknown, depth: number): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (depth > 0 && typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) yield* stringsOf(part, depth - 1);
}
