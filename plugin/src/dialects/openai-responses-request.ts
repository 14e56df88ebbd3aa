// OpenAI responses: POST …/responses. Input is a string or a list of items; assistants' texts, calls and reasoning are
// items of their own.
import { canonicalize } from '#contract';
import { NO_CONTENT, readContent } from './content.ts';
import { asList, asReference, asText, get, isRecord, toJson } from './json.ts';
import type { Draft } from './message.ts';
import { toolCall } from './openai-chat-request.ts';
import { buildRequest } from './request.ts';
import { functionTools } from './tools.ts';
import type { LlmRequest, Role } from './types.ts';

export function readResponsesRequest(body: unknown, provider: string): LlmRequest | undefined {
  const input = get(body, 'input');
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : asList(input);
  const drafts = itemDrafts(items);
  // A stored prompt, or a stored conversation that only goes on, needs no input.
  const stored = isRecord(get(body, 'prompt')) || asText(get(body, 'previous_response_id')) !== undefined;
  if (drafts.length === 0 && !stored) return undefined;
  const instructions = get(body, 'instructions');
  const format = get(get(body, 'text'), 'format');
  return buildRequest(body, provider, {
    dialect: 'openai.responses',
    drafts: [...storedPromptDrafts(get(body, 'prompt')), ...instructionDrafts(instructions), ...drafts],
    tools: functionTools(get(body, 'tools')),
    responseFormat: isRecord(format) ? toJson(format) : undefined,
    previousResponseId: asReference(get(body, 'previous_response_id')),
    compacted: items.some((item) => get(item, 'type') === 'compaction'),
  });
}

/** Instructions that the provider keeps: what the request shows of them is which, in which version, with which variables. */
function storedPromptDrafts(prompt: unknown): Draft[] {
  return isRecord(prompt) ? [{ role: 'developer', content: readContent(canonicalize(toJson(prompt))), toolCalls: [] }] : [];
}

function instructionDrafts(instructions: unknown): Draft[] {
  if (typeof instructions === 'string') return [{ role: 'system', content: readContent(instructions), toolCalls: [] }];
  return itemDrafts(asList(instructions));
}

/** Items of an input or of an output: both have one shape. */
export function itemDrafts(items: readonly unknown[]): Draft[] {
  return items.map(itemDraft).filter((draft) => draft !== undefined);
}

const ROLES = new Set<string>(['system', 'developer', 'user', 'assistant'] satisfies Role[]);

/** Calls that the client carries out, and where their arguments stand. Those that the provider runs are not messages. */
const CALLS: Readonly<Record<string, string>> = {
  function_call: 'arguments',
  custom_tool_call: 'input',
  local_shell_call: 'action',
  shell_call: 'action',
  computer_call: 'action',
  apply_patch_call: 'operation',
};

function itemDraft(item: unknown): Draft | undefined {
  const type = asText(get(item, 'type')) ?? 'message';
  if (type === 'message') return messageDraft(item);
  const place = Object.hasOwn(CALLS, type) ? CALLS[type] : undefined;
  if (place !== undefined) {
    const call = toolCall(asText(get(item, 'call_id')), get(item, 'name') ?? type, get(item, place));
    return call && { role: 'assistant', content: NO_CONTENT, toolCalls: [call] };
  }
  if (!type.endsWith('_output') || !Object.hasOwn(CALLS, type.slice(0, -'_output'.length))) return undefined;
  return { role: 'tool', content: readContent(outputOf(item)), toolCalls: [], toolCallId: asText(get(item, 'call_id')) };
}

function messageDraft(item: unknown): Draft | undefined {
  const role = asText(get(item, 'role'));
  if (role === undefined || !ROLES.has(role)) return undefined;
  return { role: role as Role, content: readContent(get(item, 'content') ?? ''), toolCalls: [] };
}

function outputOf(item: unknown): unknown {
  const output = get(item, 'output') ?? '';
  // A shell's output is a list of {stdout, stderr, outcome}.
  const isShell = get(item, 'type') === 'shell_call_output';
  return isShell ? asList(output).flatMap((run) => [get(run, 'stdout'), get(run, 'stderr')]) : output;
}
