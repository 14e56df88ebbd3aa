// From the model's logits to one class per token. Nearly all tokens are of no class: those cost one pass for the maximum
// and no exponentials.

/** What the model says of one token. */
export interface TokenClass {
  /** Without the B- or I- mark; "O" for none. */
  readonly name: string;
  /** Probability of the class, 0 to 1. */
  readonly score: number;
  /** Probability that the token is part of a person's name, whatever its likeliest class; 0 where it is next to none. */
  readonly person: number;
}

export type Decoder = (logits: Float32Array, tokens: number) => readonly TokenClass[];

const NONE: TokenClass = { name: 'O', score: 1, person: 0 };
/** A class so far behind "none" (as a difference of logits, a probability of about 2 %) plays no part. */
const FAR_BEHIND = 4;

/** @param labels by index of the model's output, as it names them: "O", "B-SURNAME", "I-SURNAME", … */
export function createDecoder(labels: readonly string[], personClasses: ReadonlySet<string>): Decoder {
  const plain = labels.map((label) => label.replace(/^[BI]-/, ''));
  const names = [...new Set(plain)];
  const classOf = Uint8Array.from(plain, (name) => names.indexOf(name));
  const none = labels.indexOf('O');
  const isPerson = names.map((name) => personClasses.has(name));
  const weights = new Float64Array(names.length);

  const judge = (logits: Float32Array, from: number): TokenClass => {
    weights.fill(0);
    let total = 0;
    for (let label = 0; label < classOf.length; label += 1) {
      const weight = Math.exp(logits[from + label] ?? -Infinity);
      const index = classOf[label] ?? 0;
      weights[index] = (weights[index] ?? 0) + weight;
      total += weight;
    }
    let best = classOf[none] ?? 0;
    let person = 0;
    for (const [index, weight] of weights.entries()) {
      if (weight > (weights[best] ?? 0)) best = index;
      if (isPerson[index] === true) person += weight;
    }
    return { name: names[best] ?? 'O', score: (weights[best] ?? 0) / total, person: person / total };
  };

  return (logits, tokens) => {
    const found: TokenClass[] = [];
    for (let token = 0, from = 0; token < tokens; token += 1, from += labels.length) {
      const clear = (logits[from + none] ?? 0) - FAR_BEHIND;
      let isNone = true;
      for (let label = 0; isNone && label < labels.length; label += 1) isNone = label === none || (logits[from + label] ?? 0) < clear;
      found.push(isNone ? NONE : judge(logits, from));
    }
    return found;
  };
}
