/** Value of a function at a point; writes its gradient. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

const MEMORY = 10;
const ARMIJO = 1e-4;

/** Minimises a smooth convex function by L-BFGS with backtracking. Deterministic: no chance anywhere. */
export function minimise(objective: Objective, size: number, maxIterations = 150, tolerance = 1e-3): Float64Array {
  let point = new Float64Array(size);
  let gradient = new Float64Array(size);
  let value = objective(point, gradient);
  const steps: Float64Array[] = [];
  const changes: Float64Array[] = [];
  for (let iteration = 0; iteration < maxIterations && norm(gradient) > tolerance * Math.max(1, norm(point)); iteration++) {
    let direction = twoLoop(gradient, steps, changes);
    let slope = dot(direction, gradient);
    if (slope >= 0) {
      direction = gradient.map((g) => -g);
      slope = dot(direction, gradient);
    }
    let length = steps.length === 0 ? Math.min(1, 1 / norm(gradient)) : 1;
    let next = point;
    let nextValue = value;
    const nextGradient = new Float64Array(size);
    for (let halvings = 0; halvings < 40; halvings++, length /= 2) {
      next = along(point, direction, length);
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + ARMIJO * length * slope) break;
    }
    if (nextValue >= value) break;
    const step = difference(next, point);
    const change = difference(nextGradient, gradient);
    if (dot(step, change) > 1e-12) {
      steps.push(step);
      changes.push(change);
      if (steps.length > MEMORY) {
        steps.shift();
        changes.shift();
      }
    }
    point = next;
    gradient = nextGradient;
    value = nextValue;
  }
  return point;
}

/** The quasi-Newton direction from the last steps and changes of gradient. */
function twoLoop(gradient: Float64Array, steps: readonly Float64Array[], changes: readonly Float64Array[]): Float64Array {
  const direction = gradient.map((g) => -g);
  const pairs = steps.map((step, i) => ({ step, change: changes[i] ?? step }));
  const alphas = pairs.toReversed().map(({ step, change }) => {
    const alpha = dot(step, direction) / dot(step, change);
    addTo(direction, change, -alpha);
    return alpha;
  });
  const last = pairs[pairs.length - 1];
  if (last !== undefined) scale(direction, dot(last.step, last.change) / dot(last.change, last.change));
  pairs.forEach(({ step, change }, i) => {
    const beta = dot(change, direction) / dot(step, change);
    addTo(direction, step, (alphas[pairs.length - 1 - i] ?? 0) - beta);
  });
  return direction;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));
const along = (point: Float64Array, direction: Float64Array, length: number): Float64Array<ArrayBuffer> =>
  Float64Array.from(point, (x, i) => x + length * (direction[i] ?? 0));
const difference = (a: Float64Array, b: Float64Array): Float64Array => a.map((x, i) => x - (b[i] ?? 0));

function addTo(target: Float64Array, other: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + factor * (other[i] ?? 0);
}

function scale(target: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) * factor;
}
