/**
 * A batch norm that is folded into the layer before it: the layer uses other weights and the norm passes its input
 * through. Folds apply only in evaluation without gradients, traces or recordings, which see the network as written.
 * fold-norms.ts finds what can be folded.
 */

import { processWide } from '../engine/process-wide.js';
import { callOp, isObserved } from '../ops/dispatch.js';
import { isGradEnabled } from '../tensor/grad.js';
import type { Tensor } from '../tensor/tensor.js';
import { isCalling, isWatched } from './call-stack.js';

interface Mode {
  readonly training: boolean;
}

export interface Fold {
  /** The fold applies only while this network is being called, not when one of its layers is called directly. */
  readonly network: object;
  readonly layer: Mode;
  readonly norm: Mode;
  readonly weight: Tensor;
  readonly bias: Tensor;
  /** The tensors it was computed from, with their versions: a write to any of them ends the fold. */
  readonly sources: readonly Tensor[];
  readonly versions: readonly number[];
}

/** By layer and by norm. */
const folds = processWide('folds', () => new WeakMap<object, Fold>());

export function setFold(fold: Omit<Fold, 'versions'>): void {
  const versioned = { ...fold, versions: fold.sources.map(version) };
  for (const module of [fold.layer, fold.norm]) folds.set(module, versioned);
}

/** The active fold that `module`, a layer or a norm, takes part in. */
export function foldOf(module: object): Fold | undefined {
  const fold = folds.get(module);
  if (fold === undefined || fold.layer.training || fold.norm.training) return undefined;
  if (!isCalling(fold.network) || isObserved() || isWatched() || isGradEnabled()) return undefined;
  if (fold.sources.every((source, i) => version(source) === fold.versions[i])) return fold;
  dropFold(module);
  return undefined;
}

/** Removes the fold that `module` takes part in and frees its weights. */
export function dropFold(module: object): void {
  const fold = folds.get(module);
  if (fold === undefined) return;
  for (const part of [fold.layer, fold.norm]) folds.delete(part);
  fold.weight.dispose();
  fold.bias.dispose();
}

/** Incremented by each in-place write. */
const version = (tensor: Tensor): number => Number(callOp('aten::_version', tensor));
