// Embeddings in the forms of Gemini, Vertex AI and Cohere; OpenAI's stand in a file of their own.
import { asArray, asNumber, asText, contentText, isObject, type Json, type JsonObject } from './ask.ts';
import { geminiText } from './gemini.ts';
import { embed } from './openai-embeddings.ts';

const DIMENSIONS = 768;
const tokensOf = (texts: readonly string[]): number => Math.ceil(texts.join('').length / 4);
const valuesOf = (text: string, dimensions: Json | undefined): number[] => [...embed(text, asNumber(dimensions) ?? DIMENSIONS)];

/** :embedContent answers with one, :batchEmbedContents with a list. */
export function geminiEmbeddings(body: JsonObject): object {
  const requests = asArray(body['requests']).filter(isObject);
  const one = (request: JsonObject): object => ({ values: valuesOf(geminiText(request['content']), request['outputDimensionality']) });
  return requests.length > 0 ? { embeddings: requests.map(one) } : { embedding: one(body) };
}

export function vertexEmbeddings(body: JsonObject): object {
  const texts = asArray(body['instances']).map((instance) => (isObject(instance) ? asText(instance['content']) : ''));
  const parameters = isObject(body['parameters']) ? body['parameters'] : {};
  return {
    predictions: texts.map((text) => ({
      embeddings: {
        values: valuesOf(text, parameters['outputDimensionality']),
        statistics: { truncated: false, token_count: tokensOf([text]) },
      },
    })),
  };
}

export function cohereEmbeddings(body: JsonObject): object {
  const inputs = asArray(body['inputs']).map((input) => (isObject(input) ? contentText(input['content']) : ''));
  const texts = [...asArray(body['texts']).map(asText), ...inputs];
  return {
    id: `emb-${tokensOf(texts)}`,
    texts,
    embeddings: { float: texts.map((text) => valuesOf(text, body['output_dimension'])) },
    meta: { api_version: { version: '2' }, billed_units: { input_tokens: tokensOf(texts) } },
    response_type: 'embeddings_by_type',
  };
}
