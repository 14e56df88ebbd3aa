// The request formats that the demo's clients speak.
import type { App } from '../types.ts';
import type { Ask, Said, Wire } from './message.ts';

export type { Ask, Said, ToolUse, Wire } from './message.ts';

const MAX_TOKENS = 800;

export function toWire(dialect: App['dialect'], ask: Ask): Wire {
  return FORMATS[dialect](ask);
}

const FORMATS: Readonly<Record<App['dialect'], (ask: Ask) => Wire>> = {
  chat: (ask) => ({
    path: '/v1/chat/completions',
    body: {
      model: ask.model,
      messages: [...(ask.system === undefined ? [] : [{ role: 'system', content: ask.system }]), ...ask.said.map(chatMessage)],
      temperature: ask.temperature,
      ...(ask.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
      ...(ask.user === undefined ? {} : { user: ask.user }),
      ...(ask.tools.length === 0 ? {} : { tools: ask.tools.map((tool) => ({ type: 'function', function: tool })) }),
    },
  }),
  anthropic: (ask) => ({
    path: '/v1/messages',
    body: {
      model: ask.model,
      max_tokens: MAX_TOKENS,
      ...(ask.system === undefined ? {} : { system: ask.system }),
      messages: anthropicMessages(ask.said),
      temperature: ask.temperature,
      ...(ask.stream ? { stream: true } : {}),
      ...(ask.user === undefined ? {} : { metadata: { user_id: ask.user } }),
      ...(ask.tools.length === 0
        ? {}
        : { tools: ask.tools.map(({ name, description, parameters }) => ({ name, description, input_schema: parameters })) }),
    },
  }),
  responses: (ask) => ({
    path: '/v1/responses',
    body: {
      model: ask.model,
      ...(ask.system === undefined ? {} : { instructions: ask.system }),
      // The provider keeps the conversation; only what is new is sent.
      input: ask.said.slice(-1).map((said) => ({ role: said.role, content: [{ type: 'input_text', text: said.text }] })),
      temperature: ask.temperature,
      ...(ask.stream ? { stream: true } : {}),
      ...(ask.user === undefined ? {} : { safety_identifier: ask.user }),
      ...(ask.previousResponseId === undefined ? {} : { previous_response_id: ask.previousResponseId }),
    },
  }),
  embeddings: (ask) => ({ path: '/v1/embeddings', body: { model: ask.model, input: ask.said.slice(-1).map(({ text }) => text) } }),
};

function chatMessage(said: Said): object {
  if (said.role === 'tool') return { role: 'tool', tool_call_id: said.callId, content: said.text };
  if (said.role === 'user' || said.calls.length === 0) return { role: said.role, content: said.text };
  return {
    role: 'assistant',
    content: said.text === '' ? null : said.text,
    tool_calls: said.calls.map((call) => ({ id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } })),
  };
}

/** Results of tools that were called together go back in one message. */
function anthropicMessages(said: readonly Said[]): object[] {
  const messages: { role: string; content: unknown }[] = [];
  let results: object[] = [];
  for (const one of said) {
    if (one.role !== 'tool') {
      results = [];
      messages.push(anthropicMessage(one));
      continue;
    }
    if (results.length === 0) messages.push({ role: 'user', content: results });
    results.push({ type: 'tool_result', tool_use_id: one.callId, content: one.text });
  }
  return messages;
}

function anthropicMessage(said: Exclude<Said, { role: 'tool' }>): { role: string; content: unknown } {
  if (said.role === 'user' || said.calls.length === 0) return { role: said.role, content: said.text };
  const texts = said.text === '' ? [] : [{ type: 'text', text: said.text }];
  const calls = said.calls.map((call) => ({
    type: 'tool_use',
    id: call.id,
    name: call.name,
    input: JSON.parse(call.arguments) as unknown,
  }));
  return { role: 'assistant', content: [...texts, ...calls] };
}
