import { ANY_TOOL, asArray, asNumber, asText, isObject, type Ask, type Json, type JsonObject, type ToolSpec } from './ask.ts';
import { pieces, type Plan } from './plan.ts';
import type { SseEvent } from './sse.ts';

/** Also MAX_TOKENS and the filter's end; a call of a function ends like an answer. */
const FINISH = { stop: 'STOP', length: 'MAX_TOKENS', tool: 'STOP', filter: 'SAFETY' } as const;

/** …/models/gemini-2.5-flash:generateContent names model and method. */
const geminiModel = (path: string): string => decodeURIComponent(/models\/([^/:]+)/.exec(path)?.[1] ?? '');

const partsOf = (content: Json | undefined): readonly JsonObject[] =>
  asArray(isObject(content) ? content['parts'] : undefined).filter(isObject);
export const geminiText = (content: Json | undefined): string =>
  partsOf(content)
    .map((part) => asText(part['text']))
    .filter((text) => text !== '')
    .join('\n');

/** Results of functions come in messages of the user; such a message is no new turn unless it holds text as well. */
function readTurns(contents: readonly Json[]): Pick<Ask, 'prompt' | 'earlier' | 'toolResults'> {
  const users: string[] = [];
  let toolResults: string[] = [];
  for (const content of contents.filter(isObject)) {
    if (content['role'] === 'model') continue;
    const text = geminiText(content);
    if (text !== '') {
      users.push(text);
      toolResults = [];
    }
    for (const { functionResponse } of partsOf(content) as readonly { readonly functionResponse?: Json }[])
      if (isObject(functionResponse)) toolResults.push(JSON.stringify(functionResponse['response'] ?? {}));
  }
  return { prompt: users.at(-1) ?? '', earlier: users.slice(0, -1), toolResults };
}

/** Google writes types in capitals: STRING, OBJECT. */
const schemaOf = (schema: Json | undefined): JsonObject =>
  isObject(schema)
    ? (JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
        key === 'type' && typeof value === 'string' ? value.toLowerCase() : value,
      ) as JsonObject)
    : {};

function toolsOf(body: JsonObject): ToolSpec[] {
  return asArray(body['tools'])
    .flatMap((tool) => asArray(isObject(tool) ? tool['functionDeclarations'] : undefined))
    .filter(isObject)
    .map((declared) => ({ name: asText(declared['name']), schema: schemaOf(declared['parameters'] ?? declared['parametersJsonSchema']) }));
}

function forcedOf(config: Json | undefined): string | undefined {
  const calling = isObject(config) ? config['functionCallingConfig'] : undefined;
  if (!isObject(calling) || calling['mode'] !== 'ANY') return undefined;
  return asText(asArray(calling['allowedFunctionNames'])[0]) || ANY_TOOL;
}

export function readGemini(body: JsonObject, path: string): Ask {
  const contents = asArray(body['contents']);
  const config = isObject(body['generationConfig']) ? body['generationConfig'] : {};
  const isJson = config['responseMimeType'] === 'application/json';
  return {
    model: geminiModel(path),
    isStream: isGeminiStream(path),
    ...readTurns(contents),
    tools: toolsOf(body),
    forcedTool: forcedOf(body['toolConfig']),
    json: isJson ? schemaOf(config['responseSchema'] ?? config['responseJsonSchema']) : undefined,
    maxTokens: asNumber(config['maxOutputTokens']),
    inputChars: JSON.stringify([body['systemInstruction'] ?? '', contents]).length,
  };
}

export const isGeminiStream = (path: string): boolean => path.endsWith(':streamGenerateContent');

const callPart = ({ id, name, arguments: args }: Plan['toolCalls'][number]): object => ({
  functionCall: { id, name, args: JSON.parse(args) as object },
});

function answerOf(plan: Plan, parts: readonly object[], isLast: boolean): object {
  const { usage, finish } = plan;
  const candidate = {
    ...(parts.length > 0 ? { content: { parts, role: 'model' } } : {}),
    ...(isLast ? { finishReason: FINISH[finish] } : {}),
    index: 0,
    ...(finish === 'filter'
      ? { safetyRatings: [{ category: 'HARM_CATEGORY_DANGEROUS_CONTENT', probability: 'HIGH', blocked: true }] }
      : {}),
  };
  return {
    candidates: [candidate],
    ...(isLast && usage !== undefined
      ? {
          usageMetadata: {
            promptTokenCount: usage.input,
            candidatesTokenCount: usage.output,
            totalTokenCount: usage.input + usage.output,
          },
        }
      : {}),
    modelVersion: plan.model,
    responseId: plan.seed.slice(0, 22),
  };
}

export function geminiJson(plan: Plan): object {
  const parts = plan.toolCalls.length > 0 ? plan.toolCalls.map(callPart) : plan.text === '' ? [] : [{ text: plan.text }];
  return answerOf(plan, parts, true);
}

/** Each event is an answer with the next piece; the last one also says how it ended. */
export function geminiEvents(plan: Plan): SseEvent[] {
  const parts = plan.toolCalls.length > 0 ? plan.toolCalls.map(callPart) : pieces(plan.text).map((text) => ({ text }));
  if (parts.length === 0) return [{ data: answerOf(plan, [], true) }];
  return parts.map((part, index) => ({ data: answerOf(plan, [part], index === parts.length - 1) }));
}

const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};

export const geminiError = (status: number): object => ({
  error: { code: status, message: 'The scripted answer is an error.', status: STATUSES[status] ?? 'INTERNAL' },
});
