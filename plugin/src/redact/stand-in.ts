// Values of one request replaced by stand-ins, and each stand-in noted with what it stands for. Numbered as they are
// met: the beginning of a conversation reads the same each time it is sent, so a provider's cache of it still holds.
import { createHmac } from 'node:crypto';
import { jsonLiterals, secretKey, standInValue, type JsonLevel, type JsonLiteral, type StandIns, type StandInValue } from '#contract';
import { createDetector, detect as detectAll } from './detector.ts';
import { detectMember, type Detect } from './json.ts';
import { applyUntilStable } from './stable.ts';
import type { RedactorOptions } from './types.ts';

/** Names that providers look up or hand back as they are. A value that does not look like a name of theirs is read all the same. */
const OPAQUE = new Set([
  ...['model', 'type', 'role', 'id', 'call_id', 'tool_call_id', 'tool_use_id', 'item_id', 'previous_response_id', 'conversation'],
  ...['file_id', 'container', 'signature', 'encrypted_content', 'data', 'file_data', 'image_url', 'url', 'b64_json', 'service_tier'],
]);
const OPAQUE_FORM = /^(?:[\w.:/=+-]*|data:[\w.+/-]+;base64,[\w+/=\s-]*)$/;
/** Who the provider is to hold for the user: it needs one name for each, the same each time. */
const WHO = new Set(['user', 'user_id', 'safety_identifier', 'prompt_cache_key']);
/** Names of texts in which people speak: no context of a value. */
const SPOKEN = new Set(['text', 'content', 'input', 'arguments', 'instructions', 'system', 'prompt', 'output']);
/** JSON in texts in JSON: arguments of calls, results that tools write so. */
const MAX_NESTING = 3;
/** A number that identifies somebody has so many digits. */
const MIN_DIGITS = 7;
const STAND_IN = /\[[A-Z][A-Z0-9_]*\]/g;

export interface StandInOptions extends RedactorOptions {
  /** Key of the names that stand for users. */
  readonly key: Uint8Array;
}

/** Replaces the values of one request. */
export interface StandInWriter {
  /**
   * A JSON document with every value replaced, in texts, keys, JSON within texts, and numbers that a tool is called with;
   * all else stays byte for byte. Yields between texts; gives undefined for what is no JSON.
   */
  readonly json: (text: string) => Generator<undefined, string | undefined>;
  readonly text: (text: string) => string;
  /** What stands for what so far; empty where nothing was found. */
  readonly standIns: () => StandIns;
}

/** Throws RedactionError for an unsafe pattern. A writer is for one request, and `whole` all of it: no stand-in occurs in it. */
export function createStandIns(options: StandInOptions): (whole: string) => StandInWriter {
  const detector = createDetector(options);
  const find: Detect = (text) => detectAll(detector, text);
  return (whole) => new Writer(find, whole, options.key);
}

class Writer implements StandInWriter {
  readonly #find: Detect;
  readonly #whole: string;
  readonly #key: Uint8Array;
  readonly #tokens = new Map<string, string>();
  readonly #values = new Map<string, StandInValue>();
  readonly #numbers = new Map<string, number>();

  constructor(find: Detect, whole: string, key: Uint8Array) {
    this.#find = find;
    this.#whole = whole;
    this.#key = key;
  }

  standIns(): StandIns {
    return Object.fromEntries(this.#values);
  }

  text(text: string): string {
    return this.#replace(text, this.#find);
  }

  *json(text: string): Generator<undefined, string | undefined> {
    return isJson(text) ? yield* this.#document(text, 0) : undefined;
  }

  *#document(text: string, nesting: number): Generator<undefined, string> {
    const parts: string[] = [];
    let read = 0;
    for (const literal of jsonLiterals(text) ?? []) {
      const given = text.slice(literal.from, literal.to);
      const clean = yield* this.#literal(literal, given, nesting);
      if (clean === given) continue;
      parts.push(text.slice(read, literal.from), clean);
      read = literal.to;
    }
    return parts.join('') + text.slice(read);
  }

  /** As it is to stand in the document. */
  *#literal({ kind, name, level }: JsonLiteral, given: string, nesting: number): Generator<undefined, string> {
    const isFree = nesting > 0 || isToolInput(level);
    if (kind === 'number') {
      if (!isFree || given.length < MIN_DIGITS) return given;
      const clean = this.#replace(given, detectMember(this.#find, name));
      return clean === given ? given : JSON.stringify(clean);
    }
    const text = JSON.parse(`"${given}"`) as string;
    if (!isFree && kind === 'text' && OPAQUE.has(name) && OPAQUE_FORM.test(text)) return given;
    yield;
    const clean = kind === 'key' ? this.text(text) : yield* this.#member(name, text, nesting);
    return clean === text ? given : JSON.stringify(clean).slice(1, -1);
  }

  *#member(name: string, text: string, nesting: number): Generator<undefined, string> {
    if (WHO.has(name) && nesting === 0) return this.#find(text).length > 0 ? this.#who(text) : text;
    const find = SPOKEN.has(name) ? this.#find : detectMember(this.#find, name);
    const isDocument = nesting < MAX_NESTING && /^\s*[[{]/.test(text) && isJson(text);
    return this.#replace(isDocument ? yield* this.#document(text, nesting + 1) : text, find);
  }

  #replace(text: string, find: Detect): string {
    return applyUntilStable(text, find, (type, value) => this.#tokenFor(type, value)).text;
  }

  #tokenFor(type: string, found: string): string {
    // What is found beside a replacement may reach over it.
    const value = found.replace(STAND_IN, (token) => this.#values.get(token)?.[0] ?? token);
    const known = this.#tokens.get(`${type} ${value}`);
    if (known !== undefined) return known;
    let token: string;
    do {
      const number = (this.#numbers.get(type) ?? 0) + 1;
      this.#numbers.set(type, number);
      token = `[${type}_${number}]`;
    } while (this.#whole.includes(token));
    return this.#note(`${type} ${value}`, token, value);
  }

  #who(value: string): string {
    const digest = createHmac('sha256', secretKey(this.#key)).update('who').update(value.normalize('NFC')).digest();
    const letters = [...digest.subarray(0, 20)].map((byte) => String.fromCharCode(65 + (byte % 26))).join('');
    return this.#note(`USER ${value}`, `[USER_${letters}]`, value);
  }

  #note(name: string, token: string, value: string): string {
    this.#tokens.set(name, token);
    this.#values.set(token, standInValue(value));
    return token;
  }
}

/** True within what a tool is called with, where it is no text: an object called input. */
function isToolInput(level: JsonLevel | undefined): boolean {
  for (let at = level; at; at = at.parent) if (at.isObject && at.isMember && at.name === 'input') return true;
  return false;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
