import { asArray, asNumber, asText, type Ask, type JsonObject } from './ask.ts';
import { pieces, type Plan } from './plan.ts';
import type { SseEvent } from './sse.ts';

export function readCompletion(body: JsonObject): Ask {
  const prompt = typeof body['prompt'] === 'string' ? body['prompt'] : asArray(body['prompt']).map(asText).join('\n');
  return {
    model: asText(body['model']),
    isStream: body['stream'] === true,
    prompt,
    earlier: [],
    toolResults: [],
    tools: [],
    forcedTool: undefined,
    json: undefined,
    maxTokens: asNumber(body['max_tokens']),
    inputChars: prompt.length,
  };
}

const FINISH = { stop: 'stop', length: 'length', tool: 'stop', filter: 'content_filter' } as const;

const baseOf = (plan: Plan): object => ({
  id: `cmpl-${plan.seed.slice(0, 29)}`,
  object: 'text_completion',
  created: plan.createdSeconds,
  model: plan.model,
});

const usageOf = ({ usage }: Plan): object | undefined =>
  usage && { prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: usage.input + usage.output };

export function completionJson(plan: Plan): object {
  const choice = { index: 0, text: plan.text, logprobs: null, finish_reason: FINISH[plan.finish] };
  return { ...baseOf(plan), choices: [choice], usage: usageOf(plan) };
}

export function completionEvents(plan: Plan): SseEvent[] {
  const chunk = (text: string, finish: string | null): SseEvent => ({
    data: { ...baseOf(plan), choices: [{ index: 0, text, logprobs: null, finish_reason: finish }] },
  });
  return [...pieces(plan.text).map((piece) => chunk(piece, null)), chunk('', FINISH[plan.finish]), { data: '[DONE]' }];
}
