/**
 * What a step minimises: cross-entropy against labels, or against two labels shared by a mix, with label smoothing
 * (Szegedy et al. 2016) and class weights.
 */
import { type Device, fromTypedArray, nn, type Tensor } from '@kinora/torch';

export interface Objective {
  /** Share of every target that is spread evenly over all classes. */
  readonly labelSmoothing: number;
  /** A factor for each class's share of the loss, float32 `[classes]`; null: all alike. */
  readonly classWeights: Float32Array | null;
}

/** Class indices `[N]`; with `partners`, each target is `share` of the label and the rest of the partner's. */
export interface Targets {
  readonly labels: BigInt64Array;
  readonly partners?: BigInt64Array;
  readonly share: number;
}

/** Mean cross-entropy of logits `[N, classes]`, in nats (torch.nn.functional.cross_entropy with these options). */
export function lossOf(logits: Tensor, targets: Targets, objective: Objective, device: Device): Tensor {
  const { labelSmoothing, classWeights } = objective;
  const classes = logits.shape[1]!;
  const target = targetTensor(targets, classes, device);
  const weight = classWeights === null ? undefined : fromTypedArray(classWeights, [classes], { device });
  return nn.crossEntropy(logits, target, { labelSmoothing, ...(weight && { weight }) });
}

/**
 * What the mean over these targets was divided by: their weights, as PyTorch does for class indices, or their number.
 * The mean over several parts of a batch is that of the parts' means, weighted by it.
 */
export function weightOf({ labels, partners }: Targets, { classWeights }: Objective): number {
  if (classWeights === null || partners !== undefined) return labels.length;
  return labels.reduce((sum, label) => sum + classWeights[Number(label)]!, 0);
}

/** The label that weighs most in each target: what a prediction is counted against. */
export const dominantLabels = ({ labels, partners, share }: Targets): BigInt64Array =>
  partners === undefined || share >= 0.5 ? labels : partners;

function targetTensor({ labels, partners, share }: Targets, classes: number, device: Device): Tensor {
  if (partners === undefined) return fromTypedArray(labels, [labels.length], { device });
  const rows = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => {
    rows[i * classes + Number(label)]! += share;
    rows[i * classes + Number(partners[i])]! += 1 - share;
  });
  return fromTypedArray(rows, [labels.length, classes], { device });
}
