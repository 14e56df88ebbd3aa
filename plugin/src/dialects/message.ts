// One message in words that no provider owns, and its canonical form.
import { canonicalize, type Json } from '#contract';
import { canonicalMedium, type Content } from './content.ts';
import { parseJson, toJson } from './json.ts';
import type { Message, Role, ToolCall } from './types.ts';
import { stripThinking, stripWrappers } from './wrappers.ts';

/** A message before it is finished: consecutive ones of an assistant are still one. */
export interface Draft {
  readonly role: Role;
  readonly content: Content;
  readonly toolCalls: readonly ToolCall[];
  readonly toolCallId?: string | undefined;
}

const LETTERS: Readonly<Record<Role, string>> = { system: 's', developer: 's', user: 'u', assistant: 'a', tool: 't' };

/**
 * Finished messages. What an assistant says and calls between two messages of others is one message, because dialects cut it
 * differently (text and calls as items, as blocks, as one object), and an assistant message without anything in it is
 * none: dialects differ in whether they send it. Text right after text is another message: an example of the client's, say, and behind it
 * the answer with which the memory of the conversation begins.
 */
export function finish(drafts: readonly Draft[]): Message[] {
  const messages: Message[] = [];
  let said: Draft[] = [];
  const flush = (): void => {
    if (said.length > 0) messages.push(finishOne(merge(said)));
    said = [];
  };
  for (const draft of drafts) {
    if (draft.role === 'assistant') {
      if (isHollow(draft)) continue;
      const before = said[said.length - 1];
      if (before !== undefined && isTextAlone(before) && draft.content.shown.length > 0) flush();
      said.push(draft);
      continue;
    }
    flush();
    messages.push(finishOne(draft));
  }
  flush();
  return messages;
}

/** All that an assistant said in one answer, as one message; undefined where it said nothing. */
export function finishWhole(drafts: readonly Draft[]): Message | undefined {
  const said = drafts.filter((draft) => !isHollow(draft));
  return said.length === 0 ? undefined : finishOne(merge(said));
}

const isTextAlone = ({ content, toolCalls }: Draft): boolean => toolCalls.length === 0 && content.shown.length > 0;

function merge(drafts: readonly Draft[]): Draft {
  if (drafts.length === 1 && drafts[0]) return drafts[0];
  const texts = drafts.map((draft) => draft.content.shown.join('')).filter((text) => text !== '');
  return {
    role: 'assistant',
    content: {
      shown: [texts.join('\n')],
      texts: drafts.flatMap((draft) => draft.content.texts),
      media: drafts.flatMap((draft) => draft.content.media),
      documents: drafts.flatMap((draft) => draft.content.documents),
    },
    toolCalls: drafts.flatMap((draft) => draft.toolCalls),
  };
}

function isHollow(draft: Draft): boolean {
  const { content, toolCalls } = draft;
  return toolCalls.length === 0 && content.media.length === 0 && content.texts.every((text) => text.trim() === '');
}

function finishOne(draft: Draft): Message {
  const { role, content, toolCalls, toolCallId } = draft;
  let canonical: Json | undefined;
  return {
    role,
    // Models write their parts as one text; other people's parts are separate things.
    text: content.shown.join(role === 'assistant' ? '' : '\n'),
    toolCalls,
    toolCallId,
    // Made when asked for: access must not wait for the hashing of pictures that log needs.
    get canonical() {
      return (canonical ??= canonicalForm(draft));
    },
  };
}

/**
 * White space is left out: clients trim, re-wrap and join parts each in their own way, and a digest that breaks on a
 * newline finds no predecessor. Ids of calls are left out: dialects and gateways rewrite them.
 */
function canonicalForm({ role, content, toolCalls }: Draft): Json {
  const text = content.texts.join('\n');
  return {
    role: LETTERS[role],
    text: withoutExtras(role, text).toWellFormed().replace(/\s+/g, ''),
    media: content.media.length > 0 ? content.media.map(canonicalMedium) : undefined,
    calls: toolCalls.length > 0 ? toolCalls.map(canonicalCall) : undefined,
  };
}

/** The text without what clients and models add to it. */
function withoutExtras(role: Role, text: string): string {
  return role === 'assistant' ? stripThinking(text) : stripWrappers(text);
}

function canonicalCall(call: ToolCall): Json {
  // Without arguments some dialects write "", others {}.
  const parsed = parseJson(call.arguments.trim() === '' ? '{}' : call.arguments);
  return { name: call.name.toWellFormed(), arguments: parsed.ok ? toJson(parsed.value) : call.arguments.toWellFormed() };
}

/**
 * True for messages that say nothing once client wrappers are off; parts that are not text stand in it as placeholders.
 * A tool's empty result still is a result. Asked before the provider is called, so it does without the canonical form.
 */
export function isEmpty({ role, text, toolCalls }: Message): boolean {
  return role !== 'tool' && toolCalls.length === 0 && withoutExtras(role, text).trim() === '';
}

/** Text of a canonical JSON value, for arguments that a dialect sends as an object. */
export function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : canonicalize(toJson(value));
}
