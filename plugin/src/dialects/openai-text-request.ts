// OpenAI's two plain dialects: POST …/completions and POST …/embeddings.
import { readContent } from './content.ts';
import { asList, get } from './json.ts';
import type { Draft } from './message.ts';
import { buildRequest } from './request.ts';
import type { LlmRequest } from './types.ts';

export function readCompletionsRequest(body: unknown, provider: string): LlmRequest | undefined {
  const drafts = textDrafts(get(body, 'prompt'));
  return drafts && buildRequest(body, provider, { dialect: 'openai.completions', drafts });
}

export function readEmbeddingsRequest(body: unknown, provider: string): LlmRequest | undefined {
  const drafts = textDrafts(get(body, 'input'));
  return drafts && buildRequest(body, provider, { dialect: 'openai.embeddings', drafts, auxiliary: 'embedding' });
}

/** A text, a list of texts, or tokens, which say nothing here. */
function textDrafts(value: unknown): Draft[] | undefined {
  if (typeof value === 'string') return [draft(value)];
  const items = asList(value);
  if (items.length === 0) return undefined;
  const texts = items.filter((item) => typeof item === 'string');
  if (texts.length > 0) return [draft(texts)];
  const areTokens = items.every((item) => typeof item === 'number' || Array.isArray(item));
  return areTokens ? [] : undefined;
}

function draft(content: unknown): Draft {
  return { role: 'user', content: readContent(content), toolCalls: [] };
}
