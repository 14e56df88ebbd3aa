// What all dialects share once a body is split into messages, tools and settings.
import type { Json } from '#contract';
import { auxiliaryOf, startsWithSummary } from './auxiliary.ts';
import type { RetrievedDocument } from './types.ts';
import { readDeclared } from './declared.ts';
import { asText, get } from './json.ts';
import { type Draft, finish, isEmpty } from './message.ts';
import { readParameters } from './parameters.ts';
import type { LlmRequest, Message, ToolDefinition } from './types.ts';
import { stripWrappers } from './wrappers.ts';

/** What a dialect's reader finds; everything else is read from the body in one way for all. */
export interface Parts {
  readonly dialect: LlmRequest['dialect'];
  readonly drafts: readonly Draft[];
  readonly tools?: readonly ToolDefinition[];
  readonly responseFormat?: Json | undefined;
  readonly previousResponseId?: string | undefined;
  readonly auxiliary?: LlmRequest['auxiliary'];
  /** Where they stand elsewhere than in the fields `stream` and `model` of the body. */
  readonly stream?: boolean;
  readonly model?: string | undefined;
  /** Sampling parameters under the common names; absent: the body has them so. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Documents beside the messages. */
  readonly documents?: readonly RetrievedDocument[];
  /** True when the body itself says that older messages were compacted. */
  readonly compacted?: boolean;
}

/** Text that an assistant is made to begin with, not an answer that is to be continued. */
const LONGEST_PREFILL = 64;

export function buildRequest(body: unknown, provider: string, parts: Parts): LlmRequest {
  const isInstruction = (draft: Draft): boolean => draft.role === 'system' || draft.role === 'developer';
  const instructions = finish(parts.drafts.filter(isInstruction)).filter((message) => message.text.trim() !== '');
  const messages = finish(parts.drafts.filter((draft) => !isInstruction(draft)));
  const documents: RetrievedDocument[] = [...(parts.documents ?? [])];
  for (const draft of parts.drafts) for (const document of draft.content.documents) documents.push(document);
  const auxiliary = parts.auxiliary ?? auxiliaryOf(instructions, messages);
  const asking = askingMessage(messages);
  const declared = readDeclared(body);
  return {
    dialect: parts.dialect,
    provider,
    stream: parts.stream ?? get(body, 'stream') === true,
    modelRequested: (parts.model ?? asText(get(body, 'model')))?.slice(0, 256).toWellFormed(),
    parameters: readParameters(parts.parameters ?? body),
    instructions,
    messages,
    prompt: asking === undefined || parts.auxiliary === 'embedding' ? undefined : stripWrappers(asking.text),
    tools: parts.tools ?? [],
    responseFormat: parts.responseFormat,
    documents,
    previousResponseId: parts.previousResponseId,
    declaredIds: declared.ids,
    declaredUsers: declared.users,
    kind: auxiliary !== undefined ? 'auxiliary' : isStep(messages, asking, parts) ? 'step' : 'turn',
    auxiliary,
    startsWithSummary: parts.compacted === true || startsWithSummary(instructions, messages),
  };
}

/** The user message that this call answers: the newest message, leaving out wrappers that a client sent by themselves. */
function askingMessage(messages: readonly Message[]): Message | undefined {
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at];
    if (!message || message.role === 'tool') return undefined;
    if (message.role === 'assistant') {
      if (at !== messages.length - 1 || message.toolCalls.length > 0 || message.text.length > LONGEST_PREFILL) return undefined;
      continue;
    }
    if (!isEmpty(message)) return message;
  }
  return undefined;
}

/** A call without messages of its own (a stored prompt) is somebody's turn; one that only goes on is a step. */
function isStep(messages: readonly Message[], asking: Message | undefined, parts: Parts): boolean {
  if (asking !== undefined) return false;
  return messages.some((message) => message.role !== 'user') || parts.previousResponseId !== undefined;
}
