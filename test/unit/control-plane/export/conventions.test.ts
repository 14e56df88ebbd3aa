// Every attribute that can leave, against what OpenTelemetry published: by name, by type, and none that was replaced. Names of 1.41
// come from OpenTelemetry's own package, which kept them when the GenAI conventions moved on; the newest ones from a list of ours.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import * as published from '@opentelemetry/semantic-conventions/incubating';
import { describe, expect, it } from 'vitest';
import {
  PLAIN_DESTINATION,
  relinkSpan,
  SCHEMA_URLS,
  semanticSpan,
  stageSpans,
  type Conventions,
  type RequestFacts,
} from '../../../../control-plane/src/export/index.ts';
import { requestFacts, requestView, runFacts } from '../../../support/span-facts.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const LATEST = (
  JSON.parse(readFileSync(path.join(ROOT, 'test/fixtures/semconv/gen-ai-latest.json'), 'utf8')) as {
    readonly attributes: Readonly<Record<string, string>>;
  }
).attributes;
/** Where 1.41 says otherwise. */
const TYPES_141: Readonly<Record<string, string>> = {
  ...LATEST,
  'gen_ai.request.top_k': 'double',
  'gen_ai.usage.cache_creation.input_tokens': 'int',
};
const NAMES_141 = new Set(
  Object.entries(published).flatMap(([name, value]) => (name.startsWith('ATTR_') && typeof value === 'string' ? [value] : [])),
);

/** Requests that between them fill every attribute there is. */
const FACTS: readonly RequestFacts[] = [
  requestFacts(
    {
      declaredSession: { id: 'chat-9', source: 'header:x' },
      truncation: { dropped: 3, kind: 'compacted' },
      guardrails: [{ name: 'pii', verdict: 'mask', stage: 'request', durationMs: 4 }],
    },
    { run: runFacts(), predecessor: requestView({ id: 'r1' }), topic: { id: 'topic-1', label: 'lemon trees' } },
  ),
  requestFacts({ error: { type: 'http_500', stage: 'response' }, status: { outcome: 'error', http: 500 } }, { run: runFacts() }),
  requestFacts({ dialect: 'anthropic.messages', provider: 'anthropic' }, { run: runFacts() }),
  requestFacts(
    { dialect: 'openai.embeddings', stream: false },
    {
      run: runFacts({
        record: { model: { evidence: 'response_body' }, parameters: { dimensions: 256, encoding_format: 'float' }, composition: {} },
      }),
    },
  ),
  requestFacts({ dialect: 'openai.responses' }),
  requestFacts({ dialect: 'unknown', provider: null, model: null, usage: null, trace: null }),
];
const MOVE = { from: 't_0', evidence: 'history', by: 'r9', at: '2026-01-01T00:05:00.000Z' } as const;

function spansOf(conventions: Conventions): readonly ReadableSpan[] {
  const resource = resourceFromAttributes({});
  const place = { scope: { tenant: 'acme', environment: 'live' }, resource, schemaUrl: SCHEMA_URLS[conventions] };
  const view = { ...PLAIN_DESTINATION, name: 'd', conventions, content: 'redacted' as const };
  return FACTS.flatMap((facts) => [semanticSpan(place, facts, view), ...stageSpans(place, facts), relinkSpan(place, facts.request, MOVE)]);
}

const attributesOf = (spans: readonly ReadableSpan[]) =>
  spans.flatMap((span) =>
    [span.attributes, ...span.events.map((event) => event.attributes ?? {}), ...span.links.map((link) => link.attributes ?? {})].flatMap(
      (attributes) => Object.entries(attributes),
    ),
  );
const foreign = (spans: readonly ReadableSpan[]) => attributesOf(spans).filter(([name]) => !name.startsWith('clew.'));

function fits(value: unknown, type: string | undefined): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string' && value !== '';
    case 'int':
      return Number.isSafeInteger(value);
    case 'double':
      return typeof value === 'number' && Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'string[]':
      return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
    // On spans as JSON text.
    case 'any':
      return typeof value === 'string' && Array.isArray(JSON.parse(value));
    default:
      return false;
  }
}

describe.each(['1.41', 'latest'] as const)('conventions %s', (conventions) => {
  const types = conventions === 'latest' ? LATEST : TYPES_141;

  it('know every attribute that is not ours, and its type', () => {
    const wrong = foreign(spansOf(conventions)).filter(([name, value]) => !fits(value, types[name]));
    expect(wrong).toEqual([]);
  });

  it('are published under these names', () => {
    const used = new Set(foreign(spansOf(conventions)).map(([name]) => name));
    const known = conventions === 'latest' ? new Set(Object.keys(LATEST)) : NAMES_141;
    expect([...used].filter((name) => !known.has(name))).toEqual([]);
    // The test would be empty if little were used.
    expect([...used].filter((name) => name.startsWith('gen_ai.')).length).toBeGreaterThanOrEqual(conventions === 'latest' ? 30 : 26);
  });

  it('require what stands on every semantic span', () => {
    const semantic = spansOf(conventions).filter(({ attributes }) => 'gen_ai.operation.name' in attributes);
    expect(semantic).toHaveLength(FACTS.length);
    for (const span of semantic) {
      expect(span.attributes['gen_ai.provider.name']).toEqual(expect.any(String));
      const { 'gen_ai.operation.name': operation, 'gen_ai.request.model': model } = span.attributes;
      expect(span.name).toBe([operation, model].filter((part) => typeof part === 'string').join(' '));
      expect(span.kind).toBe(SpanKind.CLIENT);
      expect(span.status.code === SpanStatusCode.ERROR).toBe('error.type' in span.attributes);
      expect(span.instrumentationScope.schemaUrl).toBe(SCHEMA_URLS[conventions]);
    }
  });
});

describe('what the package says of names', () => {
  const file = createRequire(import.meta.url)
    .resolve('@opentelemetry/semantic-conventions/incubating')
    .replace(/index-incubating\.\w+$/, '');
  const text = readFileSync(path.join(file, 'experimental_attributes.d.cts'), 'utf8');

  it('uses none that was replaced: moved is the only fault they may have', () => {
    const replaced = [...text.matchAll(/@deprecated ((?:(?!\*\/)[\s\S])*?)\*\/\s*declare const \w+: "([^"]+)"/g)].flatMap(
      ([, why = '', name]) => (why.startsWith('Moved to') ? [] : [name]),
    );
    expect(replaced).toContain('gen_ai.system');
    const used = new Set(foreign(spansOf('1.41')).map(([name]) => name));
    expect(replaced.filter((name) => used.has(name ?? ''))).toEqual([]);
  });
});

describe('our own attributes', () => {
  const page = readFileSync(path.join(ROOT, 'docs/EXPORT.md'), 'utf8');

  it('stand in docs/EXPORT.md, each of them, and nothing else does', () => {
    const emitted = new Set(attributesOf(spansOf('1.41')).flatMap(([name]) => (name.startsWith('clew.') ? [name] : [])));
    const written = new Set([...page.matchAll(/^\| `(clew\.[a-z_.]+)` \|/gm)].map(([, name]) => name));
    // Of the resource, not of spans.
    written.delete('clew.tenant');
    expect([...emitted].toSorted()).toEqual([...written].toSorted());
  });

  it('say nothing of the kind that people wrote', () => {
    const plain = FACTS.map((facts) =>
      semanticSpan({ scope: { tenant: 'a', environment: 'b' }, resource: resourceFromAttributes({}), schemaUrl: 'https://x/1' }, facts, {
        ...PLAIN_DESTINATION,
        name: 'd',
      }),
    );
    expect(JSON.stringify(plain.map(({ attributes }) => attributes))).not.toContain('canary');
  });
});
