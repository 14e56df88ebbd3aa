// Gemini's embeddings: POST …/models/MODEL:embedContent and :batchEmbedContents, and :predict of embedding models at Vertex AI.
import type { Usage } from '#contract';
import { type AnswerReader, counts, errorOf, NOTHING } from './answer.ts';
import { either, geminiContent, listed, modelIn } from './gemini-request.ts';
import { asCount, asList, asText, dig, get } from './json.ts';
import type { Draft } from './message.ts';
import { buildRequest } from './request.ts';
import type { LlmRequest } from './types.ts';

export function readGeminiEmbeddings(body: unknown, provider: string, path: string): LlmRequest | undefined {
  const contents = [get(body, 'content'), ...asList(get(body, 'requests')).map((one) => get(one, 'content'))];
  const texts = asList(get(body, 'instances')).flatMap((one) => asText(get(one, 'content')) ?? []);
  const drafts = [...contents.map((content) => listed(get(content, 'parts'))), texts].filter((parts) => parts.length > 0).map(draft);
  if (drafts.length === 0) return undefined;
  const first = get(body, 'parameters') ?? asList(get(body, 'requests'))[0] ?? body;
  return buildRequest(body, provider, {
    dialect: 'gemini.embeddings',
    model: modelIn(path) ?? asText(get(body, 'model')),
    drafts,
    auxiliary: 'embedding',
    parameters: {
      dimensions: either(first, 'outputDimensionality', 'output_dimensionality'),
      input_type: either(first, 'taskType', 'task_type'),
    },
  });
}

const draft = (parts: readonly unknown[]): Draft => ({ role: 'user', content: geminiContent(parts), toolCalls: [] });

/** Nobody keeps the vectors; the answers do not name the model that ran. */
export const geminiEmbeddingAnswers: AnswerReader = {
  fromBody: (body) => ({ drafts: [], usage: usageOf(body), error: errorOf(body), closed: true }),
  fromEvents: () => NOTHING,
};

/** Gemini states the tokens of a call, where it does; Vertex AI those of each text. */
function usageOf(body: unknown): Usage | undefined {
  const stated = either(either(body, 'usageMetadata', 'usage_metadata'), 'promptTokenCount', 'prompt_token_count');
  const each = asList(get(body, 'predictions')).flatMap((one) => asCount(dig(one, 'embeddings.statistics.token_count')) ?? []);
  return counts({
    inputTokens: asCount(stated) ?? (each.length === 0 ? undefined : each.reduce((sum, one) => sum + one, 0)),
    outputTokens: undefined,
    cacheReadTokens: undefined,
    cacheWriteTokens: undefined,
    reasoningTokens: undefined,
  });
}
