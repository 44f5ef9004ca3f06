/** Chooses the device of a run, and reports in one line when it is not the requested one. */
import { cuda, type Device, type KinoraError, kinoraError } from '@kinora/torch';
import type { Progress } from '../../progress.js';

export interface DeviceChoice {
  /** False: the CPU, whatever there is. */
  useGpu?: boolean;
  /** GPU numbers asked for. */
  gpus?: readonly number[];
  /** Which of this host's processes this is, among those that see the same GPUs: each has one of its own. */
  localRank?: number | undefined;
}

/** Throws for a GPU number that does not exist where there are GPUs; without any, the CPU is used. */
export function chooseDevice(
  { useGpu = true, gpus, localRank }: DeviceChoice,
  progress: Progress,
  count: () => number = cuda.deviceCount,
): Device {
  if (!useGpu) return 'cpu';
  const available = count();
  if (available === 0) {
    if (gpus !== undefined)
      progress.log(`no CUDA device found: using the CPU instead of GPU ${gpus.join(', ')}`);
    return 'cpu';
  }
  const missing = gpus?.find((number) => number >= available);
  if (missing !== undefined) throw noSuchGpu(missing, available);
  if (gpus === undefined && (localRank ?? 0) >= available) throw tooFewGpus(available, localRank!);
  if (localRank !== undefined) return `cuda:${ofRank(localRank, gpus)}`;
  const [first = 0, ...others] = gpus ?? [];
  if (others.length > 0) progress.log(`training uses one device: GPU ${first}`);
  return `cuda:${first}`;
}

/** @throws KinoraError `usage/gpus` where a host has more processes than GPUs were named */
function ofRank(localRank: number, gpus: readonly number[] | undefined): number {
  if (gpus === undefined) return localRank;
  const own = gpus[localRank];
  if (own !== undefined) return own;
  throw tooFewGpus(gpus.length, localRank);
}

const tooFewGpus = (gpus: number, localRank: number): KinoraError =>
  kinoraError('usage/gpus', '--gpus', {
    expected: 'a GPU for every process of this host',
    received: `${gpus} for process ${localRank + 1}`,
    hint: 'start fewer processes, or use --use-gpu False',
  });

function noSuchGpu(number: number, available: number): KinoraError {
  return kinoraError('usage/gpus', '--gpus', {
    expected: available === 1 ? 'GPU 0, the only one on this machine' : `a number from 0 to ${available - 1}`,
    received: String(number),
  });
}
