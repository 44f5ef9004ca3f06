/**
 * Metrics of predictions: pure functions of logits and targets, without engine or files.
 * Logits are float32 `[N, classes]` in row order, targets class indices `[N]`. Shares are between 0 and 1; an undefined
 * share (for example for a class without clips) is NaN, never 0.
 */
import { KinoraError } from '@kinora/torch';

/** Predictions of a network for N clips, as plain data. */
export interface Evaluation {
  /** Names of the clips, `[N]`. */
  readonly ids: readonly string[];
  /** True classes, `[N]`. */
  readonly targets: Int32Array;
  /** Float32 `[N, classes]`. */
  readonly logits: Float32Array;
}

/** Throws unless sizes agree, targets are classes and every logit is a finite number. */
export function checkEvaluation({ ids, targets, logits }: Evaluation, classes: number): void {
  const fail = (where: string, expected: string, received: string | number, hint?: string) => {
    const extra = hint === undefined ? {} : { hint };
    throw new KinoraError({ code: 'metrics/invalid', where, expected, received: String(received), ...extra });
  };
  if (ids.length !== targets.length) fail('targets', `${ids.length} values, one per clip`, targets.length);
  if (logits.length !== ids.length * classes)
    fail('logits', `${ids.length} x ${classes} values`, logits.length);
  const stray = targets.findIndex((target) => target < 0 || target >= classes);
  if (stray >= 0) fail(`clip ${ids[stray]}`, `a class from 0 to ${classes - 1}`, targets[stray]!);
  const broken = logits.findIndex((logit) => !Number.isFinite(logit));
  if (broken < 0) return;
  fail(
    `clip ${ids[Math.floor(broken / classes)]}`,
    'finite logits',
    logits[broken]!,
    'the network has diverged',
  );
}

/** Index of the largest logit of each row, `[N]`; the first one if there are several. */
export function argmax(logits: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: logits.length / classes }, (_, n) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (logits[n * classes + c]! > logits[n * classes + best]!) best = c;
    return best;
  });
}

/** Mean of `-log softmax(logits)[target]`, as `torch.nn.functional.cross_entropy` computes it. */
export function crossEntropy(logits: Float32Array, targets: Int32Array, classes: number): number {
  let sum = 0;
  for (const [n, target] of targets.entries()) {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    const top = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const total = row.reduce((a, logit) => a + Math.exp(logit - top), 0);
    sum += Math.log(total) + top - row[target]!;
  }
  return sum / targets.length;
}

/** Share of the clips whose class is among the k largest logits; of equal logits the lower index comes first. */
export function topK(logits: Float32Array, targets: Int32Array, classes: number, k: number): number {
  let hits = 0;
  for (const [n, target] of targets.entries()) {
    if (rankOf(logits.subarray(n * classes, (n + 1) * classes), target) < k) hits++;
  }
  return hits / targets.length;
}

/** Number of classes ranked before the target in one row of logits. NaN counts as ranked before it. */
export function rankOf(row: Float32Array, target: number): number {
  const own = row[target]!;
  let above = 0;
  for (let c = 0; c < row.length; c++) {
    const isBelow = row[c]! < own || (row[c] === own && c >= target);
    if (!isBelow && c !== target) above++;
  }
  return above;
}

/** Counts `[classes, classes]`: row is the true class, column the predicted one. */
export function confusionMatrix(targets: Int32Array, predicted: Int32Array, classes: number): Uint32Array {
  const counts = new Uint32Array(classes * classes);
  for (const [n, target] of targets.entries()) counts[target * classes + predicted[n]!]! += 1;
  return counts;
}

export interface ClassMetrics {
  /** Clips of this class. */
  support: number;
  /** Clips predicted to be of this class. */
  predicted: number;
  precision: number;
  recall: number;
  f1: number;
}

/** Precision, recall and F1 of each class; NaN if a class has no clips or no predictions. */
export function perClass(confusion: Uint32Array, classes: number): ClassMetrics[] {
  return Array.from({ length: classes }, (_, c) => {
    let support = 0;
    let predicted = 0;
    for (let other = 0; other < classes; other++) {
      support += confusion[c * classes + other]!;
      predicted += confusion[other * classes + c]!;
    }
    const right = confusion[c * classes + c]!;
    const f1 = (2 * right) / (support + predicted);
    return { support, predicted, precision: right / predicted, recall: right / support, f1 };
  });
}

/** Mean recall over the classes that have clips: every class has the same weight, however many clips it has. */
export function meanClassAccuracy(metrics: readonly ClassMetrics[]): number {
  const recalls = metrics.filter(({ support }) => support > 0).map(({ recall }) => recall);
  return recalls.reduce((a, b) => a + b, 0) / recalls.length;
}

export interface ConfusedPair {
  target: number;
  predicted: number;
  count: number;
  /** Share of the clips of the true class. */
  share: number;
}

/** The `limit` most frequent mistakes, by count, then by share. */
export function confusedPairs(confusion: Uint32Array, classes: number, limit: number): ConfusedPair[] {
  const metrics = perClass(confusion, classes);
  const pairs: ConfusedPair[] = [];
  for (const [i, count] of confusion.entries()) {
    const target = Math.floor(i / classes);
    const predicted = i % classes;
    if (target === predicted || count === 0) continue;
    pairs.push({ target, predicted, count, share: count / metrics[target]!.support });
  }
  return pairs.sort((a, b) => b.count - a.count || b.share - a.share).slice(0, limit);
}

/** Rows of the misclassified clips, ordered by the probability of their true class, lowest first. */
export function worstClips({ targets, logits }: Evaluation, classes: number, limit: number): number[] {
  const predicted = argmax(logits, classes);
  const losses = Array.from(targets, (target, n) =>
    crossEntropy(logits.subarray(n * classes, (n + 1) * classes), Int32Array.of(target), classes),
  );
  const wrong = [...targets.keys()].filter((n) => predicted[n] !== targets[n]);
  return wrong.sort((a, b) => losses[b]! - losses[a]!).slice(0, limit);
}

export interface Summary {
  clips: number;
  loss: number;
  top1: number;
  top5: number;
  mean_class_accuracy: number;
}

/** The headline figures of an evaluation. */
export function summarize({ targets, logits }: Evaluation, classes: number): Summary {
  const confusion = confusionMatrix(targets, argmax(logits, classes), classes);
  return {
    clips: targets.length,
    loss: crossEntropy(logits, targets, classes),
    top1: topK(logits, targets, classes, 1),
    top5: topK(logits, targets, classes, 5),
    mean_class_accuracy: meanClassAccuracy(perClass(confusion, classes)),
  };
}

/**
 * Forced choice between two classes, over the clips of both: the share of clips whose true class has the larger logit.
 * Chance is one half. NaN if there are no such clips.
 */
export function pairAccuracy(
  { targets, logits }: Pick<Evaluation, 'targets' | 'logits'>,
  classes: number,
  [a, b]: readonly [number, number],
): number {
  const rows = [...targets.keys()].filter((n) => targets[n] === a || targets[n] === b);
  const right = rows.filter((n) => {
    const own = targets[n]!;
    return logits[n * classes + own]! > logits[n * classes + (own === a ? b : a)]!;
  });
  return right.length / rows.length;
}

/** Correlation of the members' errors, and the accuracy of a perfect choice among them. */

/** Predictions of several networks for the same clips. */
export interface MemberLogits {
  readonly classes: number;
  /** Logits of each member, float32 `[N, classes]`. */
  readonly members: readonly Float32Array[];
  /** Class indices `[N]`. */
  readonly targets: Int32Array;
}

/** 1 for each clip with a correct prediction, otherwise 0, `[N]`. */
export function rightness(logits: Float32Array, targets: Int32Array, classes: number): Uint8Array {
  const predicted = argmax(logits, classes);
  return Uint8Array.from(targets, (target, n) => Number(predicted[n] === target));
}

/**
 * Pearson's correlation of errors (phi) of each pair, `[members, members]`; NaN for a member that is always or never
 * right.
 */
export function errorCorrelation({ members, targets, classes }: MemberLogits): Float64Array {
  const right = members.map((logits) => rightness(logits, targets, classes));
  const count = members.length;
  return Float64Array.from({ length: count * count }, (_, i) =>
    phi(right[Math.floor(i / count)]!, right[i % count]!),
  );
}

function phi(a: Uint8Array, b: Uint8Array): number {
  const share = (of: (n: number) => number) => a.reduce((sum, _, n) => sum + of(n), 0) / a.length;
  const [pa, pb, both] = [share((n) => a[n]!), share((n) => b[n]!), share((n) => a[n]! * b[n]!)];
  return (both - pa * pb) / Math.sqrt(pa * (1 - pa) * pb * (1 - pb));
}

/** Share of the clips that at least one member classifies correctly: an upper bound for choosing among members. */
export function oracle({ members, targets, classes }: MemberLogits): number {
  const right = members.map((logits) => rightness(logits, targets, classes));
  return targets.filter((_, n) => right.some((own) => own[n] === 1)).length / targets.length;
}
