/** The body as text, or undefined where it is longer than `maxBytes`: the rest is not read. Who answers may be anybody. */
export async function boundedText(answer: Response, maxBytes: number): Promise<string | undefined> {
  if (answer.body === null) return '';
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of answer.body as ReadableStream<Uint8Array>) {
    bytes += piece.length;
    // Leaving the loop cancels the stream.
    if (bytes > maxBytes) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
