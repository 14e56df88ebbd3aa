// What of a conversation was sent to the model with a prompt, as far as its requests tell.
import type { RequestView } from '../api/views.ts';
import type { Turn } from './turns.ts';

export type Fate =
  /** Sent with the prompt. */
  | 'sent'
  /** Sent before, and no longer. */
  | 'dropped'
  /** The client sends no history at all. */
  | 'withheld'
  /** The provider keeps the conversation and adds it by itself. */
  | 'kept';

export interface Message {
  readonly id: string;
  /** From 1. */
  readonly turn: number;
  readonly who: 'prompt' | 'answer';
  readonly text: string | null;
  readonly fate: Fate;
}

export interface Sent {
  /** Everything said before the prompt, oldest first. */
  readonly messages: readonly Message[];
  /** Messages sent with the request, its prompt included; null where that is not known. */
  readonly sent: number | null;
  readonly dropped: number;
  readonly kind: 'whole' | 'truncated' | 'compacted' | 'alone' | 'kept' | 'unknown';
}

export function sentWith(turns: readonly Turn[], index: number, request: RequestView): Sent {
  const { historyLength, truncation } = request;
  const said = turns.slice(0, index).flatMap(({ head, calls }, before) => {
    const answer = calls.findLast((call) => call.request.call?.kind !== 'auxiliary' && call.request.answer !== null)?.request.answer;
    const message = (who: Message['who'], text: string | null) => ({ id: `${head.id} ${who}`, turn: before + 1, who, text });
    return [message('prompt', head.prompt), message('answer', answer ?? head.answer)];
  });
  const dropped = truncation?.dropped ?? 0;
  const kind = kindOf(request, said.length);
  const lost = Math.min(said.length, dropped);
  const fateOf = (at: number): Fate => {
    if (kind === 'alone') return 'withheld';
    if (kind === 'kept') return 'kept';
    return at < lost ? 'dropped' : 'sent';
  };
  return { messages: said.map((message, at) => ({ ...message, fate: fateOf(at) })), sent: historyLength, dropped, kind };
}

function kindOf({ historyLength, truncation, call, dialect, method }: RequestView, said: number): Sent['kind'] {
  if (truncation !== null) return truncation.kind;
  if (said > 0 && historyLength !== null && historyLength <= 1) {
    const isKept = call?.previousResponseId !== undefined || (dialect === 'openai.responses' && method === 'declared');
    return isKept ? 'kept' : 'alone';
  }
  return historyLength === null ? 'unknown' : 'whole';
}
