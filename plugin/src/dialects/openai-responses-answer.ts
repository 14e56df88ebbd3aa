// Answers of the responses dialect. The closing event carries the whole response; where it is lost or empty, the answer
// is put together from the items and deltas before it.
import { type AnswerReader, codeOf, errorOf, type Found, openaiUsage, type StreamEvent } from './answer.ts';
import { asCount, asList, asText, asKind, dig, get, isRecord } from './json.ts';
import { argumentsText, type Draft } from './message.ts';
import { itemDrafts } from './openai-responses-request.ts';

export const responsesAnswers: AnswerReader = {
  fromBody(body) {
    return { ...readResponse(body), closed: true };
  },
  fromEvents: readResponseEvents,
};

function readResponse(response: unknown): Omit<Found, 'closed'> {
  const status = asText(get(response, 'status'));
  const drafts = assistants(asList(get(response, 'output')));
  return {
    drafts,
    finishReason: asText(dig(response, 'incomplete_details.reason')) ?? status,
    model: asText(get(response, 'model')),
    responseId: asText(get(response, 'id')),
    usage: openaiUsage(get(response, 'usage')),
    error: errorOf(response) ?? (status === 'failed' ? { type: 'response_failed', code: undefined } : undefined),
  };
}

function assistants(items: readonly unknown[]): Draft[] {
  return itemDrafts(items).filter((draft) => draft.role === 'assistant');
}

const CLOSING = new Set(['response.completed', 'response.incomplete', 'response.failed']);

function readResponseEvents(events: Iterable<StreamEvent>): Found {
  const items = new Map<number, ItemInProgress>();
  let found: Omit<Found, 'closed'> = { drafts: [] };
  let closed = false;
  for (const { type = '', data } of events) {
    if (type === 'error' || (!type.startsWith('response.') && errorOf(data))) {
      found = {
        ...found,
        error: found.error ?? errorOf(data) ?? { type: asKind(get(data, 'code')) ?? 'error', code: codeOf(get(data, 'code')) },
      };
      continue;
    }
    const response = get(data, 'response');
    if (isRecord(response)) {
      const read = readResponse(response);
      const keep = { model: read.model ?? found.model, responseId: read.responseId ?? found.responseId, usage: read.usage ?? found.usage };
      found = { ...read, ...keep, error: found.error ?? read.error, finishReason: CLOSING.has(type) ? read.finishReason : undefined };
    }
    closed ||= CLOSING.has(type);
    takeItemEvent(items, type, data);
  }
  const drafts = found.drafts.length > 0 ? found.drafts : assistants(inOrder(items));
  return { ...found, drafts, closed };
}

interface ItemInProgress {
  /** From the newest event that carried the whole item. */
  item: unknown;
  isDone: boolean;
  readonly texts: string[];
  readonly refusals: string[];
  readonly arguments: string[];
}

/** Deltas by the item that they belong to. Audio, summaries and the provider's own tools are not part of the answer. */
const DELTAS: Readonly<Record<string, 'texts' | 'refusals' | 'arguments'>> = {
  'response.output_text.delta': 'texts',
  'response.refusal.delta': 'refusals',
  'response.function_call_arguments.delta': 'arguments',
  'response.custom_tool_call_input.delta': 'arguments',
};

function takeItemEvent(items: Map<number, ItemInProgress>, type: string, data: unknown): void {
  const place = Object.hasOwn(DELTAS, type) ? DELTAS[type] : undefined;
  const isItem = type === 'response.output_item.added' || type === 'response.output_item.done';
  if (place === undefined && !isItem) return;
  const index = asCount(get(data, 'output_index')) ?? 0;
  const known = items.get(index) ?? { item: undefined, isDone: false, texts: [], refusals: [], arguments: [] };
  items.set(index, known);
  if (isItem && isRecord(get(data, 'item'))) {
    known.item = get(data, 'item');
    known.isDone ||= type === 'response.output_item.done';
  }
  const delta = asText(get(data, 'delta'));
  if (place !== undefined && delta !== undefined) known[place].push(delta);
}

function inOrder(items: ReadonlyMap<number, ItemInProgress>): unknown[] {
  return [...items].toSorted(([a], [b]) => a - b).map(([, known]) => (known.isDone ? known.item : rebuilt(known)));
}

function rebuilt(known: ItemInProgress): unknown {
  const type = asText(get(known.item, 'type')) ?? 'message';
  if (type === 'message') {
    const text = known.texts.length > 0 ? known.texts : known.refusals;
    return { type, role: 'assistant', content: text.join('') };
  }
  const args = known.arguments.join('');
  const { item } = known;
  const identity = { type, call_id: get(item, 'call_id'), name: get(item, 'name') };
  return { ...identity, action: get(item, 'action'), operation: get(item, 'operation'), arguments: args, input: argumentsText(args) };
}
