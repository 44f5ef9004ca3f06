/**
 * Activation checkpointing (Chen et al. 2016, https://arxiv.org/abs/1604.06174): of a segment of a network only the
 * input is kept, and what is inside is computed again when backward needs it: memory for time. PyTorch's
 * torch.utils.checkpoint recomputes inside autograd, on CUDA in its own threads, where JavaScript cannot be called; so
 * here backward itself goes from segment to segment, driven from TypeScript, and works the same on every device.
 */

import { processWide } from '../engine/process-wide.js';
import { scope } from '../engine/scope.js';
import { type KinoraError, kinoraError } from '../error.js';
import { type AutocastMode, autocast, autocastMode } from '../tensor/autocast.js';
import { backward, enableGrad, noGrad } from '../tensor/grad.js';
import { getRngState, setRngState } from '../tensor/random.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Module } from './module.js';

type Step = Module<[input: Tensor], Tensor>;

interface Segment {
  readonly module: Step;
  readonly input: Tensor;
  /**
   * A leaf: what comes after it is another graph, whose backward leaves the gradient here. It wants none where the input
   * wants none and the segment is frozen.
   */
  readonly output: Tensor;
  /** Of the generator that dropout drew from. */
  readonly random: Uint8Array;
  readonly mode: AutocastMode | null;
}

const state = processWide('activation checkpointing', () => ({
  /** The segments of the current forward pass; null where nothing is checkpointed. */
  segments: null as Segment[] | null,
  inSegment: false,
}));

/** Whether the forward pass in work is that of a `checkpointed`. */
export const isCheckpointing = (): boolean => state.segments !== null;

/** Whether a segment runs whose inside will be computed again, with gradients: by the same kernels, for the same bits. */
export const isInSegment = (): boolean => state.inSegment;

/**
 * Calls `module` as a segment: within `checkpointed` its inside is forgotten and computed again in backward, elsewhere
 * this is `module.call(input)`. Its first layer may not work in place. The input may have other uses only if it is itself
 * the output of a segment, or no result of trained layers. Input and output live until backward: do not call it in a scope
 * that ends before.
 */
export function checkpoint(module: Step, input: Tensor): Tensor {
  if (state.segments === null) return module.call(input);
  const random = getRngState(input.device);
  const output = whole(() => scope(() => noGrad(() => module.call(input))));
  output.requiresGrad = input.requiresGrad || module.parameters().some(({ requiresGrad }) => requiresGrad);
  state.segments.push({ module, input, output, random, mode: autocastMode() });
  return output;
}

/** Runs what is inside a segment: segments of its own are none to it. */
function whole<T>(fn: () => T): T {
  const outer = state.segments;
  state.segments = null;
  state.inSegment = true;
  try {
    return fn();
  } finally {
    state.segments = outer;
    state.inSegment = false;
  }
}

export interface Checkpointed<T> {
  readonly result: T;
  /** In place of `loss.backward()`: the gradients are those that it would have given. */
  backward(loss: Tensor): void;
}

/**
 * Runs a forward pass whose `checkpoint` calls keep only their inputs. Running statistics move once, in the forward pass,
 * and dropout draws the same masks in both.
 * @throws KinoraError `nn/checkpoint` if `forward` has no segments, and inside another `checkpointed`
 */
export function checkpointed<T>(forward: () => T): Checkpointed<T> {
  if (state.segments !== null) throw refused('a forward pass of its own', 'one inside another');
  const own: Segment[] = [];
  state.segments = own;
  let result: T;
  try {
    result = forward();
  } finally {
    state.segments = null;
  }
  if (own.length === 0)
    throw refused('a network with segments', 'one without', 'train it without checkpointing');
  return {
    result,
    backward(loss) {
      backward(loss);
      for (const segment of own.reverse()) recompute(segment);
    },
  };
}

function recompute({ module, input, output, random, mode }: Segment): void {
  scope(() => {
    const gradient = output.grad;
    if (gradient === null) return;
    const start = input.detach();
    start.requiresGrad = input.requiresGrad;
    unmoved(module, () => {
      const again = withRandom(random, input.device, () =>
        enableGrad(() => autocast(mode, () => module.call(start))),
      );
      backward(again, gradient);
    });
    output.grad = null;
    if (input.requiresGrad) passOn(input, start.grad!);
  });
}

/** Gives a gradient to the output of the segment before, or to whatever else the input came from. */
function passOn(input: Tensor, gradient: Tensor): void {
  if (!input.isLeaf) backward(input, gradient);
  else input.grad = input.grad === null ? gradient : input.grad.add(gradient);
}

/** Runs `fn` with a generator as it was, and leaves it as it is. */
function withRandom<T>(state: Uint8Array, device: string, fn: () => T): T {
  const now = getRngState(device);
  setRngState(state, device);
  try {
    return fn();
  } finally {
    setRngState(now, device);
  }
}

/**
 * Runs `fn` and puts the module's buffers back: the running statistics have seen this batch already. Backward belongs
 * into `fn`, for it reads them.
 */
function unmoved(module: Step, fn: () => void): void {
  const buffers = [...module.namedBuffers().values()];
  const before = buffers.map((buffer) => buffer.clone());
  try {
    fn();
  } finally {
    noGrad(() => {
      for (const [i, buffer] of buffers.entries()) buffer.copy_(before[i]!);
    });
  }
}

const refused = (expected: string, received: string, hint?: string): KinoraError =>
  kinoraError('nn/checkpoint', 'checkpointed()', expected, received, { hint });
