import { describe, expect, it } from 'vitest';
import { answer, DONE, request, stream } from './support.ts';

describe('completions', () => {
  it('reads prompts and answers', () => {
    expect(request('/v1/completions', { model: 'm', prompt: 'Once upon', max_tokens: 5 })).toMatchObject({
      dialect: 'openai.completions',
      prompt: 'Once upon',
      kind: 'turn',
      parameters: { max_tokens: 5 },
    });
    expect(request('/v1/completions', { prompt: ['a', 'b'] }).prompt).toBe('a\nb');
    expect(request('/v1/completions', { prompt: [1, 2, 3] })).toMatchObject({ prompt: undefined, messages: [] });
    const body = {
      id: 'cmpl-1',
      model: 'ran',
      choices: [{ index: 0, text: ' a time', finish_reason: 'length' }],
      usage: { prompt_tokens: 2, completion_tokens: 2 },
    };
    expect(answer('/v1/completions', body)).toMatchObject({
      text: ' a time',
      finishReason: 'length',
      usage: { inputTokens: 2, outputTokens: 2 },
    });
  });

  it('reads a stream', () => {
    const events = [
      { model: 'ran', choices: [{ index: 0, text: ' a', finish_reason: null }] },
      { model: 'ran', choices: [{ index: 0, text: ' time', finish_reason: 'stop' }] },
    ];
    expect(answer('/v1/completions', stream(events, false, DONE))).toMatchObject({
      text: ' a time',
      finishReason: 'stop',
      incomplete: false,
    });
  });
});

describe('embeddings', () => {
  it.each([['text'], [['a', 'b']], [[1, 2]], [[[1], [2]]]])('reads %j as auxiliary', (input) => {
    expect(request('/openai/v1/embeddings', { model: 'm', input })).toMatchObject({
      dialect: 'openai.embeddings',
      kind: 'auxiliary',
      auxiliary: 'embedding',
      prompt: undefined,
    });
  });

  it('keeps model and usage of the answer and no vector', () => {
    const read = answer('/v1/embeddings', {
      object: 'list',
      model: 'ran',
      data: [{ embedding: [0.123456, 2] }],
      usage: { prompt_tokens: 4, total_tokens: 4 },
    });
    expect(read).toMatchObject({
      text: undefined,
      message: undefined,
      model: { executed: 'ran' },
      usage: { inputTokens: 4 },
      incomplete: false,
    });
    expect(JSON.stringify(read)).not.toContain('0.123456');
  });
});
