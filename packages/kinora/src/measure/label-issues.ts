/**
 * Which labels look wrong, from predictions by networks that were not trained on the clips: confident learning (Northcutt, Jiang
 * and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70, 2021). And which unlabelled clips a
 * committee of networks is least sure about. Pure functions of logits `[N, classes]`.
 */
import { softmax } from '@kinora/clip';
import type { Evaluation } from './metrics.js';

export interface LabelVerdict {
  /** Row of the evaluation. */
  readonly row: number;
  /** Class that it is labelled as, and the class that it more likely shows (the same, where the label looks right). */
  readonly given: number;
  readonly suggested: number;
  /** Probabilities of these two classes. */
  readonly probability: number;
  readonly probabilityOfSuggested: number;
  /** Cross-entropy of the label, in nats. */
  readonly loss: number;
  /** Probability of the label minus the largest of the others: -1 is surely wrong, 1 surely right. */
  readonly margin: number;
  /** Whether it is counted as another class than its label in the confident joint. */
  readonly suspect: boolean;
}

export interface LabelIssues {
  /** All clips: suspects first, within both by their margin, the lowest first. */
  readonly verdicts: readonly LabelVerdict[];
  readonly suspects: number;
  /** Estimated number of wrong labels: that of the confident joint, scaled to the clips of each class. */
  readonly estimate: number;
}

/**
 * A clip is suspect if it is confidently of another class than its label: if that class's probability is at least what the clips
 * labelled as that class have on average, and the largest of those for which this holds (the confident joint, section 3.1).
 * Suspects are ranked by normalised margin (section 4.2, "prune by noise rate").
 */
export function labelIssues(
  { targets, logits }: Pick<Evaluation, 'targets' | 'logits'>,
  classes: number,
): LabelIssues {
  const p = Array.from(targets, (_, n) => softmax(logits.subarray(n * classes, (n + 1) * classes)));
  const thresholds = selfConfidence(p, targets, classes);
  const joint = Array.from({ length: classes }, () => new Float64Array(classes));
  const verdicts = p.map((own, row): LabelVerdict => {
    const given = targets[row]!;
    const confident = best(own, (c) => own[c]! >= thresholds[c]!);
    if (confident !== undefined) joint[given]![confident]!++;
    const suspect = confident !== undefined && confident !== given;
    const suggested = suspect ? confident : best(own)!;
    return {
      row,
      given,
      suggested,
      probability: own[given]!,
      probabilityOfSuggested: own[suggested]!,
      loss: -Math.log(Math.max(own[given]!, Number.MIN_VALUE)),
      margin: own[given]! - own[best(own, (c) => c !== given)!]!,
      suspect,
    };
  });
  return {
    verdicts: verdicts.sort(
      (a, b) => Number(b.suspect) - Number(a.suspect) || a.margin - b.margin || a.row - b.row,
    ),
    suspects: verdicts.filter(({ suspect }) => suspect).length,
    estimate: joint.reduce((sum, counts, given) => {
      const counted = counts.reduce((a, b) => a + b, 0);
      const labelled = targets.reduce((n, target) => n + Number(target === given), 0);
      return counted === 0 ? sum : sum + (labelled * (counted - counts[given]!)) / counted;
    }, 0),
  };
}

/** The mean probability of each class over the clips labelled as it, `[classes]`; above 1 for classes without clips. */
function selfConfidence(p: readonly ArrayLike<number>[], targets: Int32Array, classes: number): Float64Array {
  const sums = new Float64Array(classes);
  const counts = new Float64Array(classes);
  for (const [n, target] of targets.entries()) {
    sums[target]! += p[n]![target]!;
    counts[target]!++;
  }
  return sums.map((sum, c) => (counts[c] === 0 ? 2 : sum / counts[c]!));
}

/** The most probable class of those that are allowed. */
function best(p: ArrayLike<number>, allowed: (c: number) => boolean = () => true): number | undefined {
  let found: number | undefined;
  for (let c = 0; c < p.length; c++) if (allowed(c) && (found === undefined || p[c]! > p[found]!)) found = c;
  return found;
}

export interface Doubt {
  /** Row of the logits. */
  readonly row: number;
  /** Entropy of the members' mean probabilities, in nats: 0 is sure, `log(classes)` knows nothing. */
  readonly entropy: number;
  /** How far of that comes from members that contradict each other: mutual information, in nats. */
  readonly disagreement: number;
  /** Most probable class by the mean, and its probability. */
  readonly predicted: number;
  readonly probability: number;
}

/**
 * What a committee of networks is least sure about comes first: the clips whose labels would teach most (query by committee,
 * with consensus entropy; see Settles, "Active Learning Literature Survey", 2009, section 3.2; the mutual information is BALD's,
 * Houlsby et al. 2011).
 * @param members logits of each network for the same clips, `[N, classes]`; at least one
 */
export function committeeDoubt(members: readonly Float32Array[], classes: number): Doubt[] {
  const clips = members[0]!.length / classes;
  const doubts = Array.from({ length: clips }, (_, row): Doubt => {
    const each = members.map((logits) => softmax(logits.subarray(row * classes, (row + 1) * classes)));
    const mean = Float64Array.from(
      { length: classes },
      (_, c) => each.reduce((sum, p) => sum + p[c]!, 0) / each.length,
    );
    const own = each.reduce((sum, p) => sum + entropyOf(p), 0) / each.length;
    const predicted = best(mean)!;
    const entropy = entropyOf(mean);
    return {
      row,
      entropy,
      disagreement: Math.max(0, entropy - own),
      predicted,
      probability: mean[predicted]!,
    };
  });
  return doubts.sort((a, b) => b.entropy - a.entropy || a.row - b.row);
}

const entropyOf = (p: ArrayLike<number>): number =>
  Array.from(p).reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
