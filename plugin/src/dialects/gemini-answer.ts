// Answers of Gemini: one object, or a stream of the same objects, as events or as one JSON array.
import type { Usage } from '#contract';
import { type AnswerReader, counts, errorOf, type Found, type StreamEvent } from './answer.ts';
import { either, modelDraft } from './gemini-request.ts';
import { asCount, asKind, asList, asText, get, isRecord } from './json.ts';

/** Ends that the provider's filters bring about. */
const BLOCKED = new Set(['safety', 'blocklist', 'prohibited_content', 'spii', 'image_safety', 'model_armor', 'jailbreak']);

export const geminiAnswers: AnswerReader = {
  fromBody: (body) => ({ ...readObjects([body]), closed: true }),
  fromEvents: (events) => readObjects(bodiesOf(events)),
};

function* bodiesOf(events: Iterable<StreamEvent>): Generator {
  for (const { data } of events) yield data;
}

function readObjects(objects: Iterable<unknown>): Found {
  const parts: unknown[] = [];
  let [model, responseId, ended, refused]: (string | undefined)[] = [];
  let usage: unknown;
  let error: Found['error'];
  for (const object of objects) {
    const candidate = firstCandidate(object);
    for (const part of asList(get(get(candidate, 'content'), 'parts'))) append(parts, part);
    model = asText(either(object, 'modelVersion', 'model_version')) ?? model;
    responseId = asText(either(object, 'responseId', 'response_id')) ?? responseId;
    ended = word(either(candidate, 'finishReason', 'finish_reason')) ?? ended;
    const feedback = either(object, 'promptFeedback', 'prompt_feedback');
    refused = word(either(feedback, 'blockReason', 'block_reason')) ?? refused;
    usage = either(object, 'usageMetadata', 'usage_metadata') ?? usage;
    error ??= errorOf(object);
  }
  const finishReason = ended ?? refused;
  return {
    drafts: [modelDraft(parts)],
    finishReason,
    model,
    responseId,
    usage: geminiUsage(usage),
    error,
    closed: finishReason !== undefined,
    blocked: refused !== undefined || BLOCKED.has(ended ?? ''),
  };
}

/** Others are further answers to the same prompt, of which a client goes on with one; the first, as with the other dialects. */
function firstCandidate(object: unknown): unknown {
  const candidates = asList(get(object, 'candidates'));
  return candidates.find((one) => (get(one, 'index') ?? 0) === 0);
}

/** In small letters, as the words of the other dialects. */
const word = (value: unknown): string | undefined => asKind(value)?.toLowerCase();

/** Pieces of one text are one part; thoughts between them are none of it. */
function append(parts: unknown[], part: unknown): void {
  const [last, text] = [parts[parts.length - 1], asText(get(part, 'text'))];
  const before = asText(get(last, 'text'));
  const isThought = (one: unknown): boolean => get(one, 'thought') === true;
  if (text !== undefined && before !== undefined && isThought(last) === isThought(part)) {
    parts[parts.length - 1] = { text: before + text, thought: isThought(part) };
  } else parts.push(part);
}

/** Thoughts are counted apart by Google; here, as with the others, they are part of the output. */
function geminiUsage(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  const count = (camel: string, snake: string): number | undefined => asCount(either(usage, camel, snake));
  const [prompt, tools] = [
    count('promptTokenCount', 'prompt_token_count'),
    count('toolUsePromptTokenCount', 'tool_use_prompt_token_count'),
  ];
  const [said, thought] = [count('candidatesTokenCount', 'candidates_token_count'), count('thoughtsTokenCount', 'thoughts_token_count')];
  const sum = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined && b === undefined ? undefined : asCount((a ?? 0) + (b ?? 0));
  return counts({
    inputTokens: sum(prompt, tools),
    outputTokens: sum(said, thought),
    cacheReadTokens: count('cachedContentTokenCount', 'cached_content_token_count'),
    cacheWriteTokens: undefined,
    reasoningTokens: thought,
  });
}
