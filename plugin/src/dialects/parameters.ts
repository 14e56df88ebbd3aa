// Sampling parameters: a written list, because any other field may hold what a person wrote.
import { asList, asToken, dig, get, isRecord } from './json.ts';

type Parameter = number | boolean | string | string[];

/** Top-level fields that are sampling parameters. */
export const PARAMETER_NAMES: readonly string[] = [
  ...['temperature', 'top_p', 'top_k', 'min_p', 'top_a', 'typical_p', 'seed', 'n', 'best_of', 'stop', 'stop_sequences'],
  ...['max_tokens', 'max_completion_tokens', 'max_output_tokens', 'max_tool_calls', 'min_tokens', 'num_ctx', 'num_predict'],
  ...['frequency_penalty', 'presence_penalty', 'repetition_penalty', 'length_penalty', 'repeat_penalty'],
  ...['logprobs', 'top_logprobs', 'echo', 'store', 'background', 'truncation', 'service_tier', 'verbosity', 'modalities'],
  ...['parallel_tool_calls', 'tool_choice', 'function_call', 'reasoning_effort', 'dimensions', 'encoding_format', 'input_type'],
  ...['speed', 'inference_geo', 'anthropic_version'],
];

/** Nested fields that are parameters in the same sense, by dotted path. */
const PATHS = [
  ...['reasoning.effort', 'reasoning.summary', 'text.verbosity', 'thinking.type', 'thinking.budget_tokens', 'output_config.effort'],
  ...['tool_choice.type', 'tool_choice.name', 'tool_choice.function.name', 'tool_choice.disable_parallel_tool_use'],
  'stream_options.include_usage',
];

const MAX_TEXT = 512;
const MAX_ITEM = 256;
const MAX_ITEMS = 16;

export function readParameters(body: unknown): Record<string, Parameter> {
  const found: Record<string, Parameter> = {};
  for (const path of [...PARAMETER_NAMES, ...PATHS]) {
    const value = parameter(path.includes('.') ? dig(body, path) : get(body, path));
    if (value !== undefined) found[path] = value;
  }
  const safety = safetySettings(get(body, 'safety_settings') ?? get(body, 'safetySettings'));
  if (safety.length > 0) found['safety_settings'] = safety;
  return found;
}

/** Thresholds by category, as Gemini and gateways in front of it take them: "HARM_CATEGORY_HARASSMENT=BLOCK_NONE". */
function safetySettings(value: unknown): string[] {
  return asList(value)
    .slice(0, MAX_ITEMS)
    .flatMap((one) => {
      const [category, threshold] = [asToken(get(one, 'category')), asToken(get(one, 'threshold') ?? get(one, 'method'))];
      return category === undefined || threshold === undefined ? [] : [`${category}=${threshold}`.slice(0, MAX_ITEM)];
    });
}

function parameter(value: unknown): Parameter | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.length <= MAX_TEXT ? value.toWellFormed() : undefined;
  if (isRecord(value)) return undefined;
  const items = asList(value);
  if (items.length === 0 || items.length > MAX_ITEMS) return undefined;
  const texts = items.filter((item) => typeof item === 'string' && item.length <= MAX_ITEM) as string[];
  return texts.length === items.length ? texts.map((item) => item.toWellFormed()) : undefined;
}
