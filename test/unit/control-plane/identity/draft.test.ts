// A manifest drafted from a run approves that run, whatever protocol it spoke, and no run that differs from it.
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileManifests, declareTemplates, judgedRunOf, judgeRun, parseManifest, recordOf, type Manifest, type Sample } from '#contract';
import { commitTo, composition, instructionTexts, readAnswer, readRequest, type RawCall } from '#dialects';
import { draftManifest } from '../../../../control-plane/src/identity/index.ts';
import { answerTo } from '../../../../control-plane/src/identity/questions.ts';
import type { StoredRun } from '../../../../control-plane/src/identity/ports.ts';
import { followedBy } from '../../../../control-plane/src/litellm/attempts.ts';
import { failure, success, toSample } from '../litellm/fixtures.ts';

interface Call {
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly answer: string;
}

type Attempts = { model: string; status?: number; reason?: string }[];

const word = fc.stringMatching(/^[a-z]{1,8}$/);
const text = fc.oneof(
  word,
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).map((one) => `${one.trim()}.`),
);
const common = fc.record({ temperature: fc.double({ min: 0, max: 2, noNaN: true }), top_p: fc.constantFrom(0.1, 0.9, 1) });
const tools = fc.uniqueArray(word, { maxLength: 3 });
const schema = { type: 'object', properties: { limit: { type: 'integer', maximum: 2 ** 60 } }, required: ['limit'] };
const named = fc.constantFrom('m-1', 'm-1-2026-01-01', undefined);
const events = (...list: readonly unknown[]): string =>
  [...list.map((one) => `data: ${JSON.stringify(one)}\n\n`), 'data: [DONE]\n\n'].join('');

const chat = fc
  .record({ system: text, developer: text, tools, common, model: named, streamed: fc.boolean() })
  .map(({ system, developer, tools: names, common: parameters, model, streamed }): Call => ({
    path: '/v1/chat/completions',
    body: {
      model: 'm-1',
      stream: streamed,
      messages: [
        { role: 'system', content: system },
        { role: 'developer', content: developer },
        { role: 'user', content: '<context>A block.</context> When?' },
      ],
      tools: names.map((name) => ({ type: 'function', function: { name, description: 'Does it', parameters: schema } })),
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
      ...parameters,
    },
    answer: streamed
      ? events({ id: 'c', model, choices: [{ index: 0, delta: { content: 'Now.' }, finish_reason: 'stop' }] })
      : JSON.stringify({ id: 'c', model, choices: [{ index: 0, message: { role: 'assistant', content: 'Now.' }, finish_reason: 'stop' }] }),
  }));
const responses = fc.record({ system: text, common, model: named }).map(({ system, common: parameters, model }): Call => ({
  path: '/v1/responses',
  body: { model: 'm-1', instructions: system, input: 'When?', tools: [{ type: 'web_search' }], ...parameters },
  answer: JSON.stringify({
    id: 'r',
    object: 'response',
    status: 'completed',
    model,
    output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Now.' }] }],
  }),
}));
const messages = fc.record({ system: text, common, model: named }).map(({ system, common: parameters, model }): Call => ({
  path: '/v1/messages',
  body: { model: 'm-1', max_tokens: 64, system, messages: [{ role: 'user', content: 'When?' }], ...parameters },
  answer: JSON.stringify({
    id: 'a',
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: 'Now.' }],
    stop_reason: 'end_turn',
  }),
}));
const attempts: fc.Arbitrary<Attempts | undefined> = fc.constantFrom(
  undefined,
  [
    { model: 'm-1', status: 503, reason: 'http_503' },
    { model: 'm-1', status: 200 },
  ],
  [
    { model: 'm-1', status: 503 },
    { model: 'other', reason: 'no_answer' },
    { model: 'm-1-2026-01-01', status: 200 },
  ],
);

function read({ path, body, answer }: Call) {
  const call: RawCall = {
    method: 'POST',
    path,
    requestHeaders: {},
    requestBody: JSON.stringify(body),
    requestTruncated: false,
    status: 200,
    responseHeaders: answer.startsWith('data:') ? { 'content-type': 'text/event-stream' } : {},
    responseBody: answer,
    responseTruncated: false,
  };
  const reading = readRequest(call);
  if (!reading.ok) throw new Error(reading.reason);
  return { request: reading.request, answer: readAnswer(call, reading.request) };
}

/** As a gateway that knows the manifests makes it. */
function sampleOf(call: Call, tried: Attempts | undefined, manifests: readonly Manifest[] = []) {
  const { request, answer } = read(call);
  const parts = composition(request, answer, { randomBytes });
  const set = compileManifests(manifests);
  const declared = declareTemplates(parts, instructionTexts(request), set, {}, (one) => commitTo(one, randomBytes));
  return {
    texts: instructionTexts(request),
    set,
    sample: {
      dialect: request.dialect,
      model: { ...answer.model, requested: 'm-1' },
      parameters: { ...request.parameters },
      composition: { ...declared, ...(tried ? { attempts: tried } : {}) },
    },
  };
}

describe('a manifest drafted from a run', () => {
  it('matches that run in every protocol, streamed or not, with attempts and fallbacks, and not another prompt', () => {
    fc.assert(
      fc.property(fc.oneof(chat, responses, messages), attempts, (call, tried) => {
        const first = sampleOf(call, tried);
        const instructions = first.texts.map((one, index) => ({
          role: first.sample.composition.instructions?.[index]?.role,
          text: `${one}\n`,
        }));
        const manifest = draftManifest(recordOf(first.sample).record, { name: 'drafted', revision: '1', instructions });
        expect(parseManifest(manifest).ok).toBe(true);
        const { sample, set } = sampleOf(call, tried, [manifest]);
        expect(judgeRun(set, {}, judgedRunOf(sample)).differences).toEqual([]);
        const changed = { ...manifest, instructions: instructions.map(({ text: one }) => ({ template: `${one.trim()} And lie.` })) };
        const other = sampleOf(call, tried, [changed]);
        expect(judgeRun(other.set, {}, judgedRunOf(other.sample)).verdict).toBe('drifted');
      }),
      { numRuns: 150 },
    );
  });

  it('matches a call through LiteLLM, whose answers bear the alias: the model stays unknown, and is never said to be the authorised one', () => {
    const proven = { additional_headers: { 'llm_provider-openai-model': 'small-2026-01-01' } };
    // LiteLLM writes the name over the answer that the client asked for, which the event of the fallback does not know.
    const { response } = success();
    const afterFallback = success({ model_group: 'spare', response: { ...(response as object), model: 'wanted' } });
    const fellBack = followedBy(toSample(failure()), toSample(afterFallback)) ?? expect.fail('one event');
    for (const [sample, isShown] of [
      [toSample(success()), false],
      [toSample(success(proven)), true],
      [fellBack, false],
    ] as const) {
      const manifest = draftManifest(recordOf(sample).record, { name: 'drafted', revision: '1' });
      expect(parseManifest(manifest).ok).toBe(true);
      const judgement = judgeRun(compileManifests([manifest]), {}, judgedRunOf(sample));
      expect(judgement.differences).toEqual([]);
      expect(answerTo('model', stored(sample, judgement)).answer).toBe(isShown ? 'yes' : 'unknown');
      // Whoever wants proof says nothing, and then such a run drifts.
      const strict = {
        ...manifest,
        models: (manifest.models ?? []).map(({ requested, executed }) => ({ requested, ...(executed && { executed }) })),
      };
      delete strict.fallbacks;
      expect(judgeRun(compileManifests([strict]), {}, judgedRunOf(sample)).verdict).toBe(isShown ? 'matched' : 'drifted');
    }
  });
});

function stored(sample: Sample, judgement: StoredRun['judgement']): StoredRun {
  const at = { id: '0'.repeat(32), requestId: 'r', threadId: null, traceId: null, atMs: 0, signed: null, logIndex: null };
  return { ...recordOf(sample), ...at, judgement };
}
