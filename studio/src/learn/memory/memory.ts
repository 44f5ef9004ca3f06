/**
 * Memory of one training step, from what the networks' traces say of each layer. Estimates, and only of what grows with the
 * network: libraries take workspaces of their own.
 */
import type { SiteNetwork } from 'kinora/site';

export type Precision = 'float32' | 'bfloat16';

export interface Choice {
  readonly batch: number;
  readonly precision: Precision;
  /** Stages forget what is inside them and compute it again in the backward pass (Chen et al., 2016). */
  readonly checkpointing: boolean;
}

export interface Stage {
  /** First part of its layers' paths. */
  readonly name: string;
  /** Bytes kept from forward to backward. */
  readonly kept: number;
  /** Bytes alive while this stage is computed again; 0 where it is not. */
  readonly again: number;
}

export interface Memory {
  readonly stages: readonly Stage[];
  /** Kept activations, and the largest stage that is computed again. */
  readonly activations: number;
  /** Weights, gradients and the two moments of Adam, in float32 in either precision. */
  readonly parameters: number;
}

const BYTES: Record<Precision, number> = { float32: 4, bfloat16: 2 };

export function memoryOf(network: SiteNetwork, { batch, precision, checkpointing }: Choice): Memory {
  const scale = (batch * BYTES[precision]) / BYTES.float32;
  const stages = stagesOf(network).map(({ name, bytes, last }): Stage => {
    const all = bytes * scale;
    return checkpointing
      ? { name, kept: Math.min(all, last * scale), again: all }
      : { name, kept: all, again: 0 };
  });
  const kept = stages.reduce((sum, stage) => sum + stage.kept, 0);
  return {
    stages,
    activations: kept + Math.max(0, ...stages.map(({ again }) => again)),
    parameters: network.parameters * BYTES.float32 * 4,
  };
}

/** A network's layers by the first part of their path. `last` is the size of what the stage hands on, one clip, float32. */
function stagesOf({ layers }: SiteNetwork): { name: string; bytes: number; last: number }[] {
  const stages: { name: string; bytes: number; last: number }[] = [];
  for (const { path, output, activationBytes } of layers) {
    const name = path.split('.')[0]!;
    const size = 4 * output.reduce((a, b) => a * b, 1);
    const stage = stages.at(-1);
    if (stage?.name === name) {
      stage.bytes += activationBytes;
      stage.last = size;
    } else stages.push({ name, bytes: activationBytes, last: size });
  }
  return stages.filter(({ bytes }) => bytes > 0);
}
