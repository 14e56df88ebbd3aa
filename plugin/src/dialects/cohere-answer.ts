// Answers of Cohere's second chat API. They do not name the model that ran.
import type { Usage } from '#contract';
import { type AnswerReader, counts, errorOf, type Found, type StreamEvent } from './answer.ts';
import { cohereDraft } from './cohere-request.ts';
import { asCount, asKind, asText, dig, get, isRecord } from './json.ts';

export const cohereAnswers: AnswerReader = {
  fromBody(body) {
    return {
      drafts: draftsOf({ role: 'assistant', content: dig(body, 'message.content'), tool_calls: dig(body, 'message.tool_calls') }),
      finishReason: word(get(body, 'finish_reason')),
      responseId: asText(get(body, 'id')),
      usage: cohereUsage(get(body, 'usage')),
      error: errorOf(body),
      closed: true,
    };
  },
  fromEvents: readChatEvents,
};

const draftsOf = (message: unknown): Found['drafts'] => [cohereDraft(message)].filter((draft) => draft !== undefined);

/** In small letters, as the words of the other dialects: complete, max_tokens, tool_call. */
const word = (value: unknown): string | undefined => asKind(value)?.toLowerCase();

interface CallInProgress {
  readonly id: unknown;
  readonly name: unknown;
  arguments: string;
}

function readChatEvents(events: Iterable<StreamEvent>): Found {
  const texts = new Map<number, { readonly type: unknown; text: string }>();
  const calls = new Map<number, CallInProgress>();
  let [responseId, finishReason]: (string | undefined)[] = [];
  let usage: unknown;
  let error: Found['error'];
  let closed = false;
  for (const { type, data } of events) {
    const index = asCount(get(data, 'index')) ?? 0;
    const [content, call] = [dig(data, 'delta.message.content'), dig(data, 'delta.message.tool_calls')];
    switch (type) {
      case 'message-start':
        responseId = asText(get(data, 'id'));
        break;
      case 'content-start':
        texts.set(index, { type: get(content, 'type') ?? 'text', text: asText(get(content, 'text')) ?? '' });
        break;
      case 'content-delta': {
        const known = texts.get(index) ?? { type: 'text', text: '' };
        known.text += asText(get(content, 'text')) ?? '';
        texts.set(index, known);
        break;
      }
      case 'tool-call-start':
        calls.set(index, {
          id: get(call, 'id'),
          name: dig(call, 'function.name'),
          arguments: asText(dig(call, 'function.arguments')) ?? '',
        });
        break;
      case 'tool-call-delta': {
        const known = calls.get(index);
        if (known) known.arguments += asText(dig(call, 'function.arguments')) ?? '';
        break;
      }
      case 'message-end':
        finishReason = word(dig(data, 'delta.finish_reason'));
        usage = dig(data, 'delta.usage');
        closed = true;
        break;
      default:
        error ??= errorOf(data);
    }
  }
  const inOrder = <T>(map: ReadonlyMap<number, T>): T[] => [...map].toSorted(([a], [b]) => a - b).map(([, one]) => one);
  const tool_calls = inOrder(calls).map(({ id, ...called }) => ({ id, type: 'function', function: called }));
  return {
    drafts: draftsOf({ role: 'assistant', content: inOrder(texts), tool_calls }),
    finishReason,
    responseId,
    usage: cohereUsage(usage),
    error,
    closed,
  };
}

/** What went through the model, where that is stated; else what is charged. */
export function cohereUsage(usage: unknown): Usage | undefined {
  const tokens = get(usage, 'tokens') ?? get(usage, 'billed_units');
  if (!isRecord(tokens)) return undefined;
  return counts({
    inputTokens: asCount(get(tokens, 'input_tokens')),
    outputTokens: asCount(get(tokens, 'output_tokens')),
    cacheReadTokens: asCount(get(usage, 'cached_tokens')),
    cacheWriteTokens: undefined,
    reasoningTokens: undefined,
  });
}
