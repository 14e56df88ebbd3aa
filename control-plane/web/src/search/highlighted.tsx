interface HighlightedProps {
  /** Matches stand between U+E000 and U+E001; the API takes both out of what people wrote. */
  readonly snippet: string;
}

const MATCH = /\u{E000}([^\u{E000}\u{E001}]*)\u{E001}/u;
const MARKS = /[\u{E000}\u{E001}]/gu;

export function Highlighted({ snippet }: HighlightedProps) {
  // Split by a pattern with one group: every second piece is a match.
  return snippet
    .split(MATCH)
    .map((piece, index) => (index % 2 === 1 ? <mark key={index}>{piece}</mark> : <span key={index}>{piece.replace(MARKS, '')}</span>));
}
