/** One training step: forward, loss, backward, update, in one scope so that nothing of it outlives it. */
import { type Device, fromTypedArray, nn, optim, scope } from '@kinora/torch';
import type { PreprocessSpec } from '../clip/spec.js';
import { networkInput } from '../model/input.js';
import type { Network } from '../model/network.js';
import { checkLoss } from './finite.js';

/** Clips as the loader hands them out. */
export interface ClipBatch {
  /** uint8 RGB `[N, T, H, W, 3]`. */
  readonly clips: Uint8Array;
  readonly shape: readonly [n: number, t: number, h: number, w: number];
  /** Class indices `[N]`. */
  readonly labels: BigInt64Array;
}

export interface StepSettings {
  readonly labelSmoothing: number;
  readonly clipGradNorm: number | null;
  readonly device: Device;
  readonly spec: PreprocessSpec;
}

export interface StepResult {
  /** Mean cross-entropy of the batch, in nats. */
  readonly loss: number;
  /** `[N, classes]`, before the update. */
  readonly logits: Float32Array;
}

/** Updates the network once. Throws `train/not-finite` instead when the loss is not a number any more. */
export function trainStep(
  network: Network,
  optimizer: optim.Optimizer,
  batch: ClipBatch,
  { labelSmoothing, clipGradNorm, device, spec }: StepSettings,
): StepResult {
  return scope(() => {
    const { logits } = network.call(networkInput(batch.clips, batch.shape, spec, device));
    const labels = fromTypedArray(batch.labels, [batch.labels.length], { device });
    const loss = nn.crossEntropy(logits, labels, { labelSmoothing });
    const value = Number(loss.item());
    checkLoss(value);
    optimizer.zeroGrad();
    loss.backward();
    if (clipGradNorm !== null) optim.clipGradNorm(optimizer.params, clipGradNorm);
    optimizer.step();
    return { loss: value, logits: logits.detach().toTypedArray() as Float32Array };
  });
}
