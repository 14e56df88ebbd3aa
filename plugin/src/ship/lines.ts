// Samples as lines of one body.

export function joinLines(lines: readonly Buffer[]): Buffer {
  const newline = Buffer.from('\n');
  return Buffer.concat(lines.flatMap((line) => [line, newline]));
}

export function splitLines(body: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = body.indexOf(10); end >= 0; end = body.indexOf(10, start)) {
    if (end > start) lines.push(body.subarray(start, end));
    start = end + 1;
  }
  return lines;
}
