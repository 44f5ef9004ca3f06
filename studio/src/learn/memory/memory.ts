/**
 * Memory of one training step, estimated from the networks' traces. Only what grows with the network is counted, not the
 * libraries' workspaces.
 */
import type { SiteNetwork } from 'kinora/site';

export type Precision = 'float32' | 'bfloat16';

export interface Choice {
  readonly batch: number;
  readonly precision: Precision;
  /** Segments discard their inside and recompute it in the backward pass (Chen et al., 2016). */
  readonly checkpointing: boolean;
}

export interface Stage {
  /** Of a segment of the network, which is what the trainer checkpoints; or everything outside the segments. */
  readonly name: string;
  /** Bytes kept from forward to backward. */
  readonly kept: number;
  /** Additional bytes while this stage is recomputed; 0 if it is not. */
  readonly again: number;
}

export interface Memory {
  readonly stages: readonly Stage[];
  /** Kept activations, plus the inside of the largest recomputed stage. */
  readonly activations: number;
  /** Weights, gradients and the two moments of Adam, in float32 in either precision. */
  readonly parameters: number;
}

const BYTES: Record<Precision, number> = { float32: 4, bfloat16: 2 };
const OUTSIDE = 'the rest';

export function memoryOf(network: SiteNetwork, { batch, precision, checkpointing }: Choice): Memory {
  const scale = (batch * BYTES[precision]) / BYTES.float32;
  const { segments, outsideBytes } = network.checkpointed ?? { segments: [], outsideBytes: 0 };
  const stages = segments.map(({ name, keptBytes, insideBytes }): Stage => {
    const [edges, inside] = [keptBytes * scale, insideBytes * scale];
    return checkpointing ? { name, kept: edges, again: inside } : { name, kept: edges + inside, again: 0 };
  });
  const inSegments = segments.reduce((sum, { keptBytes, insideBytes }) => sum + keptBytes + insideBytes, 0);
  const outside = checkpointing ? outsideBytes : Math.max(0, network.activationBytes - inSegments);
  const all = [...stages, { name: OUTSIDE, kept: outside * scale, again: 0 }];
  return {
    stages: all,
    activations: all.reduce((sum, { kept }) => sum + kept, 0) + Math.max(...all.map(({ again }) => again)),
    parameters: network.parameters * BYTES.float32 * 4,
  };
}
