// One stored request in the words of OpenTelemetry's GenAI conventions. test/unit/control-plane/export holds every name and type
// to the published lists.
import type { RequestView } from '../threads/index.ts';
import type { Conventions, DestinationView } from './destination.ts';
import type { RequestFacts, RunFacts } from './facts.ts';
import type { Loose } from './span.ts';

export const SCHEMA_URLS: Readonly<Record<Conventions, string>> = {
  '1.41': 'https://opentelemetry.io/schemas/1.41.0',
  latest: 'https://opentelemetry.io/schemas/gen-ai/1.42.0',
};

const OPERATIONS: Readonly<Record<string, string>> = {
  'openai.completions': 'text_completion',
  'openai.embeddings': 'embeddings',
  'gemini.generate_content': 'generate_content',
  'gemini.embeddings': 'embeddings',
  'cohere.embeddings': 'embeddings',
};

const PROVIDERS: Readonly<Record<string, string>> = {
  'anthropic.messages': 'anthropic',
  'gemini.generate_content': 'gcp.gemini',
  'gemini.embeddings': 'gcp.gemini',
  'cohere.chat': 'cohere',
  'cohere.embeddings': 'cohere',
  unknown: 'unknown',
};

const API_TYPES: Readonly<Record<string, string>> = { 'openai.chat': 'chat_completions', 'openai.responses': 'responses' };

type Parameters = RunFacts['record']['parameters'];

export const operationOf = (request: RequestView): string => OPERATIONS[request.dialect] ?? 'chat';

/** Class of the error that the request ended with; undefined where it did not. */
export function errorTypeOf({ error, status }: RequestView): string | undefined {
  return error?.type ?? (status?.outcome === 'error' ? '_OTHER' : undefined);
}

export function genAiAttributes(facts: RequestFacts, view: Pick<DestinationView, 'conventions' | 'content'>): Loose {
  const { request, run } = facts;
  const isLatest = view.conventions === 'latest';
  const { model, call } = request;
  const provider = request.provider ?? PROVIDERS[request.dialect] ?? 'openai';
  const firstByteMs = request.stages?.firstByteMs;
  return {
    'gen_ai.operation.name': operationOf(request),
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': model?.requested,
    'gen_ai.request.stream': request.stream === true ? true : undefined,
    'gen_ai.response.model': model?.executed,
    'gen_ai.response.id': call?.responseId,
    'gen_ai.response.finish_reasons': finishReasons(request, isLatest),
    'gen_ai.response.time_to_first_chunk': request.stream !== true || firstByteMs === undefined ? undefined : firstByteMs / 1000,
    ...usageAttributes(request, isLatest),
    // Never the thread: the conventions forbid ids that nobody declared.
    'gen_ai.conversation.id': request.declaredSession?.id,
    ...parameterAttributes(run?.record.parameters ?? {}, operationOf(request), isLatest),
    ...promptAttributes(run, isLatest),
    ...(provider === 'openai' ? openAiAttributes(request, run) : {}),
    ...(isLatest
      ? {
          'gen_ai.conversation.compacted': request.truncation?.kind === 'compacted' ? true : undefined,
          'gen_ai.request.previous_response.id': call?.previousResponseId,
        }
      : {}),
    ...(view.content === 'redacted' ? contentAttributes(request) : {}),
  };
}

/** The newest conventions want "error" where a reason was expected and none came. */
function finishReasons(request: RequestView, isLatest: boolean): readonly string[] | undefined {
  const { status } = request;
  if (operationOf(request) === 'embeddings') return undefined;
  if (status?.finishReason !== undefined) return [status.finishReason];
  return isLatest && (status?.outcome === 'error' || status?.outcome === 'aborted') ? ['error'] : undefined;
}

/** Input tokens count cached ones too; Anthropic states the three apart. */
function usageAttributes({ usage, dialect }: RequestView, isLatest: boolean): Loose {
  if (!usage) return {};
  const { inputTokens, cacheReadTokens: read, cacheWriteTokens: written } = usage;
  const apart = dialect === 'anthropic.messages' ? (read ?? 0) + (written ?? 0) : 0;
  return {
    'gen_ai.usage.input_tokens': inputTokens === undefined ? undefined : inputTokens + apart,
    'gen_ai.usage.output_tokens': usage.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': read,
    [isLatest ? 'gen_ai.usage.cache_write.input_tokens' : 'gen_ai.usage.cache_creation.input_tokens']: written,
    'gen_ai.usage.reasoning.output_tokens': usage.reasoningTokens,
  };
}

function parameterAttributes(parameters: Parameters, operation: string, isLatest: boolean): Loose {
  const number = (...names: readonly string[]): number | undefined => {
    const values = names.map((name) => parameters[name]);
    return values.find((value): value is number => typeof value === 'number');
  };
  const integer = (...names: readonly string[]): number | undefined => {
    const value = number(...names);
    return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
  };
  const text = (...names: readonly string[]): string | undefined => {
    const values = names.map((name) => parameters[name]);
    return values.find((value): value is string => typeof value === 'string');
  };
  if (operation === 'embeddings') {
    const format = text('encoding_format');
    return {
      'gen_ai.embeddings.dimension.count': integer('dimensions'),
      'gen_ai.request.encoding_formats': format === undefined ? undefined : [format],
    };
  }
  const choices = integer('n');
  const stop = parameters['stop'] ?? parameters['stop_sequences'];
  return {
    'gen_ai.request.temperature': number('temperature'),
    'gen_ai.request.top_p': number('top_p'),
    'gen_ai.request.top_k': isLatest ? integer('top_k') : number('top_k'),
    'gen_ai.request.frequency_penalty': number('frequency_penalty'),
    'gen_ai.request.presence_penalty': number('presence_penalty'),
    'gen_ai.request.max_tokens': integer('max_completion_tokens', 'max_output_tokens', 'max_tokens', 'num_predict'),
    'gen_ai.request.seed': integer('seed'),
    'gen_ai.request.choice.count': choices === 1 ? undefined : choices,
    'gen_ai.request.stop_sequences': typeof stop === 'string' ? [stop] : Array.isArray(stop) ? (stop as string[]) : undefined,
    ...(isLatest ? { 'gen_ai.request.reasoning.level': text('reasoning_effort', 'reasoning.effort', 'output_config.effort') } : {}),
  };
}

/** A declared template is a named prompt: its manifest names it and says which revision. */
function promptAttributes(run: RunFacts | undefined, isLatest: boolean): Loose {
  const name = run?.record.composition.instructions?.find(({ template }) => template?.manifest !== undefined)?.template?.manifest;
  if (name === undefined) return {};
  const manifest = run?.judgement.manifest;
  return {
    'gen_ai.prompt.name': name,
    ...(isLatest && manifest?.name === name ? { 'gen_ai.prompt.version': manifest.revision } : {}),
  };
}

function openAiAttributes({ dialect }: RequestView, run: RunFacts | undefined): Loose {
  const tier = run?.record.parameters['service_tier'];
  return {
    'openai.api.type': API_TYPES[dialect],
    'openai.request.service_tier': typeof tier === 'string' && tier !== 'auto' ? tier : undefined,
    'openai.response.system_fingerprint': run?.record.model.fingerprint,
  };
}

/** The newest message and the answer: earlier messages are never stored. As JSON text, which spans may carry. */
function contentAttributes({ prompt, answer, status }: RequestView): Loose {
  const part = (content: string): readonly object[] => [{ type: 'text', content }];
  return {
    'gen_ai.input.messages': prompt === null ? undefined : JSON.stringify([{ role: 'user', parts: part(prompt) }]),
    'gen_ai.output.messages':
      answer === null
        ? undefined
        : JSON.stringify([{ role: 'assistant', parts: part(answer), finish_reason: status?.finishReason ?? 'error' }]),
  };
}
