// Embeddings of Google and Cohere: calls that a client makes for itself, with what they cost and no word of what they embed.
import { describe, expect, it } from 'vitest';
import { answer, call, COHERE_EMBED, GEMINI_EMBED, request, VERTEX_EMBED } from './support.ts';
import { readRequest } from '#dialects';

const part = { parts: [{ text: 'a passage' }] };
const BATCH = '/v1beta/models/gemini-embedding-001:batchEmbedContents';

describe('embeddings of Google and Cohere', () => {
  it.each([
    [GEMINI_EMBED, { content: part, taskType: 'RETRIEVAL_QUERY', outputDimensionality: 8 }, 'gemini-embedding-001', 'gcp.gemini'],
    [
      BATCH,
      { requests: [{ content: part, taskType: 'RETRIEVAL_QUERY', outputDimensionality: 8 }, { content: part }] },
      'gemini-embedding-001',
      'gcp.gemini',
    ],
    [
      VERTEX_EMBED,
      {
        instances: [{ content: 'a passage', task_type: 'RETRIEVAL_QUERY' }],
        parameters: { outputDimensionality: 8, task_type: 'RETRIEVAL_QUERY' },
      },
      'text-embedding-005',
      'gcp.vertex_ai',
    ],
    [
      COHERE_EMBED,
      { model: 'embed-v4.0', texts: ['a passage'], input_type: 'RETRIEVAL_QUERY', output_dimension: 8 },
      'embed-v4.0',
      'cohere',
    ],
    [
      '/v1/embed',
      { model: 'embed-v4.0', texts: ['a passage', 'b'], input_type: 'RETRIEVAL_QUERY', output_dimension: 8 },
      'embed-v4.0',
      'cohere',
    ],
    [
      COHERE_EMBED,
      {
        model: 'embed-v4.0',
        inputs: [{ content: [{ type: 'text', text: 'a passage' }] }],
        input_type: 'RETRIEVAL_QUERY',
        output_dimension: 8,
      },
      'embed-v4.0',
      'cohere',
    ],
  ])('%s is read as auxiliary (%#)', (path, body, model, provider) => {
    expect(request(path, body)).toMatchObject({
      kind: 'auxiliary',
      auxiliary: 'embedding',
      prompt: undefined,
      modelRequested: model,
      provider,
      stream: false,
      parameters: { input_type: 'RETRIEVAL_QUERY', dimensions: 8 },
    });
  });

  it.each([
    [GEMINI_EMBED, { content: { parts: [] } }],
    [BATCH, { requests: [] }],
    [VERTEX_EMBED, { instances: [{ prompt: 'a picture of a fox' }] }],
    [COHERE_EMBED, { model: 'embed-v4.0' }],
  ])('%s without anything to embed is none (%#)', (path, body) => {
    expect(readRequest(call(path, body))).toEqual({ ok: false, reason: 'unknown_shape' });
  });

  it('lets other predictions of Vertex AI pass', () => {
    const path = '/v1/projects/p/locations/l/publishers/google/models/imagen-4.0:predict';
    expect(readRequest(call(path, { instances: [{ prompt: 'a fox' }] }))).toEqual({ ok: false, reason: 'not_llm_path' });
  });

  it.each([
    [GEMINI_EMBED, { embedding: { values: [0.123456] }, usageMetadata: { promptTokenCount: 7 } }],
    [
      VERTEX_EMBED,
      {
        predictions: [
          { embeddings: { values: [0.123456], statistics: { token_count: 4 } } },
          { embeddings: { values: [0.123456], statistics: { token_count: 3 } } },
        ],
      },
    ],
    [COHERE_EMBED, { id: 'e-1', embeddings: { float: [[0.123456]] }, texts: ['q'], meta: { billed_units: { input_tokens: 7 } } }],
  ])('%s: the answer says what it cost, and no vector', (path, body) => {
    const read = answer(path, body);
    expect(read).toMatchObject({ text: undefined, message: undefined, usage: { inputTokens: 7 }, incomplete: false, error: undefined });
    expect(JSON.stringify(read)).not.toContain('0.123456');
  });

  it('says nothing of a cost that nobody stated', () => {
    expect(answer(GEMINI_EMBED, { embedding: { values: [1] } }).usage).toBeUndefined();
    expect(answer(VERTEX_EMBED, { predictions: [{ embeddings: { values: [1] } }] }).usage).toBeUndefined();
  });
});
