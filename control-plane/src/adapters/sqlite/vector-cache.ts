// Vectors of one scope and model in memory, eight bits a dimension in one block: a scan that the processor can prefetch, a
// quarter of the size of the file's floats. It chooses candidates; the caller compares those exactly.
import type { VectorRow } from './vector-row.ts';

export interface Ranked {
  readonly id: string;
  readonly score: number;
}

export interface Constraint {
  readonly principal?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

type Slot = Omit<VectorRow, 'scope' | 'model' | 'vector'>;

const slotKey = (row: { readonly id: string; readonly kind: string }): string => `${row.kind}:${row.id}`;
/** Id, principal, map entry and the like, per vector: an estimate. */
const SLOT_BYTES = 250;

/** Dot product of the query with the numbers from `offset` on. Four sums, so that additions need not wait for each other. */
export function dot(block: Float32Array, offset: number, query: Float32Array): number {
  const length = query.length;
  const even = length - (length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i < even; i += 4) {
    a += (block[offset + i] as number) * (query[i] as number);
    b += (block[offset + i + 1] as number) * (query[i + 1] as number);
    c += (block[offset + i + 2] as number) * (query[i + 2] as number);
    d += (block[offset + i + 3] as number) * (query[i + 3] as number);
  }
  for (; i < length; i++) a += (block[offset + i] as number) * (query[i] as number);
  return a + b + c + d;
}

/** The same of bytes, in a function of its own: one for both kinds of array took a twentieth longer. */
function dotOfBytes(block: Int8Array, offset: number, query: Float32Array): number {
  const length = query.length;
  const even = length - (length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i < even; i += 4) {
    a += (block[offset + i] as number) * (query[i] as number);
    b += (block[offset + i + 1] as number) * (query[i + 1] as number);
    c += (block[offset + i + 2] as number) * (query[i + 2] as number);
    d += (block[offset + i + 3] as number) * (query[i + 3] as number);
  }
  for (; i < length; i++) a += (block[offset + i] as number) * (query[i] as number);
  return a + b + c + d;
}

/** The best requests of a stream of scored vectors; the better of a request's two vectors counts. */
export class Best {
  private readonly limit: number;
  private kept: { id: string; score: number }[] = [];
  private floor = -Infinity;

  constructor(limit: number) {
    this.limit = Math.max(0, limit);
  }

  offer(id: string, score: number): void {
    // Not "<=": NaN, from a damaged vector, must not get in either.
    if (!(score > this.floor)) return;
    this.kept.push({ id, score });
    if (this.kept.length >= this.limit * 4 + 64) this.prune();
  }

  private prune(): void {
    const seen = new Set<string>();
    this.kept.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
    this.kept = this.kept.filter(({ id }) => !seen.has(id) && seen.add(id)).slice(0, this.limit);
    if (this.kept.length === this.limit) this.floor = this.kept.at(-1)?.score ?? Infinity;
  }

  ranked(): readonly Ranked[] {
    this.prune();
    return this.kept.map(({ id, score }) => ({ id, score: Math.max(-1, Math.min(1, score)) }));
  }
}

/** The largest number of a vector becomes this one. */
const STEPS = 127;

export class VectorBlock {
  readonly dimensions: number;
  private data: Int8Array;
  /** What a step is worth, by place. */
  private scales: Float32Array;
  private readonly slots: Slot[] = [];
  private readonly places = new Map<string, number>();

  constructor(dimensions: number, expected: number) {
    this.dimensions = dimensions;
    const places = Math.max(expected, 64);
    this.data = new Int8Array(dimensions * places);
    this.scales = new Float32Array(places);
  }

  get bytes(): number {
    return this.data.byteLength + this.scales.byteLength + this.slots.length * SLOT_BYTES;
  }

  /** Vectors of another length are not of this model: left out. */
  put(row: Slot & { readonly vector: Float32Array }): void {
    if (row.vector.length !== this.dimensions) return;
    const key = slotKey(row);
    const place = this.places.get(key) ?? this.slots.length;
    if (place >= this.scales.length) this.grow();
    this.quantise(row.vector, place);
    this.slots[place] = { id: row.id, principal: row.principal, threadId: row.threadId, kind: row.kind, atMs: row.atMs };
    this.places.set(key, place);
  }

  /** Both vectors of a request; the last ones take their places. */
  remove(id: string): void {
    for (const kind of ['prompt', 'answer'] as const) {
      const key = slotKey({ kind, id });
      const place = this.places.get(key);
      if (place === undefined) continue;
      this.places.delete(key);
      const last = this.slots.pop() as Slot;
      const end = this.slots.length;
      if (place === end) continue;
      this.data.copyWithin(place * this.dimensions, end * this.dimensions, (end + 1) * this.dimensions);
      this.scales[place] = this.scales[end] as number;
      this.slots[place] = last;
      this.places.set(slotKey(last), place);
    }
  }

  private grow(): void {
    const places = Math.ceil(this.scales.length * 1.5) + 1;
    const [data, scales] = [new Int8Array(places * this.dimensions), new Float32Array(places)];
    data.set(this.data);
    scales.set(this.scales);
    this.data = data;
    this.scales = scales;
  }

  private quantise(vector: Float32Array, place: number): void {
    let largest = 0;
    let sum = 0;
    for (let i = 0; i < vector.length; i++) {
      const value = vector[i] as number;
      sum += value;
      if (value > largest) largest = value;
      else if (-value > largest) largest = -value;
    }
    // A damaged vector makes the scale NaN, and with it every score: it is never found.
    const scale = Number.isFinite(sum) ? largest / STEPS : NaN;
    const perStep = scale > 0 ? 1 / scale : 0;
    this.scales[place] = scale;
    const start = place * this.dimensions;
    for (let i = 0; i < vector.length; i++) {
      const steps = (vector[i] as number) * perStep;
      this.data[start + i] = steps < 0 ? steps - 0.5 : steps + 0.5;
    }
  }

  /** Scores are off by some thousandths. */
  search(query: Float32Array, limit: number, { principal, fromMs = -Infinity, toMs = Infinity }: Constraint): readonly Ranked[] {
    const best = new Best(limit);
    if (query.length !== this.dimensions) return best.ranked();
    for (let place = 0; place < this.slots.length; place++) {
      const slot = this.slots[place] as Slot;
      if (slot.atMs < fromMs || slot.atMs > toMs || (principal !== undefined && slot.principal !== principal)) continue;
      best.offer(slot.id, dotOfBytes(this.data, place * this.dimensions, query) * (this.scales[place] as number));
    }
    return best.ranked();
  }
}

/** Blocks up to a number of bytes; the one that was not used for longest goes first. */
export class VectorCache {
  private readonly maxBytes: number;
  private readonly blocks = new Map<string, VectorBlock>();

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  private static key(scope: string, model: string): string {
    return JSON.stringify([scope, model]);
  }

  get(scope: string, model: string): VectorBlock | undefined {
    const key = VectorCache.key(scope, model);
    const block = this.blocks.get(key);
    if (block === undefined) return undefined;
    this.blocks.delete(key);
    this.blocks.set(key, block);
    return block;
  }

  fits(vectors: number, dimensions: number): boolean {
    return vectors * (dimensions + SLOT_BYTES) <= this.maxBytes;
  }

  keep(scope: string, model: string, block: VectorBlock): void {
    this.blocks.set(VectorCache.key(scope, model), block);
    this.shrink();
  }

  /** What was written to the file, into the blocks that are in memory. */
  put(rows: readonly VectorRow[]): void {
    for (const row of rows) this.blocks.get(VectorCache.key(row.scope, row.model))?.put(row);
    if (rows.length > 0) this.shrink();
  }

  /** After removals of unknown extent, which are rare: the blocks of the scope are read again when they are needed. */
  forget(scope: string): void {
    for (const key of this.blocks.keys()) if ((JSON.parse(key) as string[])[0] === scope) this.blocks.delete(key);
  }

  /** After removals of all vectors of these requests. */
  remove(scope: string, ids: readonly string[]): void {
    for (const [key, block] of this.blocks) if ((JSON.parse(key) as string[])[0] === scope) for (const id of ids) block.remove(id);
  }

  private shrink(): void {
    let bytes = 0;
    for (const block of this.blocks.values()) bytes += block.bytes;
    for (const [key, block] of this.blocks) {
      if (bytes <= this.maxBytes) return;
      this.blocks.delete(key);
      bytes -= block.bytes;
    }
  }
}
