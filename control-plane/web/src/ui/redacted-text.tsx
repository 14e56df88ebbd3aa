/** What redaction leaves: [TYPE], [TYPE_1a2b] or [TYPE:1a2b]. */
const PLACEHOLDER = /(\[[A-Z]{2,}(?:_[A-Z]+)*(?:[_:][A-Za-z0-9]+)?\])/;

/** Text as it was kept, never rendered as markup; what was taken out is marked. */
export function RedactedText({ text }: { readonly text: string }) {
  // Split by a pattern with one group: every second piece is a placeholder.
  return text.split(PLACEHOLDER).map((piece, index) =>
    index % 2 === 1 ? (
      <span key={index} className="redacted" title={`${typeOf(piece)}: redacted before it was stored`}>
        {piece}
      </span>
    ) : (
      piece
    ),
  );
}

/** The type without the token's own part: its words stand in capitals, up to a sign that ends them. */
const typeOf = (placeholder: string): string =>
  (/^\[([A-Z]+(?:_[A-Z]+(?=[_:\]]))*)/.exec(placeholder)?.[1] ?? '').replaceAll('_', ' ').toLowerCase();
