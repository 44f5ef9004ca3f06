/**
 * What a step minimises: cross-entropy against labels, or against two labels shared by a mix, with label smoothing
 * (Szegedy et al. 2016) and class weights, as the configuration names them.
 */
import { nearest } from '@kinora/clip';
import { type Device, fromTypedArray, type KinoraError, kinoraError, nn, type Tensor } from '@kinora/torch';
import type { RunConfig } from '../../config/index.js';
import { divergence, type Lesson } from './teacher.js';

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

/**
 * Mean cross-entropy of logits `[N, classes]`, in nats (torch.nn.functional.cross_entropy with these options); with a lesson, of which
 * the teacher's answers have their share.
 */
export function lossOf(
  logits: Tensor,
  targets: Targets,
  objective: Objective,
  device: Device,
  lesson?: Lesson,
): Tensor {
  const { labelSmoothing, classWeights } = objective;
  const classes = logits.shape[1]!;
  const target = targetTensor(targets, classes, device);
  const weight = classWeights === null ? undefined : fromTypedArray(classWeights, [classes], { device });
  const loss = nn.crossEntropy(logits, target, { labelSmoothing, ...(weight && { weight }) });
  if (lesson === undefined) return loss;
  return loss.mul(1 - lesson.weight).add(divergence(logits, lesson).mul(lesson.weight));
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

/**
 * Float32 `[classes]`; null where all classes count alike. `balanced` is clips / (classes x clips of the class), so that
 * every class of the list has the same part in the loss and the factors of all clips average to 1; classes without clips
 * have none.
 * @param counts training clips of each class
 */
export function classWeights(
  setting: RunConfig['classWeights'],
  labels: readonly string[],
  counts: readonly number[],
): Float32Array | null {
  if (setting === null) return null;
  if (setting === 'balanced') return balanced(counts);
  const stray = Object.keys(setting).find((name) => !labels.includes(name));
  if (stray !== undefined) throw unknownLabel(stray, labels);
  return Float32Array.from(labels, (name) => setting[name] ?? 1);
}

function balanced(counts: readonly number[]): Float32Array {
  const clips = counts.reduce((sum, count) => sum + count, 0);
  const present = counts.filter((count) => count > 0).length;
  return Float32Array.from(counts, (count) => (count === 0 ? 0 : clips / (present * count)));
}

function unknownLabel(name: string, labels: readonly string[]): KinoraError {
  const near = nearest(name, labels);
  return kinoraError('config/class-weights', 'classWeights', {
    expected: 'factors by label',
    received: `a factor for "${name}", which is not a label`,
    hint: near && `the nearest label is "${near}"`,
  });
}
