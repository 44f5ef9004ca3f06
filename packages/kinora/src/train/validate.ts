/** The logits of a network for every clip of a list, in evaluation mode. */
import { type Device, inferenceMode, scope } from '@kinora/torch';
import type { PreprocessSpec } from '../clip/spec.js';
import type { ClipLoader } from '../data/load/loader.js';
import { networkInputs } from '../model/input.js';
import type { Network } from '../model/network.js';
import type { ProgressTask } from '../progress.js';

export interface Predictions {
  /** Positions in the loader's list, `[N]`; clips that could not be read are not among them. */
  readonly indices: Int32Array;
  /** Class indices `[N]`, -1 where the list has no labels. */
  readonly targets: Int32Array;
  /** Float32 `[N, classes]`. */
  readonly logits: Float32Array;
}

/** Restores the network's mode. Stops between batches with the signal's reason. */
export async function predictAll(
  network: Network,
  loader: ClipLoader,
  spec: PreprocessSpec,
  device: Device,
  { task, signal }: { task?: ProgressTask; signal?: AbortSignal | undefined } = {},
): Promise<Predictions> {
  const indices: number[] = [];
  const targets: number[] = [];
  const rows: Float32Array[] = [];
  const wasTraining = network.training;
  network.eval();
  try {
    for await (const batch of loader.epoch(0)) {
      signal?.throwIfAborted();
      const logits = scope(() =>
        inferenceMode(() => network.call(...networkInputs(batch, spec, device)).logits.toTypedArray()),
      );
      rows.push(logits as Float32Array);
      indices.push(...batch.indices);
      targets.push(...Array.from(batch.labels, Number));
      task?.update(indices.length);
    }
  } finally {
    network.train(wasTraining);
  }
  return { indices: Int32Array.from(indices), targets: Int32Array.from(targets), logits: concat(rows) };
}

function concat(rows: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(rows.reduce((length, row) => length + row.length, 0));
  let offset = 0;
  for (const row of rows) {
    all.set(row, offset);
    offset += row.length;
  }
  return all;
}
