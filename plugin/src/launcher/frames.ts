// Cuts a byte stream into whole MessagePack values. The protocol has no length prefix, so the end of a message is found
// by walking its headers; payloads are skipped, not copied, and each chunk is looked at once, however many it takes.

/** The peer broke the format or sent more than is allowed; the stream cannot be read any further. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly code: 'too_large' | 'not_msgpack';

  constructor(code: FrameError['code']) {
    super(code === 'too_large' ? 'A message is larger than the limit' : 'The stream is not MessagePack');
    this.code = code;
  }
}

type LengthOf = 'payload' | 'array' | 'map' | 'extension';

export class FrameSplitter {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #partsBytes = 0;
  /** Values still to come before the message ends. */
  #open = 1;
  /** Payload bytes still to be passed over. */
  #skip = 0;
  /** Bytes of a length field still to be read, and what has been read of it. */
  #lengthBytes = 0;
  #length = 0;
  #lengthOf: LengthOf = 'payload';

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes held of a message that is not whole yet. */
  get heldBytes(): number {
    return this.#partsBytes;
  }

  /** The messages that this chunk completes, each as one view of bytes. Throws FrameError. */
  push(chunk: Uint8Array): Uint8Array[] {
    const whole: Uint8Array[] = [];
    let start = 0;
    let at = 0;
    while (at < chunk.length) {
      at = this.#step(chunk, at);
      if (this.#partsBytes + at - start > this.#maxBytes) throw new FrameError('too_large');
      if (this.#open > 0 || this.#skip > 0 || this.#lengthBytes > 0) continue;
      whole.push(this.#join(chunk.subarray(start, at)));
      start = at;
      this.#open = 1;
    }
    if (start < chunk.length) {
      this.#parts.push(start === 0 ? chunk : chunk.subarray(start));
      this.#partsBytes += chunk.length - start;
      if (this.#partsBytes + this.#skip > this.#maxBytes) throw new FrameError('too_large');
    }
    return whole;
  }

  #join(last: Uint8Array): Uint8Array {
    if (this.#parts.length === 0) return last;
    const joined = Buffer.concat([...this.#parts, last]);
    this.#parts = [];
    this.#partsBytes = 0;
    return joined;
  }

  #step(chunk: Uint8Array, at: number): number {
    if (this.#skip > 0) {
      const passed = Math.min(this.#skip, chunk.length - at);
      this.#skip -= passed;
      return at + passed;
    }
    const byte = chunk[at] ?? 0;
    if (this.#lengthBytes > 0) {
      this.#length = this.#length * 256 + byte;
      this.#lengthBytes -= 1;
      if (this.#lengthBytes === 0) this.#applyLength();
    } else {
      this.#open -= 1;
      this.#header(byte);
    }
    return at + 1;
  }

  #applyLength(): void {
    if (this.#lengthOf === 'payload') this.#skip = this.#length;
    else if (this.#lengthOf === 'extension') this.#skip = this.#length + 1;
    else this.#open += this.#lengthOf === 'map' ? this.#length * 2 : this.#length;
    this.#length = 0;
  }

  #expect(bytes: number, of: LengthOf): void {
    this.#lengthBytes = bytes;
    this.#lengthOf = of;
  }

  #header(byte: number): void {
    if (byte <= 0x7f || byte >= 0xe0) return;
    if (byte <= 0x8f) this.#open += (byte & 0x0f) * 2;
    else if (byte <= 0x9f) this.#open += byte & 0x0f;
    else if (byte <= 0xbf) this.#skip = byte & 0x1f;
    else if (byte === 0xc1) throw new FrameError('not_msgpack');
    else if (byte <= 0xc3) return;
    else if (byte <= 0xc6) this.#expect(1 << (byte - 0xc4), 'payload');
    else if (byte <= 0xc9) this.#expect(1 << (byte - 0xc7), 'extension');
    else if (byte <= 0xcb) this.#skip = byte === 0xca ? 4 : 8;
    else if (byte <= 0xcf) this.#skip = 1 << (byte - 0xcc);
    else if (byte <= 0xd3) this.#skip = 1 << (byte - 0xd0);
    else if (byte <= 0xd8) this.#skip = 1 + (1 << (byte - 0xd4));
    else if (byte <= 0xdb) this.#expect(1 << (byte - 0xd9), 'payload');
    else if (byte <= 0xdd) this.#expect(byte === 0xdc ? 2 : 4, 'array');
    else this.#expect(byte === 0xde ? 2 : 4, 'map');
  }
}
