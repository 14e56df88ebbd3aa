// A provider call in words that no provider owns. Everything here is plain data; the room does no I/O.
import type { Dialect, GuardrailVerdict, Json, Model, Usage } from '#contract';

/** What a gateway captured of one call. Header names are lower case, repeated headers joined by ", ". */
export interface RawCall {
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: string | undefined;
  readonly requestTruncated: boolean;
  readonly status: number | undefined;
  /** False: the gateway answered by itself and called no provider; undefined where that is not known. */
  readonly wasForwarded?: boolean | undefined;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** JSON or the concatenated server-sent events, decoded from any content encoding. */
  readonly responseBody: string | undefined;
  readonly responseTruncated: boolean;
}

export type Role = 'system' | 'developer' | 'user' | 'assistant' | 'tool';

export interface ToolCall {
  readonly id: string | undefined;
  readonly name: string;
  /** Arguments as the model wrote them. */
  readonly arguments: string;
}

export interface Message {
  readonly role: Role;
  /** Text parts joined by a newline (an assistant's: as written); other parts stand as [image], [audio], [file]. */
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  /** For role tool: the call that it answers. */
  readonly toolCallId: string | undefined;
  /**
   * What the message is, whatever the dialect, client or model: the same message sent through another dialect gives the
   * same canonical bytes. Basis of history digests.
   */
  readonly canonical: Json;
}

/** A document that the application put beside its messages, in a part of its own. */
export interface RetrievedDocument {
  /** Kind of part; never its title or address, which may name a person. */
  readonly source: 'document' | 'search_result';
  readonly text: string;
}

export interface ToolDefinition {
  readonly name: string;
  readonly description: string | undefined;
  readonly schema: Json | undefined;
}

export type PassReason = 'not_llm_path' | 'no_body' | 'body_truncated' | 'not_json' | 'unknown_shape' | 'multipart' | 'too_deep';

/** The request side: known in access, before the provider is called. */
export interface LlmRequest {
  readonly dialect: Exclude<Dialect, 'unknown'>;
  readonly provider: string;
  readonly stream: boolean;
  readonly modelRequested: string | undefined;
  readonly parameters: Readonly<Record<string, number | boolean | string | string[]>>;
  /** System and developer messages, in order. */
  readonly instructions: readonly Message[];
  /** All other messages, oldest first. */
  readonly messages: readonly Message[];
  /** Text of the newest user message without fixed client wrappers; undefined for tool steps that bring none. */
  readonly prompt: string | undefined;
  readonly tools: readonly ToolDefinition[];
  readonly responseFormat: Json | undefined;
  /** Documents in parts of their own, in order. Blocks marked within a text are found by `composition`. */
  readonly documents?: readonly RetrievedDocument[];
  readonly previousResponseId: string | undefined;
  /** Conversation ids that the body declares, by dotted path: conversation, metadata.session_id, … */
  readonly declaredIds: Readonly<Record<string, string>>;
  /** User ids that the body declares, by dotted path: user, safety_identifier, metadata.user_id. */
  readonly declaredUsers: Readonly<Record<string, string>>;
  readonly kind: 'turn' | 'step' | 'auxiliary';
  readonly auxiliary: 'title' | 'summary' | 'suggestions' | 'embedding' | 'moderation' | 'other' | undefined;
  /** True when the oldest message reads like a summary that a client or framework put in place of dropped ones. */
  readonly startsWithSummary: boolean;
}

/** The answer side: known in log. */
export interface LlmAnswer {
  readonly text: string | undefined;
  /** The whole answer as one message; undefined for errors. */
  readonly message: Message | undefined;
  /** The answer's first message as a client would send it back in the next request: the answer, but where it came as several texts. */
  readonly sentBack: Message | undefined;
  readonly finishReason: string | undefined;
  readonly model: Model;
  readonly usage: Usage | undefined;
  readonly responseId: string | undefined;
  readonly toolCalls: readonly ToolCall[];
  /** Kind of error only; never the provider's words. */
  readonly error: { readonly type: string; readonly code: string | undefined } | undefined;
  /** True when a stream ended without its closing event. */
  readonly incomplete: boolean;
  readonly blocked: boolean;
  /** What guardrails of the provider or of a gateway said; absent where none said anything. */
  readonly guardrails?: readonly GuardrailVerdict[];
}

export type RequestReading = { readonly ok: true; readonly request: LlmRequest } | { readonly ok: false; readonly reason: PassReason };
