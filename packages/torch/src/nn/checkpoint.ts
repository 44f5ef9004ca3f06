/**
 * Activation checkpointing (Chen et al. 2016, https://arxiv.org/abs/1604.06174): only the input of a network segment is
 * kept, and the inside is recomputed in the backward pass. This trades time for memory. PyTorch's
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
   * A leaf: what follows is another graph, whose backward pass leaves the gradient here. It requires no gradient if the
   * input requires none and the segment is frozen.
   */
  readonly output: Tensor;
  /** State of the generator that dropout drew from. */
  readonly random: Uint8Array;
  readonly mode: AutocastMode | null;
}

const state = processWide('activation checkpointing', () => ({
  /** The segments of the current forward pass; null without checkpointing. */
  segments: null as Segment[] | null,
  inSegment: false,
}));

/** Whether the current forward pass runs inside `checkpointed`. */
export const isCheckpointing = (): boolean => state.segments !== null;

/**
 * Whether a segment is running that will be recomputed with gradients; it must use the same kernels, to get the same
 * bits.
 */
export const isInSegment = (): boolean => state.inSegment;

/**
 * Calls `module` as a segment: within `checkpointed` its inside is dropped and recomputed in the backward pass;
 * elsewhere this is `module.call(input)`. Its first layer must not work in place. The input may be used elsewhere only
 * if it is itself the output of a segment, or is not computed by trained layers. Input and output live until the
 * backward pass, so do not call this in a scope that ends earlier.
 */
export function checkpoint(module: Step, input: Tensor): Tensor {
  if (state.segments === null) return module.call(input);
  const random = getRngState(input.device);
  const output = whole(() => scope(() => noGrad(() => module.call(input))));
  output.requiresGrad = input.requiresGrad || module.parameters().some(({ requiresGrad }) => requiresGrad);
  state.segments.push({ module, input, output, random, mode: autocastMode() });
  return output;
}

/** Runs the inside of a segment; nested segments are not checkpointed. */
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
  /** Replaces `loss.backward()` and computes the same gradients. */
  backward(loss: Tensor): void;
}

/**
 * Runs a forward pass whose `checkpoint` calls keep only their inputs. Running statistics are updated once, in the
 * forward pass, and dropout draws the same masks in both passes.
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

/** Passes a gradient to the output of the previous segment, or to whatever produced the input. */
function passOn(input: Tensor, gradient: Tensor): void {
  if (!input.isLeaf) backward(input, gradient);
  else input.grad = input.grad === null ? gradient : input.grad.add(gradient);
}

/** Runs `fn` with a generator in an earlier state, then restores its current state. */
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
 * Runs `fn` and then restores the module's buffers, because the running statistics already include this batch. The
 * backward pass must be part of `fn`, because it reads them.
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
