// Words and phrases that a policy lists: whole words, whatever their case. A text is read once; each word starts at most
// one walk through a trie, and no walk is longer than the longest entry.
import type { RedactionPolicy } from '#contract';
import { isAlnum, isWideLetter } from './chars.ts';
import { fold } from './fold.ts';
import type { Finding } from './types.ts';

interface Node {
  readonly next: Map<number, Node>;
  type?: string;
}

/** Finds the entries that start in [from, limit) of a folded text, and says where to go on. */
type DictionaryMatcher = (text: string, from: number, limit: number, findings: Finding[]) => number;

export function createDictionaries(dictionaries: RedactionPolicy['dictionaries']): DictionaryMatcher | undefined {
  if (dictionaries === undefined || dictionaries.length === 0) return undefined;
  const root: Node = { next: new Map() };
  for (const { type, words } of dictionaries) for (const word of words) insert(root, fold(word).text.trim().toLowerCase(), type);
  return (text, from, limit, findings) => findEntries(root, text, from, limit, findings);
}

function insert(root: Node, word: string, type: string): void {
  if (word === '') return;
  let node = root;
  for (let at = 0; at < word.length; at += 1) {
    const code = word.charCodeAt(at);
    let next = node.next.get(code);
    if (next === undefined) {
      next = { next: new Map() };
      node.next.set(code, next);
    }
    node = next;
  }
  node.type ??= type;
}

function findEntries(root: Node, text: string, from: number, limit: number, findings: Finding[]): number {
  let at = from;
  for (; at < limit; at += 1) {
    if (isPart(text.charCodeAt(at)) && isPart(text.charCodeAt(at - 1))) continue;
    const finding = walk(root, text, at);
    if (finding === undefined) continue;
    findings.push(finding);
    at = finding.end - 1;
  }
  return at;
}

/** The longest entry at `at` that ends at the end of a word. */
function walk(root: Node, text: string, at: number): Finding | undefined {
  let node: Node | undefined = root;
  let best: Finding | undefined;
  for (let end = at; end < text.length && node !== undefined;) {
    node = node.next.get(lower(text.charCodeAt(end)));
    end += 1;
    if (node?.type !== undefined && !(isPart(text.charCodeAt(end - 1)) && isPart(text.charCodeAt(end))))
      best = { start: at, end, type: node.type };
  }
  return best;
}

function lower(code: number): number {
  if (code < 128) return code >= 65 && code <= 90 ? code + 32 : code;
  const plain = String.fromCharCode(code).toLowerCase();
  return plain.length === 1 ? plain.charCodeAt(0) : code;
}

function isPart(code: number): boolean {
  return isAlnum(code) || code === 95 || isWideLetter(code);
}
