// What was asked and answered, from the forms in which instrumentations write it, as the body of a chat request: so the same readers
// judge it that judge traffic at a gateway.
import { toJson } from '#dialects';
import type { Plain } from './request.ts';

type Fields = Readonly<Record<string, Plain>>;
type Message = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const MAX_MESSAGES = 1_000;

/** Instructions and history, oldest first; empty where the instrumentation keeps texts to itself. */
export function inputMessages(attributes: Fields): readonly Message[] {
  const system = partsText(parsed(attributes['gen_ai.system_instructions']));
  const written = conventional(attributes['gen_ai.input.messages']);
  const messages =
    written.length > 0 ? written : [...indexed(attributes, 'llm.input_messages', 'message.'), ...indexed(attributes, 'gen_ai.prompt', '')];
  return system === undefined ? messages : [{ role: 'system', content: system }, ...messages];
}

/** The first answer, with why it ended. */
export function outputMessage(attributes: Fields): { readonly message: Message; readonly finishReason: string | undefined } | undefined {
  const list = listed(parsed(attributes['gen_ai.output.messages']));
  const [message] = conventional(attributes['gen_ai.output.messages']);
  const [other] = [...indexed(attributes, 'llm.output_messages', 'message.'), ...indexed(attributes, 'gen_ai.completion', '')];
  const found = message ?? other;
  const first = list[0];
  return found && { message: { ...found, role: 'assistant' }, finishReason: isFields(first) ? textOf(first['finish_reason']) : undefined };
}

/** JSON text, or structured as newer SDKs send it. */
function parsed(value: Plain): unknown {
  if (typeof value !== 'string') return value;
  try {
    return toJson(JSON.parse(value));
  } catch {
    return undefined;
  }
}

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]).slice(0, MAX_MESSAGES) : []);

/** Messages of parts, as the GenAI conventions have them. */
function conventional(value: Plain): readonly Message[] {
  return listed(parsed(value)).flatMap((one): readonly Message[] => {
    if (!isFields(one)) return [];
    const role = textOf(one['role']) ?? 'user';
    const parts = listed(one['parts']).filter(isFields);
    const answers = parts.filter(({ type }) => type === 'tool_call_response');
    if (answers.length > 0)
      return answers.map((part) => ({
        role: 'tool',
        tool_call_id: textOf(part['id']),
        content: asText(part['response'] ?? part['result']),
      }));
    const calls = parts
      .filter(({ type }) => type === 'tool_call')
      .map((part) => ({
        id: textOf(part['id']),
        type: 'function',
        function: { name: textOf(part['name']), arguments: asText(part['arguments'] ?? {}) },
      }));
    return [{ role, content: partsText(parts) ?? textOf(one['content']) ?? '', ...(calls.length === 0 ? {} : { tool_calls: calls }) }];
  });
}

function partsText(value: unknown): string | undefined {
  const texts = listed(value).flatMap((part) => (isFields(part) && part['type'] === 'text' ? (textOf(part['content']) ?? []) : []));
  return texts.length === 0 ? undefined : texts.join('\n');
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value));

/** Attributes as PREFIX.0.role and PREFIX.0.content: OpenInference's, and those of older instrumentations. */
function indexed(attributes: Fields, prefix: string, inner: string): readonly Message[] {
  const messages: Message[] = [];
  for (let at = 0; at < MAX_MESSAGES; at += 1) {
    const role = textOf(attributes[`${prefix}.${at}.${inner}role`]);
    const content = textOf(attributes[`${prefix}.${at}.${inner}content`]);
    if (role === undefined && content === undefined) break;
    messages.push({ role: role ?? 'user', content: content ?? '' });
  }
  return messages;
}
