/** The logits of a network for every clip of a list, in evaluation mode. */

import type { PreprocessSpec } from '@kinora/clip';
import { type Device, inferenceMode, Readback, Stream, scope } from '@kinora/torch';
import type { Batch, ClipLoader } from '../data/load/loader.js';
import type { ProgressTask } from '../progress.js';
import { inputBytes, inputFloats } from './input.js';
import type { Network } from './network.js';
import { PendingQueue } from './pending.js';

export interface Predictions {
  /** Positions in the loader's list, `[N]`, without clips that could not be read. */
  readonly indices: Int32Array;
  /** Class indices `[N]`, -1 if the list has no labels. */
  readonly targets: Int32Array;
  /** Float32 `[N, classes]`. */
  readonly logits: Float32Array;
}

/**
 * Restores the network's mode. Stops before the next batch with the signal's reason. On a GPU, a batch is launched
 * before the previous one is read.
 */
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
  const pending = new PendingQueue<{ result: Readback }>(device === 'cpu' ? 0 : 1, ({ result }) =>
    rows.push(result.take(([logits]) => logits!.toTypedArray() as Float32Array)),
  );
  const launch = launcher(network, spec, device);
  const wasTraining = network.training;
  network.eval();
  try {
    for await (const batch of loader.epoch(0, { signal })) {
      const result = launch(batch);
      batch.release();
      await pending.add({ result });
      indices.push(...batch.indices);
      targets.push(...Array.from(batch.labels, Number));
      task?.update(indices.length);
    }
    await pending.flush();
  } finally {
    pending.dispose();
    network.train(wasTraining);
  }
  return { indices: Int32Array.from(indices), targets: Int32Array.from(targets), logits: concat(rows) };
}

function launcher(network: Network, spec: PreprocessSpec, device: Device): (batch: Batch) => Readback {
  const copies = new Stream(device);
  return (batch) =>
    scope(() =>
      inferenceMode(() => {
        const bytes = copies.handOver(() => inputBytes(batch, device));
        return new Readback([network.call(...inputFloats(bytes, spec)).logits], device);
      }),
    );
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
