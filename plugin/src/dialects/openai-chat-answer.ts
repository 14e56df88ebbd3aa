// Answers of chat completions. With n > 1 a client goes on with one of the choices, most often the first, so the first
// stands for the answer.
import { type AnswerReader, errorOf, type Found, openaiUsage, type StreamEvent } from './answer.ts';
import { asCount, asList, asText, get, isRecord } from './json.ts';
import { chatDraft, toolCall, withAudio } from './openai-chat-request.ts';
import type { Draft } from './message.ts';
import { readContent } from './content.ts';

export const chatAnswers: AnswerReader = {
  fromBody(body) {
    const choices = asList(get(body, 'choices')).filter(isRecord);
    const first = choices.toSorted((a, b) => indexOf(a) - indexOf(b))[0];
    const draft = chatDraft({ role: 'assistant', ...record(get(first, 'message')) });
    return {
      drafts: draft?.role === 'assistant' ? [draft] : [],
      finishReason: asText(get(first, 'finish_reason')),
      ...common(body),
      blocked: choices.some((choice) => get(choice, 'finish_reason') === 'content_filter'),
      closed: true,
    };
  },
  fromEvents: readChunks,
};

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function indexOf(choice: unknown): number {
  return asCount(get(choice, 'index')) ?? 0;
}

function common(body: unknown): Pick<Found, 'model' | 'fingerprint' | 'responseId' | 'usage' | 'error'> {
  return {
    model: asText(get(body, 'model')),
    fingerprint: asText(get(body, 'system_fingerprint')),
    responseId: asText(get(body, 'id')),
    usage: openaiUsage(get(body, 'usage')),
    error: errorOf(body),
  };
}

/** Only the choice with the smallest index is put together; of the others, whether they ended and were blocked. */
function readChunks(events: Iterable<StreamEvent>): Found {
  let found: Omit<Found, 'drafts' | 'closed'> = {};
  const choices = new Map<number, ChoiceInProgress>();
  let isDone = false;
  for (const { data, done } of events) {
    isDone ||= done;
    if (!isRecord(data)) continue;
    found = later(found, common(data));
    for (const choice of asList(get(data, 'choices'))) {
      const index = indexOf(choice);
      const inProgress = choices.get(index) ?? new ChoiceInProgress();
      choices.set(index, inProgress);
      inProgress.take(choice);
    }
  }
  const indexes = [...choices.keys()].toSorted((a, b) => a - b);
  const all = [...choices.values()];
  const first = choices.get(indexes[0] ?? 0);
  return {
    ...found,
    drafts: first ? [first.draft()] : [],
    finishReason: first?.finishReason,
    blocked: all.some((choice) => choice.finishReason === 'content_filter'),
    // Not every provider sends [DONE]; one that ended all its choices has said everything.
    closed: isDone || (all.length > 0 && all.every((choice) => choice.finishReason !== undefined)),
  };
}

/** The first that states something counts, but usage: the last, because some providers count as they go. */
export function later(known: Omit<Found, 'drafts' | 'closed'>, next: Omit<Found, 'drafts' | 'closed'>): Omit<Found, 'drafts' | 'closed'> {
  return {
    ...known,
    model: known.model ?? next.model,
    fingerprint: known.fingerprint ?? next.fingerprint,
    responseId: known.responseId ?? next.responseId,
    usage: next.usage ?? known.usage,
    error: known.error ?? next.error,
  };
}

interface CallInProgress {
  id: string | undefined;
  name: string;
  readonly arguments: string[];
}

class ChoiceInProgress {
  finishReason: string | undefined;
  readonly #texts: string[] = [];
  readonly #refusals: string[] = [];
  readonly #transcripts: string[] = [];
  #audioId: string | undefined;
  readonly #calls = new Map<number, CallInProgress>();

  take(choice: unknown): void {
    const delta = get(choice, 'delta');
    const text = asText(get(delta, 'content')) ?? asText(get(choice, 'text'));
    if (text !== undefined) this.#texts.push(text);
    const audio = get(delta, 'audio');
    this.#audioId ??= asText(get(audio, 'id'));
    const transcript = asText(get(audio, 'transcript'));
    if (transcript !== undefined) this.#transcripts.push(transcript);
    const refusal = asText(get(delta, 'refusal'));
    if (refusal !== undefined) this.#refusals.push(refusal);
    for (const [position, call] of asList(get(delta, 'tool_calls')).entries()) {
      const id = asText(get(call, 'id'));
      this.#takeCall(asCount(get(call, 'index')) ?? this.#place(id, position), id, get(call, 'function') ?? get(call, 'custom'));
    }
    if (isRecord(get(delta, 'function_call'))) this.#takeCall(0, undefined, get(delta, 'function_call'));
    this.finishReason ??= asText(get(choice, 'finish_reason'));
  }

  /** Some providers leave the index out: a new id is a new call, a delta without id belongs to the newest. */
  #place(id: string | undefined, position: number): number {
    if (id === undefined) return Math.max(position, this.#calls.size - 1);
    return this.#calls.size;
  }

  #takeCall(index: number, id: string | undefined, called: unknown): void {
    const known = this.#calls.get(index) ?? { id: undefined, name: '', arguments: [] };
    this.#calls.set(index, known);
    known.id ??= id;
    // Most providers send the name once; a few repeat it in every delta.
    if (known.name === '') known.name = asText(get(called, 'name')) ?? '';
    const args = asText(get(called, 'arguments')) ?? asText(get(called, 'input'));
    if (args !== undefined) known.arguments.push(args);
  }

  draft(): Draft {
    const text = this.#texts.join('');
    const calls = [...this.#calls].toSorted(([a], [b]) => a - b).map(([, call]) => toolCall(call.id, call.name, call.arguments.join('')));
    const said = readContent(text === '' ? this.#refusals.join('') : text);
    return {
      role: 'assistant',
      content: this.#audioId === undefined ? said : withAudio(said, { id: this.#audioId, transcript: this.#transcripts.join('') }),
      toolCalls: calls.filter((call) => call !== undefined),
    };
  }
}

/** Completions stream the same chunks with `text` in place of `delta`. */
export const completionAnswers: AnswerReader = {
  fromBody(body) {
    const choices = asList(get(body, 'choices')).filter(isRecord);
    const first = choices.toSorted((a, b) => indexOf(a) - indexOf(b))[0];
    return {
      drafts: [{ role: 'assistant', content: readContent(asText(get(first, 'text')) ?? ''), toolCalls: [] }],
      finishReason: asText(get(first, 'finish_reason')),
      ...common(body),
      closed: true,
    };
  },
  fromEvents: readChunks,
};

/** Embeddings have no text; nobody keeps the vectors. */
export const embeddingAnswers: AnswerReader = {
  fromBody(body) {
    return { drafts: [], ...common(body), closed: true };
  },
  fromEvents: readChunks,
};
