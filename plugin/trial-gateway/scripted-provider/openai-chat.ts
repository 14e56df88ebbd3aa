import { ANY_TOOL, asArray, asNumber, asText, contentText, isObject, type Ask, type Json, type JsonObject, type ToolSpec } from './ask.ts';
import { pieces, type Plan } from './plan.ts';
import { seedOf } from './sentences.ts';
import type { SseEvent } from './sse.ts';

const FINISH = { stop: 'stop', length: 'length', tool: 'tool_calls', filter: 'content_filter' } as const;

export function chatTools(body: JsonObject): ToolSpec[] {
  return asArray(body['tools']).flatMap((tool) => {
    if (!isObject(tool) || !isObject(tool['function'])) return [];
    const { name, parameters } = tool['function'];
    return typeof name === 'string' ? [{ name, schema: isObject(parameters) ? parameters : {} }] : [];
  });
}

function forcedOf(choice: Json | undefined): string | undefined {
  if (choice === 'required') return ANY_TOOL;
  return isObject(choice) && isObject(choice['function']) ? asText(choice['function']['name']) : undefined;
}

export function jsonSchemaOf(format: Json | undefined): JsonObject | undefined {
  if (!isObject(format)) return undefined;
  if (format['type'] === 'json_object') return {};
  if (format['type'] !== 'json_schema') return undefined;
  const holder = isObject(format['json_schema']) ? format['json_schema'] : format;
  return isObject(holder['schema']) ? holder['schema'] : {};
}

/** Splits messages into the user's words, those before, and tool results since; how a tool's answer is written differs by provider. */
export function readMessages(
  messages: readonly Json[],
  resultText: (content: Json | undefined) => string = contentText,
): Pick<Ask, 'prompt' | 'earlier' | 'toolResults'> {
  const users: string[] = [];
  let toolResults: string[] = [];
  for (const message of messages.filter(isObject)) {
    if (message['role'] === 'user') {
      users.push(contentText(message['content']));
      toolResults = [];
    } else if (message['role'] === 'tool') toolResults.push(resultText(message['content']));
  }
  return { prompt: users.at(-1) ?? '', earlier: users.slice(0, -1), toolResults };
}

export function readChat(body: JsonObject): Ask {
  const messages = asArray(body['messages']);
  return {
    model: asText(body['model']),
    isStream: body['stream'] === true,
    ...readMessages(messages),
    tools: chatTools(body),
    forcedTool: forcedOf(body['tool_choice']),
    json: jsonSchemaOf(body['response_format']),
    maxTokens: asNumber(body['max_completion_tokens']) ?? asNumber(body['max_tokens']),
    inputChars: JSON.stringify(messages).length,
  };
}

const usageOf = ({ usage }: Plan): object | undefined =>
  usage && {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
  };

const baseOf = (plan: Plan, object: string): object => ({
  id: `chatcmpl-${plan.seed.slice(0, 29)}`,
  object,
  created: plan.createdSeconds,
  model: plan.model,
  service_tier: 'default',
  system_fingerprint: `fp_${seedOf(plan.model).toString('hex').slice(0, 10)}`,
});

const wireCall = (call: Plan['toolCalls'][number]): object => ({
  id: `call_${call.id}`,
  type: 'function',
  function: { name: call.name, arguments: call.arguments },
});

export function chatJson(plan: Plan): object {
  const message = {
    role: 'assistant',
    content: plan.toolCalls.length > 0 || plan.finish === 'filter' ? null : plan.text,
    refusal: null,
    annotations: [],
    ...(plan.toolCalls.length === 0 ? {} : { tool_calls: plan.toolCalls.map(wireCall) }),
  };
  const choice = { index: 0, message, logprobs: null, finish_reason: FINISH[plan.finish] };
  return { ...baseOf(plan, 'chat.completion'), choices: [choice], usage: usageOf(plan) };
}

function deltas(plan: Plan): object[] {
  const list: object[] = [{ role: 'assistant', content: plan.toolCalls.length > 0 ? null : '', refusal: null }];
  for (const piece of pieces(plan.text)) list.push({ content: piece });
  for (const [index, call] of plan.toolCalls.entries()) {
    list.push({ tool_calls: [{ index, id: `call_${call.id}`, type: 'function', function: { name: call.name, arguments: '' } }] });
    for (const piece of call.arguments.match(/[\s\S]{1,12}/g) ?? []) list.push({ tool_calls: [{ index, function: { arguments: piece } }] });
  }
  return list;
}

export function chatEvents(plan: Plan, body: JsonObject): SseEvent[] {
  const base = baseOf(plan, 'chat.completion.chunk');
  const wantsUsage = isObject(body['stream_options']) && body['stream_options']['include_usage'] === true;
  const usage = wantsUsage ? { usage: null } : {};
  const chunk = (delta: object, finish: string | null): SseEvent => ({
    data: { ...base, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }], ...usage },
  });
  return [
    ...deltas(plan).map((delta) => chunk(delta, null)),
    chunk({}, FINISH[plan.finish]),
    ...(wantsUsage && plan.usage !== undefined ? [{ data: { ...base, choices: [], usage: usageOf(plan) } }] : []),
    { data: '[DONE]' },
  ];
}
