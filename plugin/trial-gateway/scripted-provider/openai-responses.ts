import { ANY_TOOL, asArray, asNumber, asText, contentText, isObject, type Ask, type Json, type JsonObject } from './ask.ts';
import { jsonSchemaOf } from './openai-chat.ts';
import { pieces, type Plan } from './plan.ts';
import type { SseEvent } from './sse.ts';

function readInput(input: Json | undefined): Pick<Ask, 'prompt' | 'earlier' | 'toolResults'> {
  if (typeof input === 'string') return { prompt: input, earlier: [], toolResults: [] };
  const users: string[] = [];
  let toolResults: string[] = [];
  for (const item of asArray(input).filter(isObject)) {
    if (item['role'] === 'user') {
      users.push(contentText(item['content']));
      toolResults = [];
    } else if (item['type'] === 'function_call_output') toolResults.push(contentText(item['output']));
  }
  return { prompt: users.at(-1) ?? '', earlier: users.slice(0, -1), toolResults };
}

function forcedOf(choice: Json | undefined): string | undefined {
  if (choice === 'required') return ANY_TOOL;
  return isObject(choice) && typeof choice['name'] === 'string' ? choice['name'] : undefined;
}

export function readResponses(body: JsonObject): Ask {
  const tools = asArray(body['tools']).flatMap((tool) =>
    isObject(tool) && tool['type'] === 'function'
      ? [{ name: asText(tool['name']), schema: isObject(tool['parameters']) ? tool['parameters'] : {} }]
      : [],
  );
  return {
    model: asText(body['model']),
    isStream: body['stream'] === true,
    ...readInput(body['input']),
    tools,
    forcedTool: forcedOf(body['tool_choice']),
    json: isObject(body['text']) ? jsonSchemaOf(body['text']['format']) : undefined,
    maxTokens: asNumber(body['max_output_tokens']),
    inputChars: JSON.stringify([body['instructions'] ?? '', body['input'] ?? '']).length,
  };
}

interface Item {
  readonly id: string;
  readonly done: Readonly<Record<string, unknown>>;
}

function itemsOf(plan: Plan): Item[] {
  if (plan.toolCalls.length === 0) {
    const id = `msg_${plan.seed.slice(0, 40)}`;
    const content = [{ type: 'output_text', text: plan.text, annotations: [], logprobs: [] }];
    return [{ id, done: { id, type: 'message', status: 'completed', role: 'assistant', content } }];
  }
  return plan.toolCalls.map((call) => {
    const id = `fc_${call.id}`;
    return {
      id,
      done: { id, type: 'function_call', status: 'completed', call_id: `call_${call.id}`, name: call.name, arguments: call.arguments },
    };
  });
}

const usageOf = ({ usage }: Plan): object | null =>
  usage === undefined
    ? null
    : {
        input_tokens: usage.input,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: usage.output,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: usage.input + usage.output,
      };

function envelope(plan: Plan, body: JsonObject, isDone: boolean): object {
  const reason = plan.finish === 'length' ? 'max_output_tokens' : plan.finish === 'filter' ? 'content_filter' : undefined;
  return {
    id: `resp_${plan.seed.slice(0, 48)}`,
    object: 'response',
    created_at: plan.createdSeconds,
    status: !isDone ? 'in_progress' : reason === undefined ? 'completed' : 'incomplete',
    error: null,
    incomplete_details: isDone && reason !== undefined ? { reason } : null,
    instructions: body['instructions'] ?? null,
    metadata: body['metadata'] ?? {},
    model: plan.model,
    output: isDone ? itemsOf(plan).map((item) => item.done) : [],
    parallel_tool_calls: true,
    previous_response_id: body['previous_response_id'] ?? null,
    temperature: body['temperature'] ?? 1,
    text: body['text'] ?? { format: { type: 'text' } },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: body['tools'] ?? [],
    top_p: body['top_p'] ?? 1,
    usage: isDone ? usageOf(plan) : null,
  };
}

export const responsesJson = (plan: Plan, body: JsonObject): object => envelope(plan, body, true);

type Draft = Readonly<Record<string, unknown>> & { readonly type: string };

function messageEvents(plan: Plan, item: Item): Draft[] {
  const at = { item_id: item.id, output_index: 0, content_index: 0 };
  const part = { type: 'output_text', text: '', annotations: [], logprobs: [] };
  return [
    { type: 'response.output_item.added', output_index: 0, item: { ...item.done, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...at, part },
    ...pieces(plan.text).map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...at, text: plan.text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part: { ...part, text: plan.text } },
    { type: 'response.output_item.done', output_index: 0, item: item.done },
  ];
}

function callEvents(plan: Plan, item: Item, index: number): Draft[] {
  const at = { item_id: item.id, output_index: index };
  const text = plan.toolCalls[index]?.arguments ?? '';
  return [
    { type: 'response.output_item.added', output_index: index, item: { ...item.done, status: 'in_progress', arguments: '' } },
    ...(text.match(/[\s\S]{1,12}/g) ?? []).map((delta) => ({ type: 'response.function_call_arguments.delta', ...at, delta })),
    { type: 'response.function_call_arguments.done', ...at, name: plan.toolCalls[index]?.name, arguments: text },
    { type: 'response.output_item.done', output_index: index, item: item.done },
  ];
}

export function responsesEvents(plan: Plan, body: JsonObject): SseEvent[] {
  const inner = itemsOf(plan).flatMap((item, index) =>
    plan.toolCalls.length === 0 ? messageEvents(plan, item) : callEvents(plan, item, index),
  );
  const isCut = plan.finish === 'length' || plan.finish === 'filter';
  const drafts: Draft[] = [
    { type: 'response.created', response: envelope(plan, body, false) },
    { type: 'response.in_progress', response: envelope(plan, body, false) },
    ...inner,
    { type: isCut ? 'response.incomplete' : 'response.completed', response: envelope(plan, body, true) },
  ];
  return drafts.map((draft, index) => ({ event: draft.type, data: { ...draft, sequence_number: index } }));
}
