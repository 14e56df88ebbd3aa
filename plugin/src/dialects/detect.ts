// Which dialect a call speaks, and who is asked. Paths and headers are the client's to choose, so both are hints that
// the readers check against the shape of the body.
import { get } from './json.ts';
import type { LlmRequest, RawCall } from './types.ts';

const PATHS: readonly (readonly [RegExp, LlmRequest['dialect']])[] = [
  [/(?:^|\/)chat\/completions$/, 'openai.chat'],
  [/(?:^|\/)responses$/, 'openai.responses'],
  [/(?:^|\/)v1\/messages$/, 'anthropic.messages'],
  [/(?:^|\/)completions$/, 'openai.completions'],
  [/(?:^|\/)embeddings$/, 'openai.embeddings'],
  [/(?:^|\/)(?:models|tunedmodels|endpoints)\/[^/]+(?::|%3a)(?:stream)?generatecontent$/, 'gemini.generate_content'],
  [/(?:^|\/)(?:models|tunedmodels|endpoints)\/[^/]+(?::|%3a)(?:batchembedcontents|embedcontent)$/, 'gemini.embeddings'],
  // Vertex AI predicts with models of any kind on this path.
  [/(?:^|\/)models\/[^/]*embedding[^/]*(?::|%3a)predict$/, 'gemini.embeddings'],
  [/(?:^|\/)v2\/chat$/, 'cohere.chat'],
  [/(?:^|\/)v[12]\/embed$/, 'cohere.embeddings'],
];

/** Any prefix is allowed: gateways mount providers wherever they like. */
export function dialectOf(method: string, path: string): LlmRequest['dialect'] | undefined {
  if (method.toUpperCase() !== 'POST') return undefined;
  const bare = (path.split(/[?#]/, 1)[0] ?? '').replace(/\/$/, '').toLowerCase();
  return PATHS.find(([pattern]) => pattern.test(bare))?.[1];
}

/** Paths under a version follow a provider's own scheme, so an unknown one of them is another endpoint. */
const VERSIONED = /\/v\d[a-z0-9]*(?:\/|$)/i;

/**
 * Gateways that translate between providers take chat on any path that an operator chose. Cheap, because it is asked
 * of every call on other paths; what passes is judged by `isChatShape`.
 */
export function mayBeChat(call: RawCall): boolean {
  if (call.method.toUpperCase() !== 'POST' || VERSIONED.test(call.path) || call.requestTruncated) return false;
  const type = text(call.requestHeaders, 'content-type').toLowerCase();
  return (type === '' || type.includes('json')) && call.requestBody?.includes('"messages"') === true;
}

/** Host suffixes and path segments of providers that the OpenTelemetry conventions name. */
const PROVIDERS: readonly (readonly [provider: string, hosts: readonly string[], segments: readonly string[]])[] = [
  ['azure.ai.openai', ['openai.azure.com', 'cognitiveservices.azure.com'], ['azure', 'azure-openai']],
  ['azure.ai.inference', ['services.ai.azure.com', 'models.ai.azure.com'], []],
  ['aws.bedrock', ['amazonaws.com'], ['bedrock']],
  ['gcp.vertex_ai', ['aiplatform.googleapis.com'], ['vertex', 'vertex-ai', 'vertex_ai']],
  ['gcp.gemini', ['generativelanguage.googleapis.com'], ['gemini']],
  ['groq', ['api.groq.com'], ['groq']],
  ['mistral_ai', ['api.mistral.ai'], ['mistral']],
  ['deepseek', ['api.deepseek.com'], ['deepseek']],
  ['x_ai', ['api.x.ai'], ['xai']],
  ['perplexity', ['api.perplexity.ai'], ['perplexity']],
  ['moonshot_ai', ['api.moonshot.ai', 'api.moonshot.cn'], ['moonshot']],
  ['cohere', ['api.cohere.com', 'api.cohere.ai'], ['cohere']],
  ['ibm.watsonx.ai', ['ml.cloud.ibm.com'], ['watsonx']],
  ['anthropic', ['api.anthropic.com'], ['anthropic']],
  ['openai', ['api.openai.com'], []],
];

/** A value of gen_ai.provider.name. Where nothing tells, the owner of the dialect. */
export function providerOf(call: RawCall, dialect: LlmRequest['dialect'], body: unknown): string {
  const headers = call.requestHeaders;
  const host = (text(headers, 'host').split(':', 1)[0] ?? '').toLowerCase();
  const path = call.path.toLowerCase();
  const byHost = PROVIDERS.find(([, hosts]) => hosts.some((suffix) => host === suffix || host.endsWith(`.${suffix}`)));
  if (byHost) return byHost[0];
  if (path.includes('/openai/deployments/')) return 'azure.ai.openai';
  const segments = path.split('/');
  const byPath = PROVIDERS.find(([, , names]) => names.some((name) => segments.includes(name)));
  if (byPath) return byPath[0];
  if (dialect === 'anthropic.messages') return anthropicHost(body);
  if (dialect.startsWith('gemini.')) return segments.includes('projects') ? 'gcp.vertex_ai' : 'gcp.gemini';
  if (dialect.startsWith('cohere.')) return 'cohere';
  // Azure authenticates with api-key; OpenAI with authorization.
  return text(headers, 'api-key') !== '' && text(headers, 'authorization') === '' ? 'azure.ai.openai' : 'openai';
}

/** Resellers of the Anthropic dialect ask for their version in the body. */
function anthropicHost(body: unknown): string {
  const version = get(body, 'anthropic_version');
  if (typeof version !== 'string') return 'anthropic';
  if (version.startsWith('bedrock-')) return 'aws.bedrock';
  return version.startsWith('vertex-') ? 'gcp.vertex_ai' : 'anthropic';
}

function text(headers: RawCall['requestHeaders'], name: string): string {
  const value = get(headers, name);
  return typeof value === 'string' ? value : '';
}
