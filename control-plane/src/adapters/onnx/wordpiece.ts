// WordPiece as BERT's uncased models were trained with: basic tokenisation, accents stripped, lower case, greedy longest
// match. Every token knows which UTF-16 units of the text it came from, so that findings can be cut out of the original.

const CONTROL = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/u;
const SPACE = /\p{White_Space}/u;
const PUNCTUATION = /[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]|\p{P}/u;
const MARK = /\p{Mn}/u;
const MAX_WORD_CHARACTERS = 100;

/** Token ids with the range of the text that each stands for; special tokens have an empty range. */
export interface Encoding {
  readonly ids: number[];
  readonly starts: number[];
  readonly ends: number[];
  /** UTF-16 units of the text that the tokens cover; less than its length where the window was full. */
  readonly covered: number;
}

/** CJK ideographs are words of their own, as in the reference tokeniser. */
function isIdeograph(code: number): boolean {
  return (
    (code >= 0x4e00 && code <= 0x9fff) ||
    (code >= 0x3400 && code <= 0x4dbf) ||
    (code >= 0x20000 && code <= 0x2ceaf) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0x2f800 && code <= 0x2fa1f)
  );
}

/** Letters of one word with the range of the text that each came from. */
interface Word {
  letters: string[];
  starts: number[];
  ends: number[];
}

export class WordPiece {
  readonly #vocabulary: ReadonlyMap<string, number>;
  readonly #unknown: number;
  readonly #first: number;
  readonly #last: number;

  /** @param lines the vocabulary, one token a line; the line number is the id */
  constructor(lines: readonly string[]) {
    this.#vocabulary = new Map(lines.map((token, id) => [token, id]));
    this.#unknown = this.#special('[UNK]');
    this.#first = this.#special('[CLS]');
    this.#last = this.#special('[SEP]');
  }

  /** At most `maxTokens` tokens, the two special ones included; the text beyond is left out. */
  encode(text: string, maxTokens: number): Encoding {
    const encoding: Encoding = { ids: [this.#first], starts: [0], ends: [0], covered: 0 };
    const room = maxTokens - 1;
    for (const word of words(text)) {
      this.#append(word, encoding);
      if (encoding.ids.length >= room) break;
    }
    encoding.ids.length = encoding.starts.length = encoding.ends.length = Math.min(encoding.ids.length, room);
    const covered = encoding.ends.at(-1) ?? 0;
    encoding.ids.push(this.#last);
    encoding.starts.push(0);
    encoding.ends.push(0);
    return { ...encoding, covered };
  }

  #special(token: string): number {
    const id = this.#vocabulary.get(token);
    if (id === undefined) throw new Error(`The vocabulary lacks ${token}`);
    return id;
  }

  #append(word: Word, into: Encoding): void {
    const count = word.letters.length;
    const pieces = count > MAX_WORD_CHARACTERS ? undefined : this.#pieces(word.letters);
    if (!pieces) {
      into.ids.push(this.#unknown);
      into.starts.push(word.starts[0] ?? 0);
      into.ends.push(word.ends[count - 1] ?? 0);
      return;
    }
    for (const { id, from, to } of pieces) {
      into.ids.push(id);
      into.starts.push(word.starts[from] ?? 0);
      into.ends.push(word.ends[to - 1] ?? 0);
    }
  }

  #pieces(letters: readonly string[]): { id: number; from: number; to: number }[] | undefined {
    const found: { id: number; from: number; to: number }[] = [];
    let from = 0;
    while (from < letters.length) {
      let to = letters.length;
      let id: number | undefined;
      for (; to > from; to -= 1) {
        id = this.#vocabulary.get((from > 0 ? '##' : '') + letters.slice(from, to).join(''));
        if (id !== undefined) break;
      }
      if (id === undefined) return undefined;
      found.push({ id, from, to });
      from = to;
    }
    return found;
  }
}

function* words(text: string): Generator<Word> {
  let word: Word = { letters: [], starts: [], ends: [] };
  const take = (): Word => {
    const done = word;
    word = { letters: [], starts: [], ends: [] };
    return done;
  };
  let position = 0;
  for (const character of text) {
    const start = position;
    position += character.length;
    const code = character.codePointAt(0) ?? 0;
    const isSpace = code === 9 || code === 10 || code === 13 || code === 32 || (code > 127 && SPACE.test(character));
    if (isSpace) {
      if (word.letters.length > 0) yield take();
      continue;
    }
    if (code === 0 || code === 0xfffd || CONTROL.test(character)) continue;
    if (isIdeograph(code)) {
      if (word.letters.length > 0) yield take();
      yield { letters: [character], starts: [start], ends: [position] };
      continue;
    }
    for (const letter of letters(character, code)) {
      if (PUNCTUATION.test(letter)) {
        if (word.letters.length > 0) yield take();
        yield { letters: [letter], starts: [start], ends: [position] };
      } else {
        word.letters.push(letter);
        word.starts.push(start);
        word.ends.push(position);
      }
    }
  }
  if (word.letters.length > 0) yield take();
}

function letters(character: string, code: number): string[] {
  if (code < 128) return [character.toLowerCase()];
  const found: string[] = [];
  for (const part of character.normalize('NFD')) {
    if (MARK.test(part)) continue;
    found.push(...Array.from(part.toLowerCase()));
  }
  return found;
}
