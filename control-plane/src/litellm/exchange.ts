// An event as the call that it tells of, so that the shared dialect readers judge it as they judge traffic at a gateway.
import { readAnswer, readRequest, type LlmAnswer, type LlmRequest, type RawCall } from '#dialects';
import type { LiteLlmEvent } from './event.ts';
import { fieldsOf, listOf, textOf, type Fields } from './json.ts';

export interface Exchange {
  /** Undefined where the call is none of the dialects (images, speech, rerank) or its messages were not logged. */
  readonly request: LlmRequest | undefined;
  readonly answer: LlmAnswer | undefined;
}

/** LiteLLM tells of calls to Google and Cohere in OpenAI's words. */
type Dialect = Exclude<LlmRequest['dialect'], `gemini.${string}` | `cohere.${string}`>;

const PATHS: Readonly<Record<Dialect, string>> = {
  'openai.chat': '/v1/chat/completions',
  'openai.responses': '/v1/responses',
  'openai.completions': '/v1/completions',
  'openai.embeddings': '/v1/embeddings',
  'anthropic.messages': '/v1/messages',
};

/** What LiteLLM puts in the place of texts where an operator turned message logging off. */
const NOT_LOGGED = 'redacted-by-litellm';

export function exchangeOf(event: LiteLlmEvent): Exchange {
  const dialect = dialectOf(event.callType);
  if (dialect === undefined || isNotLogged(event.messages)) return { request: undefined, answer: undefined };
  const call = callOf(event, dialect);
  const reading = readRequest(call);
  if (!reading.ok) return { request: undefined, answer: undefined };
  const { request } = reading;
  // LiteLLM logs answers in its own form, whatever the client spoke.
  const answer = readAnswer(call, { ...request, dialect: answerDialect(fieldsOf(event.response), dialect) });
  return { request, answer };
}

/** Names of LiteLLM's functions; the asynchronous ones begin with "a". */
function dialectOf(callType: string): Dialect | undefined {
  switch (callType.replace(/^a(?=completion|text_completion|embedding|responses)/, '')) {
    case 'completion':
      return 'openai.chat';
    case 'text_completion':
      return 'openai.completions';
    case 'embedding':
      return 'openai.embeddings';
    case 'responses':
      return 'openai.responses';
    case 'anthropic_messages':
      return 'anthropic.messages';
    default:
      return undefined;
  }
}

function answerDialect(response: Fields, asked: Dialect): Dialect {
  if (Array.isArray(response['output'])) return 'openai.responses';
  const [choice] = listOf(response['choices']);
  if (choice !== undefined) return typeof fieldsOf(choice)['text'] === 'string' ? 'openai.completions' : 'openai.chat';
  return response['type'] === 'message' ? 'anthropic.messages' : asked;
}

function isNotLogged(messages: unknown): boolean {
  return listOf(messages).some((message) => fieldsOf(message)['content'] === NOT_LOGGED);
}

function callOf(event: LiteLlmEvent, dialect: Dialect): RawCall {
  const { data, ...answer } = fieldsOf(event.response);
  return {
    method: 'POST',
    path: PATHS[dialect],
    requestHeaders: {},
    requestBody: JSON.stringify(bodyOf(event, dialect)),
    requestTruncated: false,
    status: event.isFailure ? 500 : 200,
    responseHeaders: {},
    // Nobody keeps the vectors of embeddings.
    responseBody: event.isFailure
      ? undefined
      : JSON.stringify(dialect === 'openai.embeddings' || data === undefined ? answer : { ...answer, data }),
    responseTruncated: false,
  };
}

function bodyOf(event: LiteLlmEvent, dialect: Dialect): Fields {
  const common = { ...event.parameters, ...people(event), model: event.modelGroup ?? event.routedModel, stream: event.isStream };
  const messages = typeof event.messages === 'string' ? [{ role: 'user', content: event.messages }] : listOf(event.messages);
  switch (dialect) {
    case 'openai.embeddings':
      return { ...common, input: contents(messages) };
    case 'openai.completions':
      return { ...common, prompt: contents(messages) };
    case 'openai.responses': {
      const previous = textOf(event.parameters['previous_response_id']);
      return { ...common, input: messages, ...(previous === undefined ? {} : { previous_response_id: providersId(previous) }) };
    }
    case 'openai.chat':
    case 'anthropic.messages': {
      // Where a call was translated to another API, its system prompt stands among the parameters.
      const instructions = textOf(event.parameters['instructions']);
      return { ...common, messages: instructions === undefined ? messages : [{ role: 'system', content: instructions }, ...messages] };
    }
  }
}

const contents = (messages: readonly unknown[]): readonly unknown[] => messages.map((message) => fieldsOf(message)['content'] ?? message);

const PACKED_USER = /_session_[A-Za-z0-9-]{8,64}$|^\{/;

/**
 * `metadata` and `user` of the body. Coding agents pack user and session into metadata.user_id; LiteLLM repeats that as the
 * user, where each session would look like a new person.
 */
function people({ metadata, parameters, endUser }: LiteLlmEvent): Fields {
  const user = textOf(parameters['user']);
  const packed = [metadata['user_id'], endUser, user].find((one) => typeof one === 'string' && PACKED_USER.test(one));
  return {
    metadata: packed === undefined ? metadata : { ...metadata, user_id: packed },
    user: packed !== undefined && user === packed ? undefined : user,
  };
}

/** Says whether an end user is a packed one that `people` has taken apart. */
export const isPackedUser = (endUser: string): boolean => PACKED_USER.test(endUser);

/** LiteLLM hands out ids of the responses API that hold the provider's own; where it seals them, they stay as they are. */
export function providersId(id: string): string {
  if (!id.startsWith('resp_') || id.length > 2048) return id;
  const inside = Buffer.from(id.slice('resp_'.length), 'base64').toString('latin1');
  return /^litellm:.*;response_id:([\x21-\x7e]{1,256})$/.exec(inside)?.[1] ?? id;
}
