/** The kernels of a network's first convolution during training, for figures that replay them. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunConfig } from '../../config/index.js';
import { type EpochKernels, readKernels } from '../../run/first-kernels.js';
import { runFolderOf } from '../../run/run-folder.js';
import type { SiteKernels } from './protocol.js';

/** Number of moments and kernels in a site, as many as a figure can show. */
const MOMENTS = 41;
const KERNELS = 32;

/** Writes `<name>.kernels` into `folder`; undefined if the run has logged none. */
export function writeKernels(folder: string, config: RunConfig): SiteKernels | undefined {
  const log = runFolderOf(config).kernels;
  const moments = existsSync(log) ? spread(readKernels(log), MOMENTS) : [];
  const [first] = moments;
  if (first === undefined) return undefined;
  const shape = [Math.min(KERNELS, first.shape[0]!), ...first.shape.slice(1)];
  const size = shape.reduce((a, b) => a * b, 1);
  const file = `${config.name}.kernels`;
  writeFileSync(join(folder, file), Buffer.concat(moments.map(({ values }) => bytesOf(values, size))));
  return { file, name: first.name, epochs: moments.map(({ epoch }) => epoch), shape };
}

/** At most `most` of them, evenly spread, including the first and the last. */
export function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))]!);
}

function bytesOf(values: EpochKernels['values'], size: number): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, size * values.BYTES_PER_ELEMENT);
}
