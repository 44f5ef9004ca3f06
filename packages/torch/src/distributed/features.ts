/** The parts of c10d that the engine was built with, and errors for those that are missing. */

import { type NativeModule, native } from '../engine/native.js';
import { kinoraError } from '../error.js';

export type Backend = 'gloo' | 'nccl';

export interface Features {
  /** Stores and process groups: libtorch was built with USE_DISTRIBUTED. */
  readonly c10d: boolean;
  /** Collectives between CPUs, over TCP. */
  readonly gloo: boolean;
  /** Collectives between GPUs. */
  readonly nccl: boolean;
  /** c10d's Reducer, which averages gradients during backward; otherwise they are averaged after it. */
  readonly reducer: boolean;
}

export const features = (): Features => ({
  ...native().distributedFeatures(),
  reducer: 'newReducer' in native(),
});

/** The addon, for calls that a build without c10d does not have. @throws KinoraError `distributed/not-built` */
export function c10d(): NativeModule {
  if (features().c10d) return native();
  throw kinoraError('distributed/not-built', 'torch.distributed', {
    expected: 'a libtorch that was built with USE_DISTRIBUTED',
    received: 'one without c10d',
    hint: '`kinora doctor` shows how to get one',
  });
}

/** @throws KinoraError `distributed/no-backend` */
export function checkBackend(backend: Backend): void {
  if (features()[backend]) return;
  throw kinoraError('distributed/no-backend', 'process group', {
    expected: backend === 'nccl' ? 'NCCL, for GPUs' : 'Gloo, for CPUs',
    received: 'an engine that was built without it',
    hint: '`kinora doctor` shows how to get it',
  });
}
