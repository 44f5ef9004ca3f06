/**
 * Adam and AMSGrad on the online problem with which Reddi, Kale and Kumar (On the Convergence of Adam and Beyond, ICLR 2018,
 * section 3) show that Adam can go the wrong way: x in [-1, 1], the loss is C x every third step and -x at the others. Over
 * three steps it is (C - 2) x, so for C > 2 the best x is -1.
 */

export interface Problem {
  /** The large, rare gradient. */
  readonly C: number;
  /** First step size; it falls with the root of the step. */
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
}

/** The paper's choice of beta2 for a C. */
export const paperBeta2 = (C: number): number => 1 / (1 + C * C);

export const gradient = (step: number, C: number): number => (step % 3 === 1 ? C : -1);

/** x before every step, from 0, `[steps + 1]`. As in the paper without bias correction. */
export function integrate({ C, rate, beta1, beta2 }: Problem, steps: number, amsgrad: boolean): Float64Array {
  const path = new Float64Array(steps + 1);
  let [m, v, largest] = [0, 0, 0];
  for (let step = 1; step <= steps; step++) {
    const g = gradient(step, C);
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    largest = Math.max(largest, v);
    const scale = Math.sqrt(amsgrad ? largest : v);
    const next = path[step - 1]! - ((rate / Math.sqrt(step)) * m) / scale;
    path[step] = Math.max(-1, Math.min(1, next));
  }
  return path;
}
