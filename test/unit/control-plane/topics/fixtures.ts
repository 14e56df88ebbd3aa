// Texts about a few matters, with vectors that lie around one direction each.
const MATTERS = ['rent', 'tickets', 'parcels', 'invoices', 'rooms', 'meals'] as const;
const DIMENSIONS = 64;

export interface MadeText {
  readonly about: string;
  readonly text: string;
  readonly vector: Float32Array;
}

/** The n-th text of those about `count` matters in turn; equal for equal n. */
export function madeText(n: number, count: number): MadeText {
  const axis = n % count;
  const about = MATTERS[axis] ?? '';
  let state = (n + 1) * 2_654_435_761;
  const noise = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const values = Array.from({ length: DIMENSIONS }, (_, d) => (d === axis ? 1 : 0) + 0.25 * noise());
  const norm = Math.hypot(...values);
  return { about, text: `question about ${about}`, vector: Float32Array.from(values, (value) => value / norm) };
}
