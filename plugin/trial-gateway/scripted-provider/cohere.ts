import { ANY_TOOL, asArray, asNumber, asText, contentText, isObject, type Ask, type Json, type JsonObject } from './ask.ts';
import { chatTools, jsonSchemaOf, readMessages } from './openai-chat.ts';
import { pieces, type Plan } from './plan.ts';
import type { SseEvent } from './sse.ts';

const FINISH = { stop: 'COMPLETE', length: 'MAX_TOKENS', tool: 'TOOL_CALL', filter: 'ERROR' } as const;

/** Tools answer with documents. */
function resultText(content: Json | undefined): string {
  const documents = asArray(content).map((part) => (isObject(part) && isObject(part['document']) ? part['document']['data'] : undefined));
  return [
    contentText(content),
    ...documents.map((data) => (typeof data === 'string' ? data : data === undefined ? '' : JSON.stringify(data))),
  ]
    .filter((text) => text !== '')
    .join('\n');
}

export function readCohere(body: JsonObject): Ask {
  const messages = asArray(body['messages']);
  return {
    model: asText(body['model']),
    isStream: body['stream'] === true,
    ...readMessages(messages, resultText),
    tools: chatTools(body),
    forcedTool: body['tool_choice'] === 'REQUIRED' ? ANY_TOOL : undefined,
    json: jsonSchemaOf(body['response_format']),
    maxTokens: asNumber(body['max_tokens']),
    inputChars: JSON.stringify(messages).length,
  };
}

const PLAN = 'I will look it up.';
const wireCall = (call: Plan['toolCalls'][number]): object => ({
  id: `${call.name}_${call.id}`,
  type: 'function',
  function: { name: call.name, arguments: call.arguments },
});

const usageOf = ({ usage }: Plan): object | undefined =>
  usage && {
    billed_units: { input_tokens: usage.input, output_tokens: usage.output },
    tokens: { input_tokens: usage.input + 60, output_tokens: usage.output },
  };

/** Answers do not name the model. */
export function cohereJson(plan: Plan): object {
  const said = plan.text === '' ? {} : { content: [{ type: 'text', text: plan.text }] };
  return {
    id: plan.seed.slice(0, 32),
    finish_reason: FINISH[plan.finish],
    message: {
      role: 'assistant',
      ...(plan.toolCalls.length > 0 ? { tool_plan: PLAN, tool_calls: plan.toolCalls.map(wireCall) } : said),
    },
    usage: usageOf(plan),
  };
}

function textEvents(text: string): object[] {
  if (text === '') return [];
  return [
    { type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } },
    ...pieces(text).map((piece) => ({ type: 'content-delta', index: 0, delta: { message: { content: { text: piece } } } })),
    { type: 'content-end', index: 0 },
  ];
}

function callEvents(call: Plan['toolCalls'][number], index: number): object[] {
  const started = { id: `${call.name}_${call.id}`, type: 'function', function: { name: call.name, arguments: '' } };
  return [
    { type: 'tool-call-start', index, delta: { message: { tool_calls: started } } },
    ...(call.arguments.match(/[\s\S]{1,12}/g) ?? []).map((piece) => ({
      type: 'tool-call-delta',
      index,
      delta: { message: { tool_calls: { function: { arguments: piece } } } },
    })),
    { type: 'tool-call-end', index },
  ];
}

export function cohereEvents(plan: Plan): SseEvent[] {
  const planned = plan.toolCalls.length === 0 ? [] : [{ type: 'tool-plan-delta', delta: { message: { tool_plan: PLAN } } }];
  const events = [
    {
      type: 'message-start',
      id: plan.seed.slice(0, 32),
      delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [] } },
    },
    ...planned,
    ...(plan.toolCalls.length > 0 ? plan.toolCalls.flatMap(callEvents) : textEvents(plan.text)),
    { type: 'message-end', delta: { finish_reason: FINISH[plan.finish], usage: usageOf(plan) } },
  ] as readonly (object & { readonly type: string })[];
  return [...events.map((data) => ({ event: data.type, data })), { data: '[DONE]' }];
}

/** A message and nothing else: what kind of error it is, the status says. */
export const cohereError = (status: number): object => ({ id: `err-${status}`, message: 'The scripted answer is an error.' });
