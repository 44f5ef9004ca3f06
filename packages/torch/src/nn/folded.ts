/**
 * A batch norm that is folded into the layer before it, and when that counts: the layer then uses other weights and the norm
 * passes its input on. Only where nothing is learnt and nobody listens: gradients, traces and recordings see the network
 * as it is written. Finding what can be folded is fold-norms.ts.
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
  /** The folded weights count while it is being called: its layers called by themselves stay as they are. */
  readonly network: object;
  readonly layer: Mode;
  readonly norm: Mode;
  readonly weight: Tensor;
  readonly bias: Tensor;
  /** What it was computed from, and the version of each: a write to one of them ends the fold. */
  readonly sources: readonly Tensor[];
  readonly versions: readonly number[];
}

/** By layer and by norm. */
const folds = processWide('folds', () => new WeakMap<object, Fold>());

export function setFold(fold: Omit<Fold, 'versions'>): void {
  const versioned = { ...fold, versions: fold.sources.map(version) };
  for (const module of [fold.layer, fold.norm]) folds.set(module, versioned);
}

/** The fold that `module`, a layer or a norm, takes part in and that counts now. */
export function foldOf(module: object): Fold | undefined {
  const fold = folds.get(module);
  if (fold === undefined || fold.layer.training || fold.norm.training) return undefined;
  if (!isCalling(fold.network) || isObserved() || isWatched() || isGradEnabled()) return undefined;
  if (fold.sources.every((source, i) => version(source) === fold.versions[i])) return fold;
  dropFold(module);
  return undefined;
}

/** Forgets the fold that `module` takes part in, and frees its weights. */
export function dropFold(module: object): void {
  const fold = folds.get(module);
  if (fold === undefined) return;
  for (const part of [fold.layer, fold.norm]) folds.delete(part);
  fold.weight.dispose();
  fold.bias.dispose();
}

/** Grows with each write in place. */
const version = (tensor: Tensor): number => Number(callOp('aten::_version', tensor));
