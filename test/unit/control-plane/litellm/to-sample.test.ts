import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileManifests, judgedRunOf, judgeRun, parseSample, placeOfSample, pseudonym } from '#contract';
import { readEvent } from '../../../../control-plane/src/litellm/event.ts';
import { sampleOf } from '../../../../control-plane/src/litellm/to-sample.ts';
import { failure, KEYS, START, success, surroundings, toSample, type Fields } from './fixtures.ts';

const LOCAL_UUID = '8c1d4f0e-2a3b-4c5d-8e9f-00112233aabb';
const withResponse = (fields: Fields): Fields => ({ ...(success()['response'] as Fields), ...fields });

describe('an event as a sample', () => {
  it('is a valid sample with what a gateway would have seen', () => {
    const sample = toSample(success({ response_cost: 0.002, metadata: { user_api_key_alias: 'shop' } }));
    expect(parseSample(structuredClone(sample))).toMatchObject({ ok: true, unknownFields: 0 });
    expect(sample).toMatchObject({
      id: 'request-1',
      startedAt: new Date(START * 1000 + 250).toISOString(),
      endedAt: new Date(START * 1000 + 1500).toISOString(),
      stages: { firstByteMs: 500, responseMs: 750 },
      correlationId: '0f3d2b1c-7a6e-4d5c-8b9a-0123456789ab',
      dialect: 'openai.chat',
      provider: 'openai',
      prompt: { text: 'When do swifts arrive?' },
      answer: { text: 'In early May.' },
      parameters: { temperature: 0.2 },
      usage: { inputTokens: 11, outputTokens: 5, costUsd: 0.002 },
      status: { outcome: 'ok', http: 200, finishReason: 'stop' },
      call: { kind: 'turn', responseId: 'chatcmpl-abc' },
      gateway: { kind: 'litellm', route: '/v1/chat/completions', service: 'deployment-1', consumer: 'shop' },
      composition: { instructions: [{ role: 'system' }], attempts: [{ model: 'openai/small-model', status: 200 }] },
    });
    expect(sample.history?.messages).toHaveLength(1);
    expect(sample.history?.answer).toMatch(/^a/);
  });

  it('keeps nothing of static tables, budgets, addresses, error messages and metadata', () => {
    const canary = 'canary-5171';
    const everywhere = failure({
      model_map_information: { model_map_value: { note: canary } },
      error_str: canary,
      error_information: { error_class: 'APIError', error_code: '500', error_message: canary, traceback: canary },
      requester_ip_address: canary,
      user_agent: canary,
      request_tags: [canary],
      cache_key: canary,
      api_base: `http://${canary}`,
      response_cost_failure_debug_info: { canary },
      metadata: {
        user_api_key_user_email: canary,
        requester_ip_address: canary,
        spend_logs_metadata: { canary },
        requester_metadata: { note: canary, tags: [canary], headers: { 'x-other': canary } },
      },
    });
    expect(JSON.stringify(toSample(everywhere))).not.toContain(canary);
  });

  it('redacts patterns in every field that is kept, before it is a sample', () => {
    const address = 'eva.nowak@example.org';
    const sample = toSample(
      success({
        litellm_call_id: `call of ${address}`,
        model_group: address,
        model: `openai/${address}`,
        model_id: address,
        custom_llm_provider: address,
        session_id: address,
        messages: [{ role: 'user', content: `I am ${address}` }],
        response: withResponse({ id: address, model: address, choices: [{ message: { role: 'assistant', content: `Hello ${address}` } }] }),
        model_parameters: { user: address, stop: [address] },
        guardrail_information: [{ guardrail_name: address, guardrail_status: 'success' }],
        metadata: {
          user_api_key_alias: address,
          user_api_key_request_route: `/v1/${address}`,
          requester_metadata: { headers: { 'x-clew-variant': address, 'x-litellm-session-id': address } },
        },
      }),
    );
    expect(JSON.stringify(sample)).not.toContain(address);
    expect(sample.prompt?.text).toBe('I am [EMAIL_ADDRESS]');
    expect(sample.redaction?.counts).toMatchObject({ EMAIL_ADDRESS: 2 });
  });

  it('reads each API by its dialect', () => {
    const responses = toSample(
      success({
        call_type: 'aresponses',
        messages: [{ role: 'user', content: 'What is loess?' }],
        model_parameters: { instructions: 'Be kind', previous_response_id: 'resp_1' },
        response: {
          id: 'resp_2',
          object: 'response',
          model: 'helper',
          status: 'completed',
          output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Wind-blown silt.' }] }],
        },
      }),
    );
    expect(responses).toMatchObject({
      dialect: 'openai.responses',
      prompt: { text: 'What is loess?' },
      answer: { text: 'Wind-blown silt.' },
      call: { responseId: 'resp_2', previousResponseId: 'resp_1' },
    });
    const messages = toSample(
      success({ call_type: 'anthropic_messages', model_parameters: { instructions: 'Be brief', max_output_tokens: 9 } }),
    );
    expect(messages).toMatchObject({ dialect: 'anthropic.messages', answer: { text: 'In early May.' } });
    expect(messages.composition?.instructions).toHaveLength(2);
    const text = toSample(
      success({ call_type: 'atext_completion', response: { id: 'c', choices: [{ text: 'a hen', finish_reason: 'stop' }] } }),
    );
    expect(text).toMatchObject({ dialect: 'openai.completions', answer: { text: 'a hen' } });
    const vectors = toSample(
      success({ call_type: 'aembedding', response: { object: 'list', model: 'helper', data: [{ embedding: [1, 2] }] } }),
    );
    expect(vectors).toMatchObject({ dialect: 'openai.embeddings', call: { kind: 'auxiliary', auxiliary: 'embedding' } });
    expect(vectors.prompt).toBeUndefined();
    const image = toSample(success({ call_type: 'aimage_generation', response: { data: [{ b64_json: 'AAAA' }] } }));
    expect(image).toMatchObject({ dialect: 'unknown', call: { kind: 'auxiliary', auxiliary: 'other' } });
    expect(image).not.toHaveProperty('prompt');
  });

  it('recovers the provider’s id of a response from LiteLLM’s own', () => {
    const own = `resp_${Buffer.from('litellm:custom_llm_provider:openai;model_id:d;response_id:resp_77').toString('base64')}`;
    expect(toSample(success({ response: withResponse({ id: own }) })).call?.responseId).toBe('resp_77');
  });

  it('reads tools, tool calls and their results', () => {
    const tools = [{ type: 'function', function: { name: 'tide_table', parameters: { type: 'object' } } }];
    const call = { id: 'call_9', type: 'function', function: { name: 'tide_table', arguments: '{}' } };
    const asked = toSample(
      success({
        model_parameters: { tools },
        response: withResponse({
          choices: [{ finish_reason: 'tool_calls', message: { role: 'assistant', content: null, tool_calls: [call] } }],
        }),
      }),
    );
    const answered = toSample(
      success({
        messages: [
          { role: 'user', content: 'Tide?' },
          { role: 'assistant', content: null, tool_calls: [call] },
          { role: 'tool', tool_call_id: 'call_9', content: 'low' },
        ],
      }),
    );
    expect(asked.composition?.tools).toMatchObject([{ name: 'tide_table' }]);
    expect(answered.call).toMatchObject({ kind: 'step', toolResults: asked.call?.toolCalls });
  });

  it('keeps no text where message logging was turned off', () => {
    const sample = toSample(
      success({ messages: [{ role: 'user', content: 'redacted-by-litellm' }], response: { text: 'redacted-by-litellm' } }),
    );
    expect(sample).not.toHaveProperty('prompt');
    expect(sample).not.toHaveProperty('answer');
    expect(sample.status).toMatchObject({ outcome: 'ok' });
  });

  it('tells how a call ended', () => {
    expect(toSample(failure())).toMatchObject({
      status: { outcome: 'error', http: 500 },
      error: { type: 'InternalServerError', code: 'boom', stage: 'routing' },
      composition: { attempts: [{ model: 'openai/broken-model', status: 500, reason: 'InternalServerError (boom)' }] },
    });
    const blocked = failure({
      status_fields: { guardrail_status: 'guardrail_intervened' },
      error_information: { error_class: 'GuardrailRaisedException', error_code: '400', normalized_error: '400_CONTENT_POLICY_VIOLATION' },
      guardrail_information: [
        { guardrail_name: 'limits', guardrail_status: 'guardrail_intervened', duration: 0.004, start_time: START - 1 },
      ],
    });
    expect(toSample(blocked)).toMatchObject({
      status: { outcome: 'blocked', http: 400 },
      error: { stage: 'guardrail' },
      guardrails: [{ name: 'limits', verdict: 'block', stage: 'request', durationMs: 4 }],
    });
    const gone = failure({ error_information: { error_class: 'ClientDisconnected', error_code: '499' } });
    expect(toSample(gone).status).toMatchObject({ outcome: 'aborted' });
    expect(toSample(failure({ error_information: { error_class: 'Call 555-0100 now', error_code: 'x y' } })).error).toEqual({
      type: 'unknown_error',
      stage: 'routing',
    });
  });

  it('believes its own guardrail before LiteLLM’s word for it', () => {
    const judged = success({ guardrail_information: [{ guardrail_name: 'g', guardrail_status: 'success', guardrail_response: 'mask' }] });
    expect(toSample(judged).guardrails).toMatchObject([{ verdict: 'mask' }]);
    expect(toSample(judged, { verdict: () => 'pass' }).guardrails).toMatchObject([{ verdict: 'pass' }]);
    const counted = success({
      guardrail_information: [{ guardrail_name: 'g', guardrail_status: 'success', masked_entity_count: { EMAIL: 1 } }],
    });
    expect(toSample(counted, { verdict: () => 'pass' }).guardrails).toMatchObject([{ verdict: 'mask' }]);
  });

  it('says what the provider read, where its guardrail kept values from it', () => {
    const readings = (['stand_ins', 'nothing_found', undefined] as const).map((read) => toSample(success(), { reading: () => read }));
    expect(readings.map((made) => made.composition?.upstream)).toEqual([{ read: 'stand_ins' }, { read: 'nothing_found' }, undefined]);
  });

  it('continues the caller’s trace, and no other', () => {
    const from = (traceparent: string) =>
      toSample(success({ metadata: { requester_metadata: { headers: { Traceparent: traceparent } } } })).trace;
    const id = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect(from(`00-${id}-00f067aa0ba902b7-01`)).toMatchObject({
      traceId: id,
      parentSpanId: '00f067aa0ba902b7',
      sampled: true,
      source: 'traceparent',
    });
    expect(from(`01-${id}-00f067aa0ba902b7-00-more`)).toMatchObject({ sampled: false });
    for (const bad of [`ff-${id}-00f067aa0ba902b7-01`, `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `00-${id}-00f067aa0ba902b7-01-x`, 'x']) {
      expect(from(bad), bad).toBeUndefined();
    }
  });
});

describe('the composition of an event', () => {
  const headers = {
    'x-clew-variant': 'arm-b',
    'x-clew-context': JSON.stringify({
      selected: [{ id: 'kb-1', score: 0.9, source: 'handbook' }],
      discarded: [{ id: 'kb-2', source: 'mail of eva.nowak@example.org' }],
    }),
  };
  const from = (metadata: Fields, around: Parameters<typeof toSample>[1] = {}) => toSample(success({ metadata }), around);

  it('holds what the application declares: variant, and documents selected and discarded, ids as commitments', () => {
    const { composition } = from({ requester_custom_headers: headers });
    expect(composition).toMatchObject({
      variant: 'arm-b',
      retrieval: { selected: [{ salted: true, score: 0.9, source: 'handbook' }], discarded: [{ salted: true }] },
    });
    expect(JSON.stringify(composition)).not.toMatch(/kb-1|eva\.nowak/);
  });

  it('has one digest for one deployment behind one name, and another for another', () => {
    const routing = (fields: Fields) => toSample(success(fields)).composition?.routing?.digest;
    expect(routing({})).toMatch(/^[0-9a-f]{64}$/);
    expect(routing({ id: 'another-call' })).toBe(routing({}));
    expect(new Set([routing({}), routing({ model_id: 'deployment-2' }), routing({ model_group: 'other' })]).size).toBe(3);
    expect(toSample(success({ model_id: null })).composition).not.toHaveProperty('routing');
  });

  it('names the approved template, variables included, and so can match a manifest', () => {
    const manifests = compileManifests([
      {
        version: 1,
        name: 'lines',
        revision: '1',
        match: { services: ['deployment-1'] },
        instructions: [{ template: 'Answer in {{count}} line.', variables: { count: { type: 'enum', values: ['one', 'two'] } } }],
      },
    ]);
    const sample = from({}, { manifests });
    expect(sample.composition?.declared).toEqual({ set: manifests.digest, manifests: ['lines'] });
    expect(sample.composition?.instructions?.[0]?.template).toMatchObject({
      manifest: 'lines',
      variables: [{ name: 'count', salted: true }],
    });
    expect(parseSample(structuredClone(sample))).toMatchObject({ ok: true, unknownFields: 0 });
    expect(judgeRun(manifests, placeOfSample(sample), judgedRunOf(sample)).verdict).toBe('matched');
    const messages = [
      { role: 'system', content: 'Answer in three lines.' },
      { role: 'user', content: 'When?' },
    ];
    const other = toSample(success({ messages }), { manifests });
    expect(judgeRun(manifests, placeOfSample(other), judgedRunOf(other)).verdict).toBe('drifted');
  });
});

describe('the models of an event', () => {
  const model = (fields: Fields) => toSample(success(fields)).model;
  const stated = (name: string) => ({ response: withResponse({ model: name }) });

  it('are unknown where LiteLLM wrote the name itself', () => {
    for (const name of ['helper', 'small-model', 'openai/small-model']) {
      expect(model(stated(name)), name).toEqual({ requested: 'helper', evidence: 'unknown', fingerprint: 'fp_1' });
    }
  });

  it('are proven by the provider’s header, or by a name that LiteLLM did not write', () => {
    expect(model({ additional_headers: { 'llm_provider-openai-model': 'small-2026-01-01' } })).toMatchObject({
      executed: 'small-2026-01-01',
      evidence: 'response_header',
    });
    expect(model(stated('small-2026-01-01'))).toMatchObject({ executed: 'small-2026-01-01', evidence: 'response_body' });
    expect(model({ ...stated('small-2026-01-01'), stream: true })).toMatchObject({ evidence: 'stream_event' });
  });

  it('are unknown for answers from the cache and for failures', () => {
    expect(model({ cache_hit: true, additional_headers: { 'llm_provider-openai-model': 'x' } })).toMatchObject({ evidence: 'unknown' });
    expect(toSample(failure()).model).toEqual({ requested: 'wanted', evidence: 'unknown' });
  });

  it('are not guessed after a fallback: the event names the fallback, not what was asked for', () => {
    expect(model({ additional_headers: { 'x-litellm-attempted-fallbacks': 1 } })).not.toHaveProperty('requested');
  });
});

describe('the caller of an event', () => {
  const principal = (fields: Fields, policy = {}) => toSample(success(fields), { policy: { version: 1, ...policy } }).principal;
  const session = (fields: Fields) => toSample(success(fields)).session;

  it('is the end user under the pseudonym that a gateway gives, else the key, of whom nothing is inferred', () => {
    expect(principal({ model_parameters: { user: 'ann' } })).toEqual({
      id: pseudonym(KEYS.principal, 'ann'),
      source: 'body:user',
      trust: 'asserted',
    });
    expect(principal({ end_user: 'ann' })).toEqual({ id: pseudonym(KEYS.principal, 'ann'), source: 'body:user', trust: 'asserted' });
    expect(principal({})).toEqual({ id: pseudonym(KEYS.principal, 'key-hash-1'), source: 'consumer', trust: 'shared' });
    expect(principal({ metadata: { user_api_key_user_id: 'team-bot' } })).toMatchObject({
      id: pseudonym(KEYS.principal, 'team-bot'),
      trust: 'shared',
    });
  });

  it('is who the policy says, and authenticated only by a key', () => {
    const policy = { principal: { sources: [{ from: 'header:X-Member', trust: 'authenticated' }] } };
    const headers = { requester_metadata: { headers: { 'x-member': 'm-1' } } };
    expect(principal({ metadata: headers }, policy)).toMatchObject({ source: 'header:X-Member', trust: 'authenticated' });
    expect(principal({ metadata: { ...headers, user_api_key_hash: null } }, policy)).toMatchObject({ trust: 'asserted' });
    expect(principal({}, policy)).toBeUndefined();
  });

  it('is one person over the sessions of a coding agent', () => {
    const packed = 'user_abc123_account__session_0d3c1a2e-1111-4222-8333-444455556666';
    const ways: Fields[] = [
      { end_user: packed, metadata: { requester_metadata: { user_id: packed } } },
      { end_user: packed, model_parameters: { user: packed } },
    ];
    for (const way of ways) {
      expect(principal(way)).toMatchObject({ id: pseudonym(KEYS.principal, 'user_abc123_account_'), source: 'body:metadata.user_id' });
      expect(session(way)).toEqual({ id: '0d3c1a2e-1111-4222-8333-444455556666', source: 'body:metadata.user_id.session' });
    }
  });

  it('declares a session by header, metadata or body, and never by LiteLLM’s random id', () => {
    const header = (name: string) => ({ metadata: { requester_metadata: { headers: { [name]: 's-1' } } } });
    expect(session(header('x-litellm-session-id'))).toEqual({ id: 's-1', source: 'header:x-litellm-session-id' });
    expect(session(header('x-editor-session-id'))).toEqual({ id: 's-1', source: 'header:x-editor-session-id' });
    expect(session({ metadata: { requester_metadata: { session_id: 's-2' } } })).toEqual({ id: 's-2', source: 'body:metadata.session_id' });
    expect(session({ session_id: LOCAL_UUID })).toEqual({ id: LOCAL_UUID, source: 'body:litellm_session_id' });
    expect(session({ trace_id: 'kitchen-1' })).toEqual({ id: 'kitchen-1', source: 'body:litellm_session_id' });
    expect(session({ trace_id: LOCAL_UUID })).toBeUndefined();
  });
});

describe('whatever is sent', () => {
  it('is read without throwing, and makes a valid sample or a fault that repeats nothing', () => {
    const names = Object.keys(success());
    const junk = fc.dictionary(fc.constantFrom(...names, 'other'), fc.anything({ withNullPrototype: false }), { maxKeys: 8 });
    fc.assert(
      fc.property(junk, fc.boolean(), (fields, failed) => {
        const made = JSON.parse(JSON.stringify({ ...(failed ? failure() : success()), ...fields })) as unknown;
        const reading = readEvent(made);
        if (!reading.ok) {
          expect(reading.fault).toMatch(/^\/\w+: expected /);
          return;
        }
        const sample = sampleOf(reading.event, 'request-1', surroundings());
        expect(parseSample(JSON.parse(JSON.stringify(sample)))).toMatchObject({ ok: true });
      }),
      { numRuns: 300 },
    );
  });
});
