// Blocks that an application marks as retrieved within a text: <context>…</context>, <document id="…">…</document>.

export const DEFAULT_MARKS: readonly string[] = ['context', 'document'];

interface MarkedBlock {
  readonly mark: string;
  /** What stands between the tags, without white space around it. */
  readonly text: string;
}

/** Longest opening tag that is looked at: attributes are a title or an address. */
const LONGEST_TAG = 1024;

/**
 * Blocks in order of their opening tag. Marks may lie in each other: then the inner blocks are what was retrieved and
 * the outer one is their frame. Linear in the text for each mark, whatever is left unclosed.
 */
export function markedBlocks(text: string, marks: readonly string[]): MarkedBlock[] {
  const found = marks.flatMap((mark) => blocksOf(text, mark)).toSorted((a, b) => a.start - b.start || b.end - a.end);
  const blocks: MarkedBlock[] = [];
  for (const [index, block] of found.entries()) {
    const next = found[index + 1];
    const isFrame = next !== undefined && next.start > block.start && next.end <= block.end;
    const inner = text.slice(block.start, block.end).trim();
    if (!isFrame && inner !== '') blocks.push({ mark: block.mark, text: inner });
  }
  return blocks;
}

interface Span {
  readonly mark: string;
  readonly start: number;
  readonly end: number;
}

function blocksOf(text: string, mark: string): Span[] {
  const spans: Span[] = [];
  const closing = `</${mark}>`;
  let at = text.indexOf(`<${mark}`);
  while (at !== -1) {
    const after = at + mark.length + 1;
    const start = endOfTag(text, after);
    if (start !== undefined) {
      const end = text.indexOf(closing, start);
      if (end === -1) break;
      spans.push({ mark, start, end });
      at = text.indexOf(`<${mark}`, end + closing.length);
    } else {
      at = text.indexOf(`<${mark}`, after);
    }
  }
  return spans;
}

/** Where the inside begins; undefined for another tag that only begins alike, such as <contexts>. */
function endOfTag(text: string, after: number): number | undefined {
  if (text[after] === '>') return after + 1;
  if (!/\s/.test(text[after] ?? '')) return undefined;
  const end = text.slice(after, after + LONGEST_TAG).indexOf('>');
  return end === -1 ? undefined : after + end + 1;
}
