// What a run was composed of, as digests. What anyone may check against an approved copy is plain; what may hold a
// person's data is a commitment whose salt can be destroyed.
import { createHash, hash } from 'node:crypto';
import { canonicalize, type Composition, type CompositionPart, type ContextPolicy, type Json } from '#contract';
import { asToken } from './json.ts';
import { DEFAULT_MARKS, markedBlocks } from './marks.ts';
import type { LlmAnswer, LlmRequest, Message, ToolDefinition } from './types.ts';

export interface Commit {
  /** Bytes that nobody can foresee; called with 16 for each salted part. */
  readonly randomBytes: (size: number) => Uint8Array;
  /** What counts as retrieved, besides tool results and documents. Default: the marks context and document, no roles. */
  readonly context?: ContextPolicy | undefined;
}

type Labels = Pick<CompositionPart, 'role' | 'name' | 'source'>;

const SALT_BYTES = 16;
const MAX_INSTRUCTIONS = 64;
const MAX_TOOLS = 512;
const MAX_CONTEXT = 512;

/**
 * Parts of a composition record. Digested bytes are the UTF-8 text for instructions, context and output, and RFC 8785
 * bytes for tools ({name, description, parameters}), the response format and the input (list of {role, text, toolCalls,
 * media}). Where there are more parts than a record holds, the last one stands for all that remain.
 */
export function composition(request: LlmRequest, answer: LlmAnswer | undefined, commit: Commit): Composition {
  const salted = (text: string, labels: Labels = {}): CompositionPart => commitTo(text, commit.randomBytes, labels);
  const parts: Composition = {
    instructions: capped(
      request.instructions,
      MAX_INSTRUCTIONS,
      (one) => salted(wellFormed(one.text), { role: one.role }),
      (rest) => salted(canonicalize(rest.map((one) => ({ role: one.role, text: wellFormed(one.text) }))), remaining(rest.length)),
    ),
    tools: capped(
      request.tools,
      MAX_TOOLS,
      (tool) => plain(canonicalTool(tool), { name: label(tool.name) }),
      (rest) => plain(rest.map(canonicalTool), remaining(rest.length)),
    ),
    context: capped(
      contextOf(request, commit.context?.marks ?? DEFAULT_MARKS, commit.context?.roles ?? []),
      MAX_CONTEXT,
      (block) => salted(block.text, block.labels),
      (rest) => salted(canonicalize(rest.map((block) => block.text)), remaining(rest.length)),
    ),
    input: salted(canonicalize(request.messages.map(canonicalInput))),
  };
  if (request.responseFormat !== undefined) parts.responseFormat = plain(request.responseFormat);
  if (answer?.message) parts.output = salted(outputText(answer.message));
  return parts;
}

/** Texts of the instructions that have a part of their own, in the order of those parts. */
export function instructionTexts(request: Pick<LlmRequest, 'instructions'>): string[] {
  const { instructions } = request;
  const own = instructions.length > MAX_INSTRUCTIONS ? instructions.slice(0, MAX_INSTRUCTIONS - 1) : instructions;
  return own.map(({ text }) => text);
}

/** A salted commitment to a text, with its salt: SHA-256(salt ‖ UTF-8). */
export function commitTo(text: string, randomBytes: Commit['randomBytes'], labels: Labels = {}): CompositionPart {
  const [salt, bytes] = [randomBytes(SALT_BYTES), Buffer.from(text.toWellFormed(), 'utf8')];
  const digest = createHash('sha256').update(salt).update(bytes).digest('hex');
  return { digest, salted: true, salt: Buffer.from(salt).toString('base64url'), length: bytes.length, ...labels };
}

function plain(value: Json, labels: Labels = {}): CompositionPart {
  const bytes = Buffer.from(canonicalize(value), 'utf8');
  return { digest: hash('sha256', bytes), length: bytes.length, ...labels };
}

/** One part for each item; the last place holds what does not fit. */
function capped<T>(
  items: readonly T[],
  most: number,
  one: (item: T) => CompositionPart,
  many: (rest: readonly T[]) => CompositionPart,
): CompositionPart[] {
  if (items.length <= most) return items.map(one);
  return [...items.slice(0, most - 1).map(one), many(items.slice(most - 1))];
}

function remaining(count: number): Labels {
  return { name: `(${count} more)` };
}

function canonicalTool(tool: ToolDefinition): Json {
  return { name: tool.name, description: tool.description, parameters: tool.schema };
}

/** Names that are not names (a client may put anything there) are in the digest only. */
function label(name: string): string {
  return asToken(name) ?? '(unnamed)';
}

function canonicalInput(message: Message): Json {
  const { media } = message.canonical as { readonly media?: Json };
  return {
    role: message.role,
    text: wellFormed(message.text),
    toolCalls: message.toolCalls.length > 0 ? canonicalCalls(message) : undefined,
    media,
  };
}

function canonicalCalls(message: Message): Json {
  return message.toolCalls.map((call) => ({ name: wellFormed(call.name), arguments: wellFormed(call.arguments) }));
}

/** The text as answered; with tool calls, canonical bytes of {text, toolCalls}. */
function outputText(message: Message): string {
  const text = wellFormed(message.text);
  return message.toolCalls.length === 0 ? text : canonicalize({ text, toolCalls: canonicalCalls(message) });
}

interface ContextBlock {
  readonly text: string;
  readonly labels: Labels;
}

/** Tool results, documents in parts of their own, and messages of a role or marked blocks within texts, in this order. */
function contextOf(request: LlmRequest, marks: readonly string[], roles: readonly string[]): ContextBlock[] {
  const blocks: ContextBlock[] = [];
  const names = new Map<string, string>();
  for (const message of request.messages) {
    for (const call of message.toolCalls) if (call.id !== undefined) names.set(call.id, call.name);
    if (message.role !== 'tool') continue;
    const name = message.toolCallId === undefined ? undefined : names.get(message.toolCallId);
    blocks.push({
      text: wellFormed(message.text),
      labels: { role: 'tool', source: 'tool', ...(name !== undefined && { name: label(name) }) },
    });
  }
  for (const document of request.documents ?? []) blocks.push({ text: wellFormed(document.text), labels: { source: document.source } });
  for (const message of [...request.instructions, ...request.messages]) {
    if (message.role === 'assistant' || message.role === 'tool') continue;
    if (roles.includes(message.role)) {
      blocks.push({ text: wellFormed(message.text), labels: { role: message.role, source: `role:${message.role}` } });
      continue;
    }
    for (const block of markedBlocks(message.text, marks)) {
      blocks.push({ text: wellFormed(block.text), labels: { role: message.role, source: `mark:${block.mark}` } });
    }
  }
  return blocks;
}

function wellFormed(text: string): string {
  return text.toWellFormed();
}
