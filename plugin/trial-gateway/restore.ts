// What deploy/kong/body-restore.lua does in Kong: puts values back where an answer holds stand-ins for them. Bytes are
// characters here (latin1), as in Lua. A test holds both to the same bytes.
import { begunAtEnd, jsonLiterals, restoreText, type JsonDepth, type JsonLevel, type JsonLiteral, type StandIns } from '#contract';

const MAX_WAITING_LINES = 256;
const MAX_WAITING_BYTES = 262_144;
const MAX_JSON_BYTES = 8_388_608;

/** JSON within a JSON text. */
const NESTED = new Set(['arguments', 'partial_json']);
/** Where answers stand that are JSON themselves because the client asked for it. */
const SPOKEN = new Set(['content', 'text', 'delta']);
/** Texts that come in pieces, each after the other. */
const TEXTS = new Set([...NESTED, ...SPOKEN, 'reasoning', 'reasoning_content', 'refusal', 'thinking']);

export interface RestoreOptions {
  readonly values: StandIns;
  readonly isJsonText: boolean;
  /** Of the answer. */
  readonly contentType: string;
}

/** What came in goes out of the two together, with values in the place of stand-ins. */
export interface AnswerRestorer {
  push(chunk: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

export function createRestorer({ values, isJsonText, contentType }: RestoreOptions): AnswerRestorer {
  const inBytes = Object.fromEntries(
    Object.entries(values).map(([token, forms]) => [token, forms.map((form) => Buffer.from(form).toString('latin1'))]),
  ) as unknown as StandIns;
  const kind = contentType.toLowerCase();
  const rules = { values: inBytes, isJsonText };
  const reader = kind.includes('text/event-stream')
    ? new EventReader(rules)
    : kind.includes('json')
      ? new JsonReader(rules)
      : new TextReader(rules, 0);
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
  return {
    push: (chunk) => bytes(reader.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1'), false)),
    end: () => bytes(reader.push('', true)),
  };
}

interface Rules {
  readonly values: StandIns;
  readonly isJsonText: boolean;
}

interface Reader {
  push(chunk: string, isEnd: boolean): string;
}

class TextReader implements Reader {
  readonly #rules: Rules;
  readonly #depth: JsonDepth;
  #open = '';

  constructor(rules: Rules, depth: JsonDepth) {
    this.#rules = rules;
    this.#depth = depth;
  }

  push(chunk: string, isEnd: boolean): string {
    const text = this.#open + chunk;
    const cut = text.length - (isEnd ? 0 : begunAtEnd(text));
    this.#open = text.slice(cut);
    return restoreText(text.slice(0, cut), this.#rules.values, this.#depth);
  }
}

/** Waits for the end: nobody can read half of a JSON document. */
class JsonReader implements Reader {
  readonly #rules: Rules;
  #pieces: string[] = [];
  #waiting = 0;
  #long: TextReader | undefined;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  push(chunk: string, isEnd: boolean): string {
    if (this.#long) return this.#long.push(chunk, isEnd);
    this.#pieces.push(chunk);
    this.#waiting += chunk.length;
    if (!isEnd && this.#waiting <= MAX_JSON_BYTES) return '';
    const text = this.#pieces.join('');
    this.#pieces = [];
    if (isEnd) return restoreJson(text, this.#rules);
    this.#long = new TextReader(this.#rules, 1);
    return this.#long.push(text, false);
  }
}

function restoreJson(text: string, rules: Rules): string {
  const literals = jsonLiterals(text);
  if (!literals) return restoreText(text, rules.values, 1);
  const kind = kindOf(text, literals);
  const parts: string[] = [];
  let read = 0;
  for (const literal of literals) {
    if (literal.kind === 'number') continue;
    parts.push(
      text.slice(read, literal.from),
      restoreText(text.slice(literal.from, literal.to), rules.values, depthOf(literal, kind, rules)),
    );
    read = literal.to;
  }
  return parts.join('') + text.slice(read);
}

interface Line {
  readonly parts: string[];
  readonly size: number;
  /** Beginnings of stand-ins that were taken from it and may come back. */
  holds: number;
}

interface Carry {
  readonly text: string;
  readonly line: Line;
  readonly slot: number;
  /** The part of the answer that its text belongs to. */
  readonly outer: string;
}

class EventReader implements Reader {
  readonly #rules: Rules;
  #lines: Line[] = [];
  readonly #carries = new Map<string, Carry>();
  #pieces: string[] = [];
  #openBytes = 0;
  #waiting = 0;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  push(chunk: string, isEnd: boolean): string {
    let at = 0;
    for (let newline = chunk.indexOf('\n'); newline >= 0; newline = chunk.indexOf('\n', at)) {
      this.#readOpenLine(chunk.slice(at, newline + 1));
      at = newline + 1;
    }
    this.#pieces.push(chunk.slice(at));
    this.#openBytes += chunk.length - at;
    if (isEnd || this.#openBytes > MAX_JSON_BYTES) this.#readOpenLine('');
    if (isEnd) this.#giveBack(() => true);
    return this.#take();
  }

  #readOpenLine(rest: string): void {
    const text = this.#pieces.join('') + rest;
    this.#pieces = [];
    this.#openBytes = 0;
    if (text !== '') this.#readLine(text);
  }

  #readLine(text: string): void {
    const line: Line = { parts: [], size: text.length, holds: 0 };
    this.#lines.push(line);
    this.#waiting += text.length;
    const head = /^data:[ \t]*/.exec(text)?.[0];
    const isDone = head !== undefined && text.startsWith('[DONE]', head.length);
    if (head === undefined || isDone) {
      line.parts.push(text);
      if (isDone) this.#giveBack(() => true);
      return;
    }
    line.parts.push(head);
    this.#readEvent(line, text.slice(head.length));
  }

  #readEvent(line: Line, text: string): void {
    const literals = jsonLiterals(text);
    if (!literals) {
      line.parts.push(restoreText(text, this.#rules.values, 1));
      return;
    }
    const kind = kindOf(text, literals);
    let read = 0;
    let ended: string | undefined;
    for (const literal of literals) {
      if (literal.kind === 'number') continue;
      const piece = text.slice(literal.from, literal.to);
      line.parts.push(text.slice(read, literal.from));
      this.#readPiece(line, literal, piece, kind);
      if (literal.kind === 'text' && literal.name === 'finish_reason') ended = outerOf(literal.level);
      read = literal.to;
    }
    line.parts.push(text.slice(read));
    if (ended === undefined && (kind.endsWith('_stop') || (kind.startsWith('response.') && !kind.endsWith('.delta')))) {
      ended = rootOf(literals)?.index;
    }
    if (ended !== undefined) this.#giveBack(({ outer }) => ended === '' || outer === ended);
  }

  #readPiece(line: Line, literal: JsonLiteral, given: string, kind: string): void {
    const { values } = this.#rules;
    const depth = depthOf(literal, kind, this.#rules);
    const channel = literal.kind === 'text' ? channelOf(literal, kind) : undefined;
    if (!channel) {
      line.parts.push(restoreText(given, values, depth));
      return;
    }
    const { path, outer } = channel;
    const carry = this.#carries.get(path);
    let piece = given;
    if (carry) {
      this.#carries.delete(path);
      carry.line.holds -= 1;
      piece = carry.text + given;
    }
    if (piece !== '') this.#giveBack((other) => other.outer === outer);
    const cut = piece.length - begunAtEnd(piece);
    line.parts.push(restoreText(piece.slice(0, cut), values, depth));
    if (cut === piece.length) return;
    this.#carries.set(path, { text: piece.slice(cut), line, slot: line.parts.length - 1, outer });
    line.holds += 1;
  }

  #giveBack(matches: (carry: Carry) => boolean): void {
    for (const [path, carry] of [...this.#carries]) {
      if (!matches(carry)) continue;
      this.#carries.delete(path);
      carry.line.parts[carry.slot] = `${carry.line.parts[carry.slot] ?? ''}${carry.text}`;
      carry.line.holds -= 1;
    }
  }

  #take(): string {
    if (this.#lines.length > MAX_WAITING_LINES || this.#waiting > MAX_WAITING_BYTES) this.#giveBack(() => true);
    const first = this.#lines.findIndex(({ holds }) => holds > 0);
    const free = first < 0 ? this.#lines : this.#lines.slice(0, first);
    this.#lines = first < 0 ? [] : this.#lines.slice(first);
    for (const { size } of free) this.#waiting -= size;
    return free.map(({ parts }) => parts.join('')).join('');
  }
}

function rootOf(literals: readonly JsonLiteral[]): JsonLevel | undefined {
  for (let level = literals[0]?.level; level; level = level.parent) if (level.parent && !level.parent.parent) return level;
  return undefined;
}

/** What the event says it is; '' where it does not. */
function kindOf(text: string, literals: readonly JsonLiteral[]): string {
  const root = rootOf(literals);
  const named = literals.findLast(({ level, kind, name }) => level === root && kind === 'text' && name === 'type');
  return named ? text.slice(named.from, named.to) : '';
}

function outerOf(level: JsonLevel): string {
  let outer = '';
  for (let at: JsonLevel | undefined = level; at; at = at.parent) if (at.index !== '') outer = at.index;
  return outer;
}

/** Which text of the stream a literal is a piece of; undefined where it is a whole text. */
function channelOf({ name, level }: JsonLiteral, kind: string): { readonly path: string; readonly outer: string } | undefined {
  if (!TEXTS.has(name)) return undefined;
  let path = name;
  let isDelta = name === 'delta' && kind.endsWith('.delta');
  let isChoice = false;
  for (let at: JsonLevel | undefined = level; at; at = at.parent) {
    path = `${at.name}|${at.index}/${path}`;
    isDelta ||= at.name === 'delta';
    isChoice ||= at.name === 'choices';
  }
  return isDelta || (isChoice && name === 'text') ? { path: path + kind, outer: outerOf(level) } : undefined;
}

function depthOf({ kind, name }: JsonLiteral, event: string, { isJsonText }: Rules): JsonDepth {
  if (kind === 'key') return 1;
  if (NESTED.has(name) || (name === 'delta' && event.includes('arguments'))) return 2;
  return isJsonText && SPOKEN.has(name) ? 2 : 1;
}
