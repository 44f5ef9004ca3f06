/** Autograd: modes, backward, and gradients with respect to chosen inputs. */
import { native } from '../engine/native.js';
import { synchronous } from '../engine/scope.js';
import { Tensor } from './tensor.js';

/** Runs `fn` without recording gradients (torch.no_grad), and restores the previous mode even if `fn` throws. */
export const noGrad = <T>(fn: () => T): T => withGradMode(false, fn);

/** Runs `fn` and records gradients, for example inside noGrad (torch.enable_grad). */
export const enableGrad = <T>(fn: () => T): T => withGradMode(true, fn);

export const isGradEnabled = (): boolean => native().isGradEnabled();

function withGradMode<T>(enabled: boolean, fn: () => T): T {
  const previous = native().setGradEnabled(enabled);
  try {
    return synchronous('a grad mode', fn());
  } finally {
    native().setGradEnabled(previous);
  }
}

/** Faster than noGrad, but tensors created in `fn` can never take part in autograd (torch.inference_mode). */
export function inferenceMode<T>(fn: () => T): T {
  native().enterInferenceMode();
  try {
    return synchronous('inferenceMode()', fn());
  } finally {
    native().leaveInferenceMode();
  }
}

/** Options of `backward`, as in `torch.autograd.backward`. */
export interface BackwardOptions {
  /** Keep the graph for another backward pass; default: false. */
  retainGraph?: boolean;
  /** Record the backward pass itself, for higher derivatives; default: false. */
  createGraph?: boolean;
}

/**
 * Accumulates gradients of `output` into the `grad` of the leaves behind it (torch.autograd.backward). `gradient` has
 * the shape of the output and may be omitted if that is a single element.
 */
export function backward(output: Tensor, gradient?: Tensor | null, options: BackwardOptions = {}): void {
  const { createGraph = false, retainGraph = createGraph } = options;
  const gradients = gradient ? [gradient.handle] : [];
  native().backward([output.handle], gradients, retainGraph, createGraph, []);
}

/** Options of `grad`, as in `torch.autograd.grad`. */
export interface GradOptions extends BackwardOptions {
  /** One for each output; may be omitted for outputs of one element. */
  gradOutputs?: readonly Tensor[];
  /** Return null instead of throwing for inputs that the outputs do not depend on; default: false. */
  allowUnused?: boolean;
}

/** Returns gradients of the outputs' sum with respect to each input, without accumulating them (torch.autograd.grad). */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  const { createGraph = false, retainGraph = createGraph, allowUnused = false, gradOutputs = [] } = options;
  const handles = native().grad(
    handlesOf(outputs),
    handlesOf(inputs),
    handlesOf(gradOutputs),
    retainGraph,
    createGraph,
    allowUnused,
  );
  return handles.map((handle) => (handle === null ? null : new Tensor(handle)));
}

const handlesOf = (tensors: Tensor | readonly Tensor[]): number[] =>
  (tensors instanceof Tensor ? [tensors] : tensors).map((tensor) => tensor.handle);
