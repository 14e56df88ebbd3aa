// Clients to test with: they number, digest and resend messages as real ones do.
import { createHash } from 'node:crypto';
import type { PlacedTurn, Placement, TurnInput } from '../../../../control-plane/src/threads/index.ts';
import { PrincipalThreads } from '../../../../control-plane/src/threads/index.ts';

export const digest = (role: 'u' | 'a' | 't', text: string): string =>
  role + createHash('sha256').update(text).digest('base64url').slice(0, 22);

/**
 * A unit vector of a text: its words, hashed. Equal words bring texts together, as in a real embedding. Its length is that of no
 * model that the linker has learned to read: what was learned of one means nothing for hashes.
 */
export function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(256);
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? ['']) {
    const hash = createHash('sha256').update(word).digest();
    for (let i = 0; i < 32; i++) vector[(hash.readUInt8(i) * 7 + i * 11) % 256]! += hash.readUInt8(i) % 2 === 0 ? 1 : -1;
  }
  const norm = Math.hypot(...vector);
  return norm === 0 ? vector : vector.map((x) => x / norm);
}

let counter = 0;
export function request(at: number, text: string, more: Partial<TurnInput> = {}): TurnInput {
  return { id: `r${String(counter++).padStart(6, '0')}`, at, inferable: true, text, ...more };
}

export const withVectors = (turn: TurnInput): TurnInput => ({
  ...turn,
  vector: vectorOf(turn.text),
  ...(turn.answer === undefined ? {} : { answerVector: vectorOf(turn.answer) }),
});

export const threadsOf = (seed = 'acme/prod/alice', inference = true): PrincipalThreads =>
  new PrincipalThreads({ threadIdSeed: seed, inference });

export function placedAs(turn: TurnInput, { threadId, sessionId, position, method, predecessorId }: Placement): PlacedTurn {
  return { turn, threadId, sessionId, position, method, predecessorId };
}

/** What a store gives back after these placements: requests stand where later evidence moved them. */
export function pastOf(turns: readonly TurnInput[], placements: readonly Placement[]): PlacedTurn[] {
  const past = new Map<string, PlacedTurn>();
  turns.forEach((turn, i) => {
    const placement = placements[i];
    if (placement === undefined) return;
    past.set(turn.id, placedAs(turn, placement));
    for (const { requestId, into, evidence, predecessorId, position, follows } of placement.relinked ?? []) {
      const one = past.get(requestId);
      if (one === undefined) continue;
      past.set(requestId, { ...one, threadId: into, predecessorId, position, ...(follows ? {} : { method: evidence }) });
    }
    for (const { requestId, predecessorId } of placement.repointed ?? []) {
      const one = past.get(requestId);
      if (one !== undefined) past.set(requestId, { ...one, predecessorId });
    }
  });
  return [...past.values()];
}

type Message = readonly [role: 'u' | 'a', text: string];

/** A stateless chat client: it keeps the messages and sends what `memory` leaves of them. */
export class Chat {
  readonly messages: Message[] = [];
  readonly #memory: (messages: readonly Message[]) => readonly Message[];

  constructor(memory: (messages: readonly Message[]) => readonly Message[] = (messages) => messages) {
    this.#memory = memory;
  }

  ask(at: number, text: string, answer: string, more: Partial<TurnInput> = {}): TurnInput {
    this.messages.push(['u', text]);
    const sent = [...this.#memory(this.messages)];
    this.messages.push(['a', answer]);
    return request(at, text, {
      answer,
      history: { messages: sent.map(([role, one]) => digest(role, one)), answer: digest('a', answer) },
      ...more,
    });
  }

  /** The same chat as it stood after the first `turns` turns: what an edit or a regenerated answer goes on from. */
  rewind(turns: number): Chat {
    const chat = new Chat(this.#memory);
    chat.messages.push(...this.messages.slice(0, turns * 2));
    return chat;
  }
}

/** Keeps the last `count` messages, the newest included. */
export const lastMessages =
  (count: number) =>
  <T>(messages: readonly T[]): readonly T[] =>
    messages.slice(-count);
