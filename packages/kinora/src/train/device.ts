/** Which device a run uses, and the one line that says so when it is not the one asked for. */
import { cuda, type Device, KinoraError } from '@kinora/torch';
import type { Progress } from '../progress.js';

export interface DeviceChoice {
  /** False: the CPU, whatever there is. */
  useGpu?: boolean;
  /** GPU numbers asked for. */
  gpus?: readonly number[];
}

/** Throws for a GPU number that does not exist where there are GPUs; without any, training goes on on the CPU. */
export function chooseDevice({ useGpu = true, gpus }: DeviceChoice, progress: Progress): Device {
  if (!useGpu) return 'cpu';
  const available = cuda.deviceCount();
  if (available === 0) {
    if (gpus !== undefined)
      progress.log(`no CUDA device here: GPU ${gpus.join(', ')} is not used, the CPU is`);
    return 'cpu';
  }
  const [first = 0, ...others] = gpus ?? [];
  const missing = [first, ...others].find((number) => number >= available);
  if (missing !== undefined) throw noSuchGpu(missing, available);
  if (others.length > 0) progress.log(`training uses one device: GPU ${first}`);
  return `cuda:${first}`;
}

function noSuchGpu(number: number, available: number): KinoraError {
  return new KinoraError({
    code: 'usage/gpus',
    where: '--gpus',
    expected: available === 1 ? 'GPU 0, the only one here' : `a number from 0 to ${available - 1}`,
    received: String(number),
  });
}
