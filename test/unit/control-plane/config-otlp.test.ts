import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../../control-plane/src/config.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'clew-otlp-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };

const read = (env: Readonly<Record<string, string>>) => readConfig(env, folder).otlp;

function faults(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    readConfig(env, folder);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(({ key, expected }) => `${key}: ${expected}`);
    throw error;
  }
}

function file(text: string): Readonly<Record<string, string>> {
  writeFileSync(path.join(folder, 'otlp.yaml'), text);
  return { CLEW_OTLP_DESTINATIONS: 'otlp.yaml' };
}

describe("OpenTelemetry's own variables", () => {
  it('say where spans go and in which words', () => {
    expect(read({}).destinations).toEqual([]);
    expect(read({ ...ENDPOINT, OTEL_SERVICE_NAME: 'edge', OTEL_RESOURCE_ATTRIBUTES: 'team=ml,service.name=other' })).toEqual({
      destinations: [
        {
          view: { name: 'default', conventions: '1.41', content: 'none', stages: true, copy: {}, sampling: 'parent' },
          target: {
            url: 'http://collector:4318/v1/traces',
            headers: {},
            protocol: 'http/protobuf',
            compression: 'none',
            timeoutMs: 10_000,
          },
        },
      ],
      resource: { 'service.name': 'edge', team: 'ml' },
      queueLimit: 8_192,
    });
  });

  it('opt into the newest conventions, and into texts', () => {
    const env = {
      ...ENDPOINT,
      OTEL_SEMCONV_STABILITY_OPT_IN: 'http/dup, gen_ai_latest_experimental',
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'SPAN_ONLY',
      OTEL_TRACES_SAMPLER: 'always_on',
    };
    expect(read(env).destinations[0]?.view).toMatchObject({ conventions: 'latest', content: 'redacted', sampling: 'always' });
    // Texts on events alone: there are none.
    expect(read({ ...env, OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'event_only' }).destinations[0]?.view.content).toBe('none');
  });

  it('prefer what is said of traces', () => {
    const env = {
      ...ENDPOINT,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://other/otlp',
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=2%20x',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
    };
    expect(read(env).destinations[0]?.target).toEqual({
      url: 'https://other/otlp',
      headers: { b: '2 x' },
      protocol: 'http/json',
      compression: 'gzip',
      timeoutMs: 500,
    });
  });

  it('carry no header that ends a line', () => {
    for (const end of ['%0d%0aX-Other:%201', '%0a', '%00'])
      expect(faults({ ...ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: `a=b${end}` })[0], end).toMatch(/^OTEL_EXPORTER_OTLP_HEADERS: .*line ends$/);
  });

  it('can be turned off, and speak no gRPC', () => {
    expect(read({ ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }).destinations).toEqual([]);
    expect(faults({ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toEqual([
      'OTEL_EXPORTER_OTLP_PROTOCOL: one of http/protobuf, http/json',
    ]);
  });
});

describe('the file of destinations', () => {
  it('adds receivers with headers, words and contents of their own', () => {
    const env = file(`
destinations:
  - name: langfuse
    endpoint: https://langfuse.example.com/api/public/otel/
    headers: { Authorization: env:LANGFUSE, x-langfuse-ingestion-version: "4" }
    conventions: latest
    content: redacted
    stages: false
    copy: { langfuse.session.id: clew.thread.id }
  - { name: tempo, endpoint: "http://tempo:4318/v1/traces", protocol: http/json, compression: gzip, sampling: always }
`);
    const { destinations } = read({ ...ENDPOINT, ...env, LANGFUSE: 'Basic c2VjcmV0' });
    expect(destinations.map(({ view }) => view.name)).toEqual(['default', 'langfuse', 'tempo']);
    expect(destinations[1]).toMatchObject({
      view: { conventions: 'latest', content: 'redacted', stages: false, copy: { 'langfuse.session.id': 'clew.thread.id' } },
      target: {
        url: 'https://langfuse.example.com/api/public/otel/v1/traces',
        headers: { Authorization: 'Basic c2VjcmV0', 'x-langfuse-ingestion-version': '4' },
      },
    });
    expect(destinations[2]).toMatchObject({
      view: { sampling: 'always' },
      target: { url: 'http://tempo:4318/v1/traces', compression: 'gzip' },
    });
  });

  it.each([
    ['an inferred thread as a declared conversation', 'copy: { gen_ai.conversation.id: clew.thread.id }', /copy\.gen_ai\.conversation\.id/],
    ['a header without its secret', 'headers: { a: env:NOT_SET }', /headers\.a: the variable NOT_SET to be set/],
    ['a word that is not known', 'contents: redacted', /contents/],
    ['another protocol', 'protocol: grpc', /protocol: one of/],
    ['a time that is none', 'timeout_ms: soon', /timeout_ms/],
  ])('refuses %s', (_what, line, fault) => {
    const found = faults(file(`destinations:\n  - name: a\n    endpoint: http://h\n    ${line}\n`));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(fault);
  });

  it('refuses what cannot be read, and two of one name', () => {
    expect(faults({ CLEW_OTLP_DESTINATIONS: 'missing.yaml' })).toHaveLength(1);
    expect(faults(file('destinations: 3'))).toHaveLength(1);
    expect(faults(file('destinations: [7]'))).toHaveLength(1);
    expect(faults({ ...ENDPOINT, ...file('destinations: [{ name: default, endpoint: "http://h" }]') })).toHaveLength(1);
  });
});
