// Gemini: POST …/models/MODEL:generateContent and :streamGenerateContent, at Google's API, at Vertex AI and at gateways. Model and
// streaming stand in the path. Google takes field names in camel case and with underscores alike.
import type { Json } from '#contract';
import { type Content, type Medium, NO_CONTENT } from './content.ts';
import { asList, asText, dig, get, isRecord, toJson } from './json.ts';
import { argumentsText, type Draft } from './message.ts';
import { toolCall } from './openai-chat-request.ts';
import { buildRequest } from './request.ts';
import { functionTools, serverTools } from './tools.ts';
import type { LlmRequest, ToolCall, ToolDefinition } from './types.ts';

/** …/models/gemini-2.5-flash:streamGenerateContent; Vertex writes tuned models as endpoints. */
const METHOD = /(?:^|\/)(?:models|tunedModels|endpoints)\/([^/]+)(?::|%3A)([a-z]+)$/i;
const methodIn = (path: string): RegExpExecArray | null => METHOD.exec(path.replace(/\/$/, ''));

/** The model that the path names. */
export const modelIn = (path: string): string | undefined => asText(decoded(methodIn(path)?.[1] ?? ''));

export function readGeminiRequest(body: unknown, provider: string, path: string): LlmRequest | undefined {
  const drafts = listed(get(body, 'contents')).flatMap(contentDrafts);
  if (drafts.length === 0) return undefined;
  const config = either(body, 'generationConfig', 'generation_config');
  return buildRequest(body, provider, {
    dialect: 'gemini.generate_content',
    stream: methodIn(path)?.[2]?.toLowerCase() === 'streamgeneratecontent',
    model: modelIn(path) ?? asText(get(body, 'model')),
    drafts: [...instructionDrafts(either(body, 'systemInstruction', 'system_instruction')), ...drafts],
    tools: geminiTools(get(body, 'tools')),
    responseFormat: responseFormat(config),
    parameters: { ...parameters(body, config), safetySettings: either(body, 'safetySettings', 'safety_settings') },
  });
}

export const either = (value: unknown, camel: string, snake: string): unknown => get(value, camel) ?? get(value, snake);

/** Google takes one where a list is due. */
export const listed = (value: unknown): readonly unknown[] => (isRecord(value) ? [value] : asList(value));

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Each part is an instruction of its own: clients keep the fixed ones apart from those that change. */
function instructionDrafts(instruction: unknown): Draft[] {
  const parts = typeof instruction === 'string' ? [{ text: instruction }] : listed(get(instruction, 'parts') ?? instruction);
  return parts.map((part) => ({ role: 'system', content: geminiContent([part]), toolCalls: [] }));
}

function contentDrafts(content: unknown): Draft[] {
  const parts = listed(get(content, 'parts'));
  const role = get(content, 'role') ?? 'user';
  if (role === 'model') return [modelDraft(parts)];
  if (role !== 'user' && role !== 'function' && role !== 'tool') return [];
  const results = parts.filter((part) => isRecord(functionResponse(part)));
  const rest = parts.filter((part) => !isRecord(functionResponse(part)));
  const drafts = results.map((part): Draft => {
    const result = functionResponse(part);
    return {
      role: 'tool',
      content: resultContent(get(result, 'response')),
      toolCalls: [],
      toolCallId: asText(get(result, 'id')) ?? asText(get(result, 'name')),
    };
  });
  const said = rest.length > 0 ? geminiContent(rest) : NO_CONTENT;
  if (said.shown.length > 0 || results.length === 0) drafts.push({ role: 'user', content: said, toolCalls: [] });
  return drafts;
}

const functionResponse = (part: unknown): unknown => either(part, 'functionResponse', 'function_response');

/** Results are objects here and texts elsewhere; libraries wrap a text as the only field of an object. */
function resultContent(response: unknown): Content {
  const fields = isRecord(response) ? Object.entries(response) : [];
  const [name, value] = fields[0] ?? [];
  const isWrapped = fields.length === 1 && ['result', 'output', 'content', 'error'].includes(name ?? '') && typeof value === 'string';
  const text = isWrapped ? value : fields.length === 0 ? '' : argumentsText(response);
  return text === '' ? NO_CONTENT : { ...NO_CONTENT, shown: [text], texts: [text] };
}

/** What the model said, sent or answered: both have one shape. Thoughts and the provider's own tools are left out. */
export function modelDraft(parts: readonly unknown[]): Draft {
  const calls = parts.map((part): ToolCall | undefined => {
    const call = either(part, 'functionCall', 'function_call');
    return isRecord(call) ? toolCall(asText(get(call, 'id')), get(call, 'name'), get(call, 'args')) : undefined;
  });
  return { role: 'assistant', content: geminiContent(parts), toolCalls: calls.filter((call) => call !== undefined) };
}

export function geminiContent(parts: readonly unknown[]): Content {
  const [shown, texts, media]: [string[], string[], Medium[]] = [[], [], []];
  for (const part of parts) {
    if (get(part, 'thought') === true) continue;
    const text = typeof part === 'string' ? asText(part) : asText(get(part, 'text'));
    const medium = text === undefined ? mediumOf(part) : undefined;
    if (text !== undefined) texts.push(text);
    if (medium !== undefined) media.push(medium);
    const visible = text ?? (medium && `[${medium.kind}]`);
    if (visible !== undefined) shown.push(visible);
  }
  return { shown, texts, media, documents: [] };
}

function mediumOf(part: unknown): Medium | undefined {
  const [inline, file] = [either(part, 'inlineData', 'inline_data'), either(part, 'fileData', 'file_data')];
  const held = isRecord(inline) ? inline : file;
  if (!isRecord(held)) return undefined;
  const type = asText(either(held, 'mimeType', 'mime_type'))?.split('/', 1)[0] ?? '';
  const kind = type === 'image' || type === 'audio' ? type : 'file';
  return held === inline ? { kind, data: asText(get(held, 'data')) } : { kind, url: asText(either(held, 'fileUri', 'file_uri')) };
}

function geminiTools(tools: unknown): ToolDefinition[] {
  return listed(tools).flatMap((tool) => {
    if (!isRecord(tool)) return [];
    const functions = asList(either(tool, 'functionDeclarations', 'function_declarations')).map((declared) => ({
      ...(isRecord(declared) ? declared : {}),
      parameters: get(declared, 'parameters') ?? either(declared, 'parametersJsonSchema', 'parameters_json_schema'),
    }));
    const own = Object.entries(tool).filter(([name]) => !/^function_?declarations$/i.test(name));
    // Tools that the provider runs are fields, each with its settings.
    return [...functionTools(functions), ...serverTools(own.map(([name, settings]) => ({ name, settings })))];
  });
}

function responseFormat(config: unknown): Json | undefined {
  const schema = either(config, 'responseSchema', 'response_schema') ?? either(config, 'responseJsonSchema', 'response_json_schema');
  const type = asText(either(config, 'responseMimeType', 'response_mime_type'));
  if (schema === undefined && (type === undefined || type === 'text/plain')) return undefined;
  return toJson({ ...(type !== undefined && { type }), ...(schema !== undefined && { schema }) });
}

const NAMES: readonly (readonly [camel: string, snake: string, common: string])[] = [
  ['temperature', 'temperature', 'temperature'],
  ['topP', 'top_p', 'top_p'],
  ['topK', 'top_k', 'top_k'],
  ['maxOutputTokens', 'max_output_tokens', 'max_output_tokens'],
  ['stopSequences', 'stop_sequences', 'stop_sequences'],
  ['candidateCount', 'candidate_count', 'n'],
  ['seed', 'seed', 'seed'],
  ['presencePenalty', 'presence_penalty', 'presence_penalty'],
  ['frequencyPenalty', 'frequency_penalty', 'frequency_penalty'],
  ['responseLogprobs', 'response_logprobs', 'logprobs'],
  ['logprobs', 'logprobs', 'top_logprobs'],
  ['responseModalities', 'response_modalities', 'modalities'],
];

/** Under the names that the other dialects have for the same. */
function parameters(body: unknown, config: unknown): Readonly<Record<string, unknown>> {
  const thinking = either(config, 'thinkingConfig', 'thinking_config');
  const calling = dig(body, 'toolConfig.functionCallingConfig') ?? dig(body, 'tool_config.function_calling_config');
  return {
    ...Object.fromEntries(NAMES.map(([camel, snake, common]) => [common, either(config, camel, snake)])),
    thinking: { budget_tokens: either(thinking, 'thinkingBudget', 'thinking_budget') },
    reasoning_effort: either(thinking, 'thinkingLevel', 'thinking_level'),
    tool_choice: get(calling, 'mode'),
  };
}
