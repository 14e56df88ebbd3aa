// OpenAI chat completions: POST …/chat/completions.
import { type Content, readContent } from './content.ts';
import { asList, asText, asString, get, isRecord, toJson } from './json.ts';
import { argumentsText, type Draft } from './message.ts';
import { PARAMETER_NAMES } from './parameters.ts';
import { buildRequest } from './request.ts';
import { functionTools } from './tools.ts';
import type { LlmRequest, Role, ToolCall } from './types.ts';

const ROLES: Readonly<Record<string, Role>> = {
  system: 'system',
  developer: 'developer',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
};

export function readChatRequest(body: unknown, provider: string): LlmRequest | undefined {
  const drafts = asList(get(body, 'messages'))
    .map(chatDraft)
    .filter((draft) => draft !== undefined);
  if (drafts.length === 0) return undefined;
  const format = get(body, 'response_format');
  return buildRequest(body, provider, {
    dialect: 'openai.chat',
    drafts,
    tools: [...functionTools(get(body, 'tools')), ...functionTools(get(body, 'functions'))],
    responseFormat: isRecord(format) ? toJson(format) : undefined,
  });
}

const CHAT_FIELDS = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'tools', 'functions', 'response_format', 'user', 'safety_identifier', 'metadata'],
  ...['logit_bias', 'prediction', 'audio', 'web_search_options', 'prompt_cache_key', 'prompt_cache_retention'],
  ...PARAMETER_NAMES,
]);

/** On a path that says nothing, only a body without a foreign field or message is chat: applications have APIs alike. */
export function isChatShape(body: unknown): boolean {
  const messages = asList(get(body, 'messages'));
  if (!isRecord(body) || messages.length === 0 || !Object.keys(body).every((key) => CHAT_FIELDS.has(key))) return false;
  return messages.every(
    (message) => chatDraft(message) !== undefined && isRecord(message) && ('content' in message || 'tool_calls' in message),
  );
}

/** A message as sent, or as answered: both have one shape. */
export function chatDraft(message: unknown): Draft | undefined {
  const name = asString(get(message, 'role'));
  const role = name !== undefined && Object.hasOwn(ROLES, name) ? ROLES[name] : undefined;
  if (role === undefined) return undefined;
  const refusal = asText(get(message, 'refusal'));
  const content = get(message, 'content') ?? refusal ?? '';
  const said = readContent(content === '' && refusal !== undefined ? refusal : content);
  const audio = get(message, 'audio');
  return {
    role,
    content: isRecord(audio) ? withAudio(said, audio) : said,
    toolCalls: role === 'assistant' ? chatToolCalls(message) : [],
    toolCallId: role === 'tool' ? (asText(get(message, 'tool_call_id')) ?? asText(get(message, 'name'))) : undefined,
  };
}

/** Spoken answers come with a transcript and are sent back by their id alone, so only the id is in the canonical form. */
export function withAudio(said: Content, audio: unknown): Content {
  const shown = asText(get(audio, 'transcript')) ?? '[audio]';
  return { ...said, shown: [...said.shown, shown], media: [...said.media, { kind: 'audio', id: asText(get(audio, 'id')) }] };
}

function chatToolCalls(message: unknown): ToolCall[] {
  const calls = asList(get(message, 'tool_calls')).map((call) => {
    const called = get(call, 'function') ?? get(call, 'custom');
    return toolCall(asText(get(call, 'id')), get(called, 'name'), get(called, 'arguments') ?? get(called, 'input'));
  });
  const legacy = get(message, 'function_call');
  if (isRecord(legacy)) calls.push(toolCall(undefined, get(legacy, 'name'), get(legacy, 'arguments')));
  return calls.filter((call) => call !== undefined);
}

/** A call without a name is no call. */
export function toolCall(id: string | undefined, name: unknown, args: unknown): ToolCall | undefined {
  const named = asText(name);
  return named === undefined ? undefined : { id, name: named, arguments: argumentsText(args) };
}
