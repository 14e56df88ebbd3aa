// Where two texts differ, word by word: Myers' algorithm, with a bound on its work.

export interface WordChange {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Beyond so many differences the texts are called different as a whole: the work grows with their square. */
const MAX_DIFFERENCES = 1_000;

/** Pieces in order; put together without the added ones they are `a`, without the removed ones `b`. */
export function diffWords(a: string, b: string): readonly WordChange[] {
  const [left, right] = [words(a), words(b)];
  const trace = shortestPath(left, right);
  if (!trace)
    return joined([
      { kind: 'removed', text: a },
      { kind: 'added', text: b },
    ]);
  const changes: WordChange[] = [];
  let [x, y] = [left.length, right.length];
  for (let d = trace.length - 1; d >= 0; d -= 1) {
    const reached = trace[d] ?? new Map<number, number>();
    const k = x - y;
    const isDown = k === -d || (k !== d && (reached.get(k - 1) ?? -1) < (reached.get(k + 1) ?? -1));
    const beforeK = isDown ? k + 1 : k - 1;
    const beforeX = d === 0 ? 0 : (reached.get(beforeK) ?? 0);
    const beforeY = d === 0 ? 0 : beforeX - beforeK;
    while (x > beforeX && y > beforeY) {
      x -= 1;
      y -= 1;
      changes.push({ kind: 'same', text: left[x] ?? '' });
    }
    if (d === 0) break;
    if (isDown) changes.push({ kind: 'added', text: right[(y -= 1)] ?? '' });
    else changes.push({ kind: 'removed', text: left[(x -= 1)] ?? '' });
  }
  return joined(changes.reverse());
}

/** Words with the white space behind them, so that nothing is lost. */
const words = (text: string): readonly string[] => text.match(/\s+|[^\s]+\s?/g) ?? [];

/** For each number of differences, how far each diagonal was reached before; undefined beyond the bound. */
function shortestPath(left: readonly string[], right: readonly string[]): readonly ReadonlyMap<number, number>[] | undefined {
  const trace: ReadonlyMap<number, number>[] = [];
  const reached = new Map<number, number>([[1, 0]]);
  for (let d = 0; d <= Math.min(MAX_DIFFERENCES, left.length + right.length); d += 1) {
    trace.push(new Map(reached));
    for (let k = -d; k <= d; k += 2) {
      const isDown = k === -d || (k !== d && (reached.get(k - 1) ?? -1) < (reached.get(k + 1) ?? -1));
      let x = isDown ? (reached.get(k + 1) ?? 0) : (reached.get(k - 1) ?? 0) + 1;
      while (x < left.length && x - k < right.length && left[x] === right[x - k]) x += 1;
      reached.set(k, x);
      if (x >= left.length && x - k >= right.length) return trace;
    }
  }
  return undefined;
}

function joined(changes: readonly WordChange[]): readonly WordChange[] {
  const pieces: { kind: WordChange['kind']; text: string }[] = [];
  for (const { kind, text } of changes) {
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += text;
    else if (text !== '') pieces.push({ kind, text });
  }
  return pieces;
}
