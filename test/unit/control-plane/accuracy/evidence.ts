// Made-up evidence: people whose matters go on after short pauses and end with long ones, and a linker that mishears time.
import type { KeptVerdict } from '../../../../control-plane/src/accuracy/index.ts';
import { kindOfVerdict, sigmoid, softmax } from '../../../../control-plane/src/threads/index.ts';

/** Numbers between 0 and 1 that are the same each time. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface World {
  readonly n: number;
  readonly seed: number;
  /** How much too high, in log-odds, the linker scores the newest thread. */
  readonly bias: number;
  /** How much it exaggerates. */
  readonly slope: number;
}

const JOIN_FROM = 0.55;

/** One person with one thread at a time and one older one. */
export function evidence({ n, seed, bias, slope }: World): KeptVerdict[] {
  const next = chance(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const verdicts: KeptVerdict[] = [];
  let [newest, older] = ['r0', 'r-1'];
  for (let i = 1; i <= n; i++) {
    const truth = 1.2 + 2 * normal();
    const goesOn = next() < sigmoid(truth);
    const score = slope * truth + bias;
    const candidates = [
      { threadId: `t-${newest}`, last: newest, score, rank: 0, logGap: Math.log(300) - normal() },
      { threadId: `t-${older}`, last: older, score: -6 + normal(), rank: 1, logGap: Math.log(3_000) },
    ];
    const probabilities = softmax(candidates.map((one) => one.score));
    const highest = probabilities[0] ?? 0;
    const joined = highest > JOIN_FROM ? 0 : -1;
    const confidence = joined === 0 ? highest : 1 - probabilities.reduce((sum, p) => sum + p, 0);
    const right = goesOn ? 0 : -1;
    verdicts.push({
      requestId: `r${i}`,
      principal: 'p_ann',
      at: 1_760_000_000 + i * 400,
      evidence: i % 2 === 0 ? 'declared' : 'history',
      kind: kindOfVerdict(goesOn, right, joined),
      right,
      goesOn,
      guess: {
        linker: 'abc',
        candidates,
        ...(joined === 0 && { joined: candidates[0]?.threadId }),
        confidence,
        certainty: { slope: 1, offset: 0 },
      },
    });
    if (!goesOn) older = newest;
    newest = `r${i}`;
  }
  return verdicts;
}
