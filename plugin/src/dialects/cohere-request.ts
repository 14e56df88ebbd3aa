// Cohere's second chat API: POST …/v2/chat. Close to OpenAI's, with documents beside the messages and inside results of tools.
import { type Content, readContent } from './content.ts';
import { argumentsText, type Draft } from './message.ts';
import { asList, asString, dig, get, isRecord, toJson } from './json.ts';
import { chatDraft } from './openai-chat-request.ts';
import { buildRequest } from './request.ts';
import { functionTools } from './tools.ts';
import type { LlmRequest, RetrievedDocument } from './types.ts';

export function readCohereRequest(body: unknown, provider: string): LlmRequest | undefined {
  const drafts = asList(get(body, 'messages'))
    .map(cohereDraft)
    .filter((draft) => draft !== undefined);
  if (drafts.length === 0) return undefined;
  const format = get(body, 'response_format');
  return buildRequest(body, provider, {
    dialect: 'cohere.chat',
    drafts,
    tools: functionTools(get(body, 'tools')),
    responseFormat: isRecord(format) ? toJson(format) : undefined,
    documents: asList(get(body, 'documents')).flatMap(documentOf),
    parameters: {
      ...(isRecord(body) ? body : {}),
      top_p: get(body, 'p'),
      top_k: get(body, 'k'),
      thinking: { type: dig(body, 'thinking.type'), budget_tokens: dig(body, 'thinking.token_budget') },
    },
  });
}

/** A message as sent, or as answered: both have one shape. Plans and thoughts before calls are left out, as other dialects' are. */
export function cohereDraft(message: unknown): Draft | undefined {
  const draft = chatDraft(message);
  const content = get(message, 'content');
  return draft === undefined || !Array.isArray(content) ? draft : { ...draft, content: cohereContent(content, draft.role === 'tool') };
}

/** Documents are what a tool found; in other messages they stand beside the words. */
function cohereContent(content: readonly unknown[], isResult: boolean): Content {
  const documents = content.filter((part) => get(part, 'type') === 'document').flatMap((part) => documentOf(get(part, 'document')));
  const found = isResult ? documents.map(({ text }) => ({ type: 'text', text })) : [];
  const said = readContent([...content.filter((part) => get(part, 'type') !== 'document'), ...found]);
  return isResult ? said : { ...said, documents };
}

/** A text, or fields with texts. */
function documentOf(document: unknown): RetrievedDocument[] {
  const data = get(document, 'data') ?? document;
  const text = isRecord(data) ? (asString(get(data, 'text')) ?? asString(get(data, 'snippet')) ?? argumentsText(data)) : asString(data);
  return text === undefined || text === '' ? [] : [{ source: 'document', text }];
}
