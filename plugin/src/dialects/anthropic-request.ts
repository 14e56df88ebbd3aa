// Anthropic messages: POST …/v1/messages. Tool results come inside user messages and are taken apart here.
import { type Content, NO_CONTENT, readContent } from './content.ts';
import { asList, asText, get, isRecord, toJson } from './json.ts';
import type { Draft } from './message.ts';
import { toolCall } from './openai-chat-request.ts';
import { buildRequest } from './request.ts';
import { functionTools, serverTools } from './tools.ts';
import type { LlmRequest, ToolCall } from './types.ts';

export function readAnthropicRequest(body: unknown, provider: string): LlmRequest | undefined {
  const messages = asList(get(body, 'messages'));
  const drafts = messages.flatMap(messageDrafts);
  if (drafts.length === 0) return undefined;
  const format = get(get(body, 'output_config'), 'format') ?? get(body, 'output_format');
  return buildRequest(body, provider, {
    dialect: 'anthropic.messages',
    drafts: [...systemDrafts(get(body, 'system')), ...drafts],
    tools: [...functionTools(get(body, 'tools')), ...serverTools(get(body, 'mcp_servers'))],
    responseFormat: isRecord(format) ? toJson(format) : undefined,
    compacted: messages.some((message) => asList(get(message, 'content')).some((block) => get(block, 'type') === 'compaction')),
  });
}

/** Each block is an instruction of its own: clients keep the fixed ones apart from those that change. */
function systemDrafts(system: unknown): Draft[] {
  const blocks = typeof system === 'string' ? [system] : asList(system);
  return blocks.map((block) => ({ role: 'system', content: readContent([block]), toolCalls: [] }));
}

function messageDrafts(message: unknown): Draft[] {
  const content = get(message, 'content') ?? '';
  switch (get(message, 'role')) {
    case 'user':
      return userDrafts(content);
    case 'assistant':
      return [assistantDraft(content)];
    case 'system':
      return [{ role: 'system', content: readContent(content), toolCalls: [] }];
    default:
      return [];
  }
}

function userDrafts(content: unknown): Draft[] {
  if (!Array.isArray(content)) return [{ role: 'user', content: readContent(content), toolCalls: [] }];
  const blocks = content as readonly unknown[];
  const results = blocks.filter((block) => get(block, 'type') === 'tool_result');
  const rest = blocks.filter((block) => get(block, 'type') !== 'tool_result');
  const drafts: Draft[] = results.map((block) => ({
    role: 'tool',
    content: readContent(get(block, 'content') ?? ''),
    toolCalls: [],
    toolCallId: asText(get(block, 'tool_use_id')),
  }));
  const said: Content = rest.length > 0 ? readContent(rest) : NO_CONTENT;
  if (said.shown.length > 0 || results.length === 0) drafts.push({ role: 'user', content: said, toolCalls: [] });
  return drafts;
}

/** Content of an assistant message, sent or answered: both have one shape. Thinking and the provider's own tools are left out. */
export function assistantDraft(content: unknown): Draft {
  const calls = asList(content)
    .filter((block) => get(block, 'type') === 'tool_use')
    .map((block): ToolCall | undefined => toolCall(asText(get(block, 'id')), get(block, 'name'), get(block, 'input')));
  return { role: 'assistant', content: readContent(content), toolCalls: calls.filter((call) => call !== undefined) };
}
