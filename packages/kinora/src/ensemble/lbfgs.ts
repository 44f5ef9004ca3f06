/**
 * L-BFGS (Nocedal 1980; Nocedal and Wright, Numerical Optimization, algorithm 7.4) for smooth convex functions of a few
 * thousand variables, with backtracking until the decrease is sufficient (Armijo).
 */

/** Returns the value at `x` and writes the gradient there into `gradient`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  /** Largest gradient component that counts as zero. */
  readonly tolerance?: number;
  readonly maxSteps?: number;
}

interface Step {
  /** Change of the variables, of the gradient, and one over their product. */
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

const MEMORY = 10;

/** Minimises from `start`, which is left as it is. */
export function lbfgs(
  objective: Objective,
  start: Float64Array,
  { tolerance = 1e-6, maxSteps = 1000 }: LbfgsOptions = {},
): Float64Array {
  let x = start.slice();
  let gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  const steps: Step[] = [];
  for (let k = 0; k < maxSteps && largest(gradient) > tolerance; k++) {
    const direction = descent(gradient, steps);
    const found = search(objective, x, value, gradient, direction);
    if (found === undefined) break; // as far as the numbers' precision goes
    remember(steps, x, gradient, found.x, found.gradient);
    ({ x, value, gradient } = found);
  }
  return x;
}

/** Minus the gradient, times what the last steps tell of the inverse Hessian (two loops). */
function descent(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const q = gradient.map((g) => -g);
  const alphas = steps.map(() => 0);
  for (let i = steps.length - 1; i >= 0; i--) {
    const { s, y, rho } = steps[i]!;
    alphas[i] = rho * dot(s, q);
    add(q, y, -alphas[i]!);
  }
  const last = steps.at(-1);
  const scale = last === undefined ? 1 / Math.max(1, norm(gradient)) : 1 / (last.rho * dot(last.y, last.y));
  for (let j = 0; j < q.length; j++) q[j]! *= scale;
  for (const [i, { s, y, rho }] of steps.entries()) add(q, s, alphas[i]! - rho * dot(y, q));
  return q;
}

function search(
  objective: Objective,
  x: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
) {
  const slope = dot(gradient, direction);
  for (let length = 1; length > 1e-12; length /= 2) {
    const there = x.map((old, j) => old + length * direction[j]!);
    const newGradient = new Float64Array(x.length);
    const newValue = objective(there, newGradient);
    if (newValue <= value + 1e-4 * length * slope)
      return { x: there, value: newValue, gradient: newGradient };
  }
  return undefined;
}

/** A step across a flat place tells nothing of the curvature and is not kept. */
function remember(
  steps: Step[],
  x: Float64Array,
  gradient: Float64Array,
  newX: Float64Array,
  newGradient: Float64Array,
): void {
  const s = newX.map((value, j) => value - x[j]!);
  const y = newGradient.map((value, j) => value - gradient[j]!);
  const product = dot(s, y);
  if (product <= 1e-12 * norm(s) * norm(y)) return;
  steps.push({ s, y, rho: 1 / product });
  if (steps.length > MEMORY) steps.shift();
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, j) => sum + value * b[j]!, 0);
const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));
const largest = (a: Float64Array): number => a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const add = (to: Float64Array, what: Float64Array, factor: number): void => {
  for (let j = 0; j < to.length; j++) to[j]! += factor * what[j]!;
};
