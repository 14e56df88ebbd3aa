// Cohere's embeddings: POST …/v2/embed, and …/v1/embed, which older clients still call.
import { type AnswerReader, errorOf, NOTHING } from './answer.ts';
import { cohereUsage } from './cohere-answer.ts';
import { readContent } from './content.ts';
import { asList, asText, get } from './json.ts';
import { buildRequest } from './request.ts';
import type { LlmRequest } from './types.ts';

export function readCohereEmbeddings(body: unknown, provider: string): LlmRequest | undefined {
  const texts = asList(get(body, 'texts')).filter((text) => typeof text === 'string');
  const parts = asList(get(body, 'inputs')).flatMap((input) => asList(get(input, 'content')));
  // Pictures alone come as addresses; they are a call all the same.
  if (texts.length + parts.length + asList(get(body, 'images')).length === 0) return undefined;
  return buildRequest(body, provider, {
    dialect: 'cohere.embeddings',
    drafts: [{ role: 'user', content: readContent([...texts, ...parts]), toolCalls: [] }],
    auxiliary: 'embedding',
    parameters: {
      dimensions: get(body, 'output_dimension'),
      input_type: get(body, 'input_type'),
      encoding_format: get(body, 'embedding_types'),
    },
  });
}

/** Nobody keeps the vectors; the answers do not name the model that ran. */
export const cohereEmbeddingAnswers: AnswerReader = {
  fromBody: (body) => ({
    drafts: [],
    responseId: asText(get(body, 'id')),
    usage: cohereUsage(get(body, 'meta')),
    error: errorOf(body),
    closed: true,
  }),
  fromEvents: () => NOTHING,
};
