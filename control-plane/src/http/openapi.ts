// The API's description, from the same table that makes the server.
import { ERRORS, type ErrorCode, type JsonSchema, type Route } from '../kernel/index.ts';
import type { TextPage } from './text-page.ts';

export type ApiDocument = Readonly<Record<string, unknown>>;

const PROBLEM: JsonSchema = {
  type: 'object',
  description: 'RFC 9457 problem details. Holds nothing that a user wrote.',
  required: ['type', 'title', 'status', 'code', 'remedy'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(ERRORS) },
    remedy: { type: 'string' },
    detail: { type: 'string' },
    incident: { type: 'string', description: 'On 500: look for this id in the log.' },
  },
};

export function openApi(routes: readonly Route[], pages: readonly TextPage[], version: string): ApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  const add = (path: string, method: string, operation: unknown): void => {
    const key = path.replace(/:([a-zA-Z]+)/g, '{$1}');
    paths[key] = { ...paths[key], [method]: operation };
  };
  for (const route of routes) add(route.path, route.method, operationOf(route));
  for (const page of pages) {
    add(page.path, 'get', {
      summary: page.summary,
      operationId: `get${page.path.replaceAll('/', '_')}`,
      'x-permission': page.permission,
      ...(page.permission === null ? { security: [] } : {}),
      responses: { '200': { description: page.summary, content: { [page.contentType]: { schema: { type: 'string' } } } } },
    });
  }
  add('/openapi.json', 'get', {
    summary: 'This description',
    operationId: 'get_openapi',
    'x-permission': null,
    security: [],
    responses: { '200': { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } } },
  });
  return {
    openapi: '3.1.0',
    info: { title: 'Clew control plane', version, description: 'Semantic tracing and run identity of LLM requests.' },
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: PROBLEM },
    },
  };
}

function operationOf(route: Route): unknown {
  const pathParameters = [...route.path.matchAll(/:([a-zA-Z]+)/g)].map((match) => ({
    name: match[1],
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const query = (route.query ?? []).map(({ name, description, required, schema }) => ({
    name,
    in: 'query',
    description,
    required: required ?? false,
    schema,
  }));
  const content = Object.entries(route.body?.content ?? {}).map(([type, schema]) => [type, { schema }] as const);
  return {
    summary: route.summary,
    operationId: `${route.method}${route.path.replace(/[/:]+/g, '_')}`,
    'x-permission': route.permission,
    ...(route.permission === null ? { security: [] } : {}),
    ...(pathParameters.length + query.length > 0 ? { parameters: [...pathParameters, ...query] } : {}),
    ...(route.body ? { requestBody: { required: true, content: Object.fromEntries<unknown>(content) } } : {}),
    responses: { ...success(route), ...failures(route) },
  };
}

function success({ success: { status, description, schema } }: Route): Record<string, unknown> {
  return { [status]: { description, ...(schema ? { content: { 'application/json': { schema } } } : {}) } };
}

function failures(route: Route): Record<string, unknown> {
  const codes = new Set<ErrorCode>(['internal', 'rate_limited', ...(route.errors ?? [])]);
  if (route.permission !== null) codes.add('unauthorized').add('forbidden').add('too_many_attempts');
  if (route.query) codes.add('invalid_query');
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) byStatus.set(ERRORS[code].status, [...(byStatus.get(ERRORS[code].status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      String(status),
      {
        description: list.map((code) => `${code}: ${ERRORS[code].title}`).join('; '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}
