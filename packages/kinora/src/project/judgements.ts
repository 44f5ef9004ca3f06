/**
 * How networks judge the clips, as reports in `runs/` have stored it: the latest evaluation, of the validation clips, and the
 * latest cross-validation, of all clips. Nothing is computed anew, and nothing else is stored.
 */
import { dirname, join } from 'node:path';
import { softmax } from '@kinora/clip';
import { KinoraError } from '@kinora/torch/error';
import { argmax } from '../measure/metrics.js';
import {
  readStoredCrossval,
  readStoredEvaluation,
  type StoredPredictions,
} from '../report/stored-predictions.js';
import { type Project, runsWith } from './project.js';
import type { Scan } from './scan.js';

export interface Judgement {
  readonly id: string;
  /** The label that the network gives the clip, and its probability. */
  readonly answer: string;
  readonly confidence: number;
  /** Cross-entropy of the clip's own label, in nats. */
  readonly loss: number;
}

export interface Judge {
  readonly kind: 'crossval' | 'evaluation';
  /** Folder in `runs/`. */
  readonly run: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly clips: readonly Judgement[];
}

/** A file that is in every report of the kind, and the predictions of such a report. */
const KINDS = {
  crossval: { file: 'crossval.json', read: readStoredCrossval },
  evaluation: { file: 'test_results.csv', read: readStoredEvaluation },
} as const;

/** The reports of a kind in `runs/`, the latest first. */
export const latestReports = (
  project: Project,
  kind: Judge['kind'],
): { readonly run: string; readonly folder: string; readonly at: number }[] =>
  runsWith(project, join('report', KINDS[kind].file)).map(({ run, file, at }) => ({
    run,
    folder: dirname(file),
    at,
  }));

/**
 * The cross-validation first, where there is one: it judges every clip, by networks that have not seen the person. Clips that were
 * moved, removed or replaced since are left out, and so are reports that cannot be read: they can be made again.
 */
export function readJudges(project: Project, scan: Scan): Judge[] {
  const clips = new Map(scan.clips.map((clip) => [clip.id, clip]));
  return (['crossval', 'evaluation'] as const).flatMap((kind) => {
    const [latest] = latestReports(project, kind);
    if (latest === undefined) return [];
    const { run, folder, at } = latest;
    try {
      const current = ({ id, label }: { id: string; label: string }) =>
        clips.get(id)?.class === label && clips.get(id)!.modified <= at;
      const judged = judgementsOf(KINDS[kind].read(folder)).filter(current);
      return [{ kind, run, at, clips: judged.map(({ label: _, ...judgement }) => judgement) }];
    } catch (error) {
      if (!(error instanceof KinoraError)) throw error;
      return [];
    }
  });
}

function judgementsOf({
  ids,
  labels,
  logits,
  targets,
}: StoredPredictions): (Judgement & { label: string })[] {
  const answers = argmax(logits, labels.length);
  return ids.map((id, n) => {
    const probabilities = softmax(logits.subarray(n * labels.length, (n + 1) * labels.length));
    return {
      id,
      label: labels[targets[n]!]!,
      answer: labels[answers[n]!]!,
      confidence: Math.min(1, probabilities[answers[n]!]!),
      loss: -Math.log(Math.max(1e-12, probabilities[targets[n]!]!)),
    };
  });
}
