// Traffic and repairs at once, by chance that is the same each time, and what must hold whatever came of it.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import { sample } from '../support/control-plane.ts';
import { ALL_VECTORS } from '../support/stored-vectors.ts';

/** Posts and answers status and body; null where the server is gone. */
export type Send = (path: string, body: unknown) => Promise<{ readonly status: number; readonly body: unknown } | null>;

export const PEOPLE = ['p_ann', 'p_bob', 'p_cid'];
export const SESSIONS = ['A', 'B', 'C'];

export function chance(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export class World {
  readonly #random: (below: number) => number;
  readonly #send: Send;
  readonly #name: string;
  #next = 0;
  /** Ids of requests that were accepted, and of repairs that were answered with 201. */
  readonly accepted: string[] = [];
  readonly repaired: string[] = [];
  readonly undone = new Set<string>();

  readonly #startMs: number;

  constructor(name: string, seed: number, send: Send, minute = 0) {
    this.#startMs = Date.now() - 3_600_000 + minute * 60_000;
    this.#name = name;
    this.#random = chance(seed);
    this.#send = send;
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[this.#random(list.length)];
  }

  async ingest(): Promise<void> {
    const samples = Array.from({ length: 1 + this.#random(4) }, () => this.request(this.#pick(PEOPLE) ?? '', this.#pick(SESSIONS) ?? ''));
    const answer = await this.#send('/v1/samples', samples);
    if (answer?.status === 202) this.accepted.push(...samples.map(({ id }) => String(id)));
  }

  request(person: string, session: string): Record<string, unknown> {
    const n = this.#next++;
    return sample({
      id: `${this.#name}-${n}`,
      startedAt: new Date(this.#startMs + n * 100).toISOString(),
      principal: { id: person, source: 'header:x-user', trust: 'authenticated' },
      session: { id: `${person}-${session}`, source: 'header:x-conversation-id' },
      prompt: { text: `Question ${n} of ${session}` },
    });
  }

  /** Some repair, sensible or not, of threads as they stand. */
  async repair(rows: readonly Row[]): Promise<void> {
    const [one, other] = [this.#pick(rows), this.#pick(rows)];
    if (one === undefined || other === undefined) return;
    const undo = this.#pick(this.repaired);
    const [at, body] = (
      [
        [`/v1/threads/${one.thread}/merge`, { into: other.thread }],
        [`/v1/threads/${one.thread}/split`, { fromRequestId: one.id }],
        [`/v1/threads/${one.thread}/split`, { requestIds: [one.id] }],
        [`/v1/requests/${one.id}/relink`, { threadId: other.thread }],
        [`/v1/requests/${one.id}/relink`, { threadId: 'new' }],
        [`/v1/repairs/${undo ?? 'none'}/undo`, {}],
      ] as const
    )[this.#random(6)] ?? ['', {}];
    const answer = await this.#send(at, body);
    if (answer === null) return;
    expect([200, 201, 404, 409]).toContain(answer.status);
    if (answer.status === 201) this.repaired.push((answer.body as { id: string }).id);
    if (answer.status === 200 && at.endsWith('/undo') && undo !== undefined) this.undone.add(undo);
  }
}

export interface Row {
  readonly id: string;
  readonly thread: string;
  readonly principal: string;
  readonly session: string;
  readonly predecessor: string | null;
  readonly position: string;
}

/** Reads the file itself, past the adapter, which must not be asked whether it is right. */
export function readRows(folder: string): readonly Row[] {
  return read(
    folder,
    `SELECT id, thread_id AS thread, principal, declared_session AS session, predecessor_id AS predecessor, position
     FROM requests ORDER BY at, seq`,
  ) as unknown as readonly Row[];
}

export function read(folder: string, text: string): readonly Readonly<Record<string, unknown>>[] {
  const database = new DatabaseSync(path.join(folder, 'clew.db'), { readOnly: true });
  try {
    return database.prepare(text).all();
  } finally {
    database.close();
  }
}

/** What holds of a store at any moment, whatever was repaired and wherever it was cut off. */
export function expectSound(folder: string): void {
  const rows = readRows(folder);
  const threads = Map.groupBy(rows, ({ thread }) => thread);
  const threadOf = new Map(rows.map(({ id, thread }) => [id, thread]));
  for (const members of threads.values()) {
    expect(new Set(members.map(({ principal }) => principal)).size).toBe(1);
    members.forEach((row, i) => {
      // The first goes on from nothing; each other one from an earlier one of the thread.
      if (i === 0) expect(row.predecessor).toBeNull();
      else expect(members.slice(0, i).map(({ id }) => id)).toContain(row.predecessor);
      if (i > 0) expect(row.position).not.toBe('first');
    });
  }
  for (const { predecessor, thread } of rows) if (predecessor !== null) expect(threadOf.get(predecessor)).toBe(thread);
  const kept = read(folder, 'SELECT id, calls, principal FROM threads');
  expect(new Map(kept.map(({ id, calls }) => [id, calls]))).toEqual(new Map([...threads].map(([id, members]) => [id, members.length])));
  const half = read(
    folder,
    `SELECT m.request_id FROM repair_moves m LEFT JOIN repairs r ON r.scope = m.scope AND r.id = m.repair_id WHERE r.id IS NULL`,
  );
  expect(half).toEqual([]);
  const vectors = read(
    folder,
    `SELECT 1 FROM ${ALL_VECTORS} v JOIN requests r ON r.scope = v.scope AND r.id = v.request_id WHERE r.thread_id <> v.thread_id`,
  );
  expect(vectors).toEqual([]);
}
