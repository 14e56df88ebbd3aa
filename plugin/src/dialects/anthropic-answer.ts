// Answers of Anthropic's messages dialect.
import type { Usage } from '#contract';
import { type AnswerReader, counts, errorOf, type Found, type StreamEvent } from './answer.ts';
import { assistantDraft } from './anthropic-request.ts';
import { asCount, asText, dig, get, isRecord } from './json.ts';

export const anthropicAnswers: AnswerReader = {
  fromBody(body) {
    return {
      drafts: [assistantDraft(get(body, 'content') ?? '')],
      finishReason: asText(get(body, 'stop_reason')),
      model: asText(get(body, 'model')),
      responseId: asText(get(body, 'id')),
      usage: anthropicUsage(get(body, 'usage')),
      error: errorOf(body),
      closed: true,
    };
  },
  fromEvents: readMessageEvents,
};

function readMessageEvents(events: Iterable<StreamEvent>): Found {
  const blocks = new Map<number, BlockInProgress>();
  let start: unknown;
  let usage: Readonly<Record<string, unknown>> = {};
  let finishReason: string | undefined;
  let error: Found['error'];
  let closed = false;
  for (const { type, data } of events) {
    switch (type) {
      case 'message_start':
        start = get(data, 'message');
        usage = { ...usage, ...stated(get(start, 'usage')) };
        break;
      case 'content_block_start':
      case 'content_block_delta':
        takeBlockEvent(blocks, data);
        break;
      case 'message_delta':
        finishReason = asText(dig(data, 'delta.stop_reason')) ?? finishReason;
        // Counts in later events are totals so far.
        usage = { ...usage, ...stated(get(data, 'usage')) };
        break;
      case 'message_stop':
        closed = true;
        break;
      default:
        error ??= errorOf(data);
    }
  }
  const content = [...blocks].toSorted(([a], [b]) => a - b).map(([, block]) => finished(block));
  return {
    drafts: [assistantDraft(content)],
    finishReason,
    model: asText(get(start, 'model')),
    responseId: asText(get(start, 'id')),
    usage: anthropicUsage(usage),
    error,
    closed,
  };
}

function stated(usage: unknown): Readonly<Record<string, unknown>> {
  return isRecord(usage) ? Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null)) : {};
}

interface BlockInProgress {
  start: unknown;
  readonly texts: string[];
  readonly json: string[];
}

function takeBlockEvent(blocks: Map<number, BlockInProgress>, data: unknown): void {
  const index = asCount(get(data, 'index')) ?? 0;
  const known = blocks.get(index) ?? { start: undefined, texts: [], json: [] };
  blocks.set(index, known);
  if (isRecord(get(data, 'content_block'))) known.start = get(data, 'content_block');
  const delta = get(data, 'delta');
  const text = get(delta, 'type') === 'text_delta' ? asText(get(delta, 'text')) : undefined;
  if (text !== undefined) known.texts.push(text);
  const json = get(delta, 'type') === 'input_json_delta' ? asText(get(delta, 'partial_json')) : undefined;
  if (json !== undefined) known.json.push(json);
}

function finished({ start, texts, json }: BlockInProgress): unknown {
  const type = asText(get(start, 'type')) ?? (json.length > 0 ? 'tool_use' : 'text');
  if (type === 'text') return { type, text: (asText(get(start, 'text')) ?? '') + texts.join('') };
  if (type !== 'tool_use') return { type };
  return { type, id: get(start, 'id'), name: get(start, 'name'), input: json.length > 0 ? json.join('') : get(start, 'input') };
}

/** Anthropic counts cached input apart; here, as with the others, it is part of the input. */
function anthropicUsage(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  const fresh = asCount(get(usage, 'input_tokens'));
  const cacheReadTokens = asCount(get(usage, 'cache_read_input_tokens'));
  const cacheWriteTokens = asCount(get(usage, 'cache_creation_input_tokens'));
  return counts({
    inputTokens: fresh === undefined ? undefined : asCount(fresh + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0)),
    outputTokens: asCount(get(usage, 'output_tokens')),
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens: asCount(dig(usage, 'output_tokens_details.thinking_tokens')),
  });
}
