// Finds the end of each MessagePack value in a byte stream that has no length prefix. Work is linear in the bytes
// received, however they are cut: the scan goes on where it stopped. The sender is the plugin server.

const MAX_FRAME_BYTES = 256 * 1024 * 1024;

interface Head {
  /** Bytes of tag and length. */
  readonly head: number;
  /** Bytes of payload after the head. */
  readonly skip: number;
  /** Values nested in this one. */
  readonly children: number;
}

const SIMPLE: Readonly<Record<number, number>> = {
  0xca: 4,
  0xcb: 8,
  0xcc: 1,
  0xcd: 2,
  0xce: 4,
  0xcf: 8,
  0xd0: 1,
  0xd1: 2,
  0xd2: 4,
  0xd3: 8,
};
const FIXED_EXT: Readonly<Record<number, number>> = { 0xd4: 2, 0xd5: 3, 0xd6: 5, 0xd7: 9, 0xd8: 17 };
/** tag -> [bytes of the length field, payload bytes beyond the length, values per counted entry]. */
const SIZED: Readonly<Record<number, readonly [1 | 2 | 4, number, number]>> = {
  0xc4: [1, 0, 0],
  0xc5: [2, 0, 0],
  0xc6: [4, 0, 0],
  0xc7: [1, 1, 0],
  0xc8: [2, 1, 0],
  0xc9: [4, 1, 0],
  0xd9: [1, 0, 0],
  0xda: [2, 0, 0],
  0xdb: [4, 0, 0],
  0xdc: [2, 0, 1],
  0xdd: [4, 0, 1],
  0xde: [2, 0, 2],
  0xdf: [4, 0, 2],
};

/** Reads the head at `at`; undefined when its bytes have not all arrived. */
function readHead(buffer: Buffer, at: number, end: number): Head | undefined {
  if (at >= end) return undefined;
  const tag = buffer.readUInt8(at);
  if (tag < 0x80 || tag >= 0xe0 || tag === 0xc0 || tag === 0xc2 || tag === 0xc3) return { head: 1, skip: 0, children: 0 };
  if (tag < 0x90) return { head: 1, skip: 0, children: 2 * (tag & 0x0f) };
  if (tag < 0xa0) return { head: 1, skip: 0, children: tag & 0x0f };
  if (tag < 0xc0) return { head: 1, skip: tag & 0x1f, children: 0 };
  const fixed = SIMPLE[tag] ?? FIXED_EXT[tag];
  if (fixed !== undefined) return { head: 1, skip: fixed, children: 0 };
  const sized = SIZED[tag];
  if (sized === undefined) throw new Error(`Plugin protocol: byte 0x${tag.toString(16)} starts no MessagePack value`);
  const [width, extra, perEntry] = sized;
  if (at + 1 + width > end) return undefined;
  const length = buffer.readUIntBE(at + 1, width);
  return perEntry === 0
    ? { head: 1 + width, skip: length + extra, children: 0 }
    : { head: 1 + width, skip: 0, children: length * perEntry };
}

export class FrameSplitter {
  #buffer = Buffer.allocUnsafe(4096);
  #end = 0;
  #at = 0;
  #pending = 1;

  /** Takes bytes and returns the whole values that they complete. Throws on bytes that are no MessagePack. */
  push(chunk: Uint8Array): Buffer[] {
    this.#append(chunk);
    const frames: Buffer[] = [];
    while (this.#scan()) {
      frames.push(Buffer.from(this.#buffer.subarray(0, this.#at)));
      this.#buffer.copyWithin(0, this.#at, this.#end);
      this.#end -= this.#at;
      this.#at = 0;
      this.#pending = 1;
    }
    return frames;
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#end + chunk.length;
    if (needed > MAX_FRAME_BYTES) throw new Error(`Plugin protocol: a value is larger than ${MAX_FRAME_BYTES} bytes`);
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, needed));
      this.#buffer.copy(larger, 0, 0, this.#end);
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end = needed;
  }

  /** True when the value that starts at 0 is complete; #at then points past it. */
  #scan(): boolean {
    while (this.#pending > 0) {
      const head = readHead(this.#buffer, this.#at, this.#end);
      if (head === undefined) return false;
      this.#at += head.head + head.skip;
      this.#pending += head.children - 1;
    }
    return this.#at <= this.#end;
  }
}
