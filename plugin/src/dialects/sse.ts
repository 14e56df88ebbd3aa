// Server-sent events as the WHATWG HTML standard reads them (section 9.2.6), in one pass over a whole body.

interface ServerSentEvent {
  /** "message" where the stream names none. */
  readonly type: string;
  readonly data: string;
  /** True when the body ended before the blank line that would have sent the event: a browser would have dropped it. */
  readonly cut: boolean;
}

/** Yields events in order. A cut last event is yielded too, marked, so that a lost blank line does not lose an answer. */
export function* readEvents(body: string): Generator<ServerSentEvent> {
  let type = '';
  let data: string[] = [];
  for (const line of lines(body)) {
    if (line === '') {
      if (data.length > 0) yield { type: type === '' ? 'message' : type, data: data.join('\n'), cut: false };
      type = '';
      data = [];
      continue;
    }
    const colon = line.indexOf(':');
    // A line that begins with a colon is a comment.
    if (colon === 0) continue;
    const field = colon === -1 ? line : line.slice(0, colon);
    // id and retry steer reconnection, which a finished body has no use for.
    if (field !== 'data' && field !== 'event') continue;
    const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1);
    if (field === 'data') data.push(value);
    else type = value;
  }
  if (data.length > 0) yield { type: type === '' ? 'message' : type, data: data.join('\n'), cut: true };
}

/** Lines end with CRLF, LF or CR; text after the last line end is a line only if it is not empty. */
function* lines(body: string): Generator<string> {
  let start = body.charCodeAt(0) === 0xfeff ? 1 : 0;
  let lf = body.indexOf('\n', start);
  let cr = body.indexOf('\r', start);
  while (lf !== -1 || cr !== -1) {
    const end = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
    yield body.slice(start, end);
    start = end === cr && lf === cr + 1 ? end + 2 : end + 1;
    // Each index is searched again only once it has been passed, so the whole scan stays linear.
    if (lf !== -1 && lf < start) lf = body.indexOf('\n', start);
    if (cr !== -1 && cr < start) cr = body.indexOf('\r', start);
  }
  if (start < body.length) yield body.slice(start);
}
