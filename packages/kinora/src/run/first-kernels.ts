/**
 * The weights of a network's first convolution as records of a log, `kernels.jsonl`, so that what it learns to look for
 * can be watched from epoch to epoch. The weights to resume from are in checkpoints.
 */
import { kinoraError, noGrad, scope, type Tensor } from '@kinora/torch';
import type { Network } from '../model/network.js';
import { type MetricsRecord, readMetrics } from './metrics-log.js';

/** The kernels of one moment of a training. */
export interface EpochKernels {
  /** Finished epochs; 0 is before training. */
  readonly epoch: number;
  /** Name of the parameter. */
  readonly name: string;
  /** `[out, in, T, H, W]`; without T in a 2D network. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The first parameter that has the shape of a convolution's weights; undefined where there is none. */
export function firstKernels(network: Network): [name: string, weights: Tensor] | undefined {
  return [...network.namedParameters()].find(([, { shape }]) => shape.length === 4 || shape.length === 5);
}

export function kernelRecord([name, weights]: [string, Tensor], step: number, epoch: number): MetricsRecord {
  const values = scope(() => noGrad(() => weights.to('float32').toTypedArray() as Float32Array));
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return {
    step,
    finished_epoch: epoch,
    name,
    shape: weights.shape.join(),
    float32: bytes.toString('base64'),
  };
}

/** Of every epoch, in order. Throws `log/kernels` with the line whose record is not one of kernels. */
export function readKernels(file: string): EpochKernels[] {
  return readMetrics(file).map((record, i) => kernelsOf(record, `${file}:${i + 1}`));
}

function kernelsOf(
  { finished_epoch, name, shape: sizes, float32 }: MetricsRecord,
  where: string,
): EpochKernels {
  const epoch = Number(finished_epoch ?? Number.NaN);
  const shape = String(sizes).split(',').map(Number);
  const bytes = new Uint8Array(Buffer.from(String(float32), 'base64'));
  const size = shape.reduce((product, length) => product * length, 4);
  const isValid = Number.isInteger(epoch) && shape.every((length) => Number.isInteger(length) && length > 0);
  if (isValid && bytes.length === size)
    return { epoch, name: String(name), shape, values: new Float32Array(bytes.buffer) };
  throw kinoraError('log/kernels', where, {
    expected: 'an epoch, a shape and as many float32 values as the shape has',
    received: `epoch ${finished_epoch}, shape ${sizes} and ${bytes.length} bytes`,
    hint: 'delete the file: training does not need it, and only the picture of the kernels is lost',
  });
}
