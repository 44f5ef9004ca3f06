/** The evaluation of a run from what `kinora eval` has left in its report: logits, targets, ids and labels. */
import { join } from 'node:path';
import { softmax } from '@kinora/clip';
import { peopleNumbers, readSubjects, subjectsBeside } from '../../../data/lists/people.js';
import { BINS, calibrationError, confidences, reliability } from '../../../measure/calibration.js';
import { type Interval, meanInterval, wilson } from '../../../measure/intervals.js';
import { argmax, confusionMatrix, perClass, rankOf, summarize } from '../../../measure/metrics.js';
import { readStoredEvaluation } from '../../../report/stored-predictions.js';
import { configOfRunFolder, runFolder } from '../../../run/run-folder.js';
import type { EvaluationAnswer } from '../api/contract.js';

/** Throws `evaluation/missing` before the first `kinora eval`, and `evaluation/damaged` for files that disagree. */
export async function readEvaluation(folder: string): Promise<EvaluationAnswer> {
  const { report } = runFolder(folder);
  const { date, ids, labels, logits, targets } = readStoredEvaluation(report);
  const classes = labels.length;
  const people = await peopleOf(folder, ids);
  const groups = Int32Array.from(peopleNumbers(people));
  const predicted = argmax(logits, classes);
  const certain = confidences(logits, targets, classes);
  const right = Array.from(targets, (target, n) => Number(predicted[n] === target));
  const rows = ids.map((_, n) => logits.subarray(n * classes, (n + 1) * classes));
  const counts = confusionMatrix(targets, predicted, classes);
  const intervalOf = (values: readonly number[], chosen: Int32Array) =>
    estimate(meanInterval(values, chosen, 1, RESAMPLES));
  return {
    date,
    labels: [...labels],
    clips: rows.map((row, n) => {
      const probabilities = Array.from(softmax(row), (value) => Math.min(1, Math.max(0, value)));
      const loss = -Math.log(Math.max(1e-12, probabilities[targets[n]!]!));
      return {
        id: ids[n]!,
        person: people[n] ?? null,
        label: targets[n]!,
        answer: predicted[n]!,
        confidence: Math.min(1, certain[n]!.confidence),
        loss,
        probabilities,
      };
    }),
    top1: intervalOf(right, groups),
    top5:
      classes > 5
        ? intervalOf(
            rows.map((row, n) => Number(rankOf(row, targets[n]!) < 5)),
            groups,
          )
        : null,
    loss: summarize({ ids, logits, targets } as Parameters<typeof summarize>[0], classes).loss,
    confusion: Array.from({ length: classes }, (_, c) => [
      ...counts.subarray(c * classes, (c + 1) * classes),
    ]),
    classes: perClass(counts, classes).map(({ support, precision, recall, f1 }, c) => {
      const own = right.flatMap((value, n) => (targets[n] === c ? [value] : []));
      const ownGroups = Int32Array.from([...groups].filter((_, n) => targets[n] === c));
      return {
        label: labels[c]!,
        clips: support,
        precision: orNull(precision),
        recall: Number.isNaN(recall) ? null : intervalOf(own, ownGroups),
        f1: orNull(f1),
      };
    }),
    people: people.every((person) => person === undefined) ? null : byPerson(people, right),
    reliability: {
      ece: calibrationError(certain),
      bins: reliability(certain).map(({ count, confidence, accuracy }, i) => ({
        low: i / BINS,
        high: (i + 1) / BINS,
        clips: count,
        confidence: count === 0 ? null : confidence,
        accuracy: count === 0 ? null : accuracy,
      })),
    },
  };
}

/** Resamples of an interval that is computed while a page waits. */
export const RESAMPLES = 1000;

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
/** With nulls for ends that are none. */
export const estimate = ({ value, low, high }: Interval) => ({ value, low: orNull(low), high: orNull(high) });

/** From the subjects beside the run's validation list; unknown where there are none. */
async function peopleOf(folder: string, ids: readonly string[]): Promise<(string | undefined)[]> {
  const { validationList } = await configOfRunFolder(folder);
  const root = join(folder, '..', '..');
  const file = validationList === undefined ? undefined : subjectsBeside(join(root, validationList));
  const subjects = file === undefined ? new Map<string, string>() : readSubjects(file);
  return ids.map((id) => subjects.get(id));
}

function byPerson(
  people: readonly (string | undefined)[],
  right: readonly number[],
): EvaluationAnswer['people'] {
  const byName = new Map<string, number[]>();
  for (const [n, name] of people.entries())
    if (name !== undefined) byName.set(name, [...(byName.get(name) ?? []), right[n]!]);
  return Array.from(byName, ([name, values]) => {
    const value = values.reduce((sum, one) => sum + one, 0) / values.length;
    const [low, high] = wilson(value, values.length);
    return { name, clips: values.length, top1: { value, low, high } };
  }).sort((a, b) => a.top1.value - b.top1.value);
}
