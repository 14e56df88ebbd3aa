import { ANY_TOOL, asArray, asNumber, asText, contentText, isObject, type Ask, type Json, type JsonObject } from './ask.ts';
import { pieces, type Plan } from './plan.ts';
import type { SseEvent } from './sse.ts';

const STOP = { stop: 'end_turn', length: 'max_tokens', tool: 'tool_use', filter: 'refusal' } as const;

/** Tool results come in user messages; such a message is no new turn unless it holds text as well. */
function readTurns(messages: readonly Json[]): Pick<Ask, 'prompt' | 'earlier' | 'toolResults'> {
  const users: string[] = [];
  let toolResults: string[] = [];
  for (const message of messages.filter(isObject)) {
    if (message['role'] !== 'user') continue;
    const text = contentText(message['content']);
    const results = asArray(message['content']).filter((part) => isObject(part) && part['type'] === 'tool_result');
    if (text !== '') {
      users.push(text);
      toolResults = [];
    }
    toolResults.push(...results.map((part) => (isObject(part) ? contentText(part['content']) : '')));
  }
  return { prompt: users.at(-1) ?? '', earlier: users.slice(0, -1), toolResults };
}

function forcedOf(choice: Json | undefined): string | undefined {
  if (!isObject(choice)) return undefined;
  return choice['type'] === 'any' ? ANY_TOOL : choice['type'] === 'tool' ? asText(choice['name']) : undefined;
}

export function readMessagesApi(body: JsonObject): Ask {
  const tools = asArray(body['tools']).flatMap((tool) =>
    isObject(tool) && typeof tool['name'] === 'string'
      ? [{ name: tool['name'], schema: isObject(tool['input_schema']) ? tool['input_schema'] : {} }]
      : [],
  );
  return {
    model: asText(body['model']),
    isStream: body['stream'] === true,
    ...readTurns(asArray(body['messages'])),
    tools,
    forcedTool: forcedOf(body['tool_choice']),
    json: undefined,
    maxTokens: asNumber(body['max_tokens']),
    inputChars: JSON.stringify([body['system'] ?? '', body['messages'] ?? []]).length,
  };
}

const usageOf = (plan: Plan, output: number): object => ({
  input_tokens: plan.usage?.input ?? 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: output,
  service_tier: 'standard',
});

const parsed = (text: string): unknown => JSON.parse(text) as unknown;

function envelope(plan: Plan, content: readonly object[], stopReason: string | null, output: number): object {
  return {
    id: `msg_${plan.seed.slice(0, 24)}`,
    type: 'message',
    role: 'assistant',
    model: plan.model,
    content,
    stop_reason: stopReason,
    stop_sequence: null,
    usage: usageOf(plan, output),
  };
}

export function messagesJson(plan: Plan): object {
  const calls = plan.toolCalls.map((call) => ({
    type: 'tool_use',
    id: `toolu_${call.id}`,
    name: call.name,
    input: parsed(call.arguments),
  }));
  const content = calls.length > 0 ? calls : plan.text === '' ? [] : [{ type: 'text', text: plan.text }];
  return envelope(plan, content, STOP[plan.finish], plan.usage?.output ?? 0);
}

function block(index: number, start: object, deltas: readonly object[]): object[] {
  return [
    { type: 'content_block_start', index, content_block: start },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

export function messagesEvents(plan: Plan): SseEvent[] {
  const texts = pieces(plan.text).map((text) => ({ type: 'text_delta', text }));
  const blocks =
    plan.toolCalls.length === 0
      ? block(0, { type: 'text', text: '' }, texts)
      : plan.toolCalls.flatMap((call, index) =>
          block(
            index,
            { type: 'tool_use', id: `toolu_${call.id}`, name: call.name, input: {} },
            (call.arguments.match(/[\s\S]{1,12}/g) ?? []).map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
          ),
        );
  const events = [
    { type: 'message_start', message: envelope(plan, [], null, 1) },
    { type: 'ping' },
    ...blocks,
    {
      type: 'message_delta',
      delta: { stop_reason: STOP[plan.finish], stop_sequence: null },
      usage: { output_tokens: plan.usage?.output ?? 0 },
    },
    { type: 'message_stop' },
  ] as readonly (object & { readonly type: string })[];
  return events.map((data) => ({ event: data.type, data }));
}
