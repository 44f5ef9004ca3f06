/**
 * Mixed precision (torch.autocast; Micikevicius et al. 2018, https://arxiv.org/abs/1710.03740): convolutions and products run in
 * a shorter type while weights stay float32. libtorch decides which operators do.
 */
import type { Device } from '../engine/device.js';
import type { DType } from '../engine/dtype.js';
import { native } from '../engine/native.js';
import { processWide } from '../engine/process-wide.js';
import { synchronous } from '../engine/scope.js';

/** An autocast mode, as in `torch.autocast`. */
export interface AutocastMode {
  readonly device: Device;
  readonly dtype: Extract<DType, 'bfloat16' | 'float16'>;
}

const state = processWide('autocast', () => ({ mode: null as AutocastMode | null }));

/** The current mode; null if there is none. */
export const autocastMode = (): AutocastMode | null => state.mode;

/** Runs `fn` in `mode`, or in full precision for null, and restores the previous mode even if `fn` throws. */
export function autocast<T>(mode: AutocastMode | null, fn: () => T): T {
  const outer = state.mode;
  if (mode === null && outer === null) return fn();
  const { device } = (mode ?? outer)!;
  const before = native().setAutocast(device, mode?.dtype ?? null);
  state.mode = mode;
  try {
    return synchronous('autocast()', fn());
  } finally {
    native().setAutocast(device, before);
    state.mode = outer;
  }
}
