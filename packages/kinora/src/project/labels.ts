/**
 * Labels that look wrong: a cross-validation predicts every clip by a network that never saw its person, and confident learning
 * compares its answers with the labels. Any cross-validation in `runs/` counts, whoever started it; the latest is used.
 */
import { KinoraError } from '@kinora/torch/error';
import type { RunConfigInput } from '../config/index.js';
import { labelIssues } from '../measure/label-issues.js';
import { readStoredCrossval } from '../report/stored-predictions.js';
import { latestReports } from './judgements.js';
import type { Project } from './project.js';
import { nextRun, recipeFor, writeTraining } from './recipe.js';
import type { Scan } from './scan.js';

/** A clip that is confidently of another class than its own. */
export interface SuspectLabel {
  readonly id: string;
  readonly label: string;
  readonly suggested: string;
  /** Probabilities of these two. */
  readonly probability: number;
  readonly probabilityOfSuggested: number;
}

export interface LabelCheck {
  /** Folder in `runs/`. */
  readonly run: string;
  /** Milliseconds since 1970. */
  readonly checked: number;
  /** Clips that still have the label that they were predicted with, the least likely labels first. */
  readonly suspects: readonly SuspectLabel[];
}

/**
 * What the latest cross-validation says about the clips as they are. Clips that were moved, removed or replaced since are left
 * out. Undefined where there is no cross-validation, or none that can be read: it can be made again.
 */
export function readLabelCheck(project: Project, scan: Scan): LabelCheck | undefined {
  const [latest] = latestReports(project, 'crossval');
  if (latest === undefined) return undefined;
  const { run, folder, at } = latest;
  try {
    return { run, checked: at, suspects: suspectsIn(folder, at, scan) };
  } catch (error) {
    if (!(error instanceof KinoraError)) throw error;
    return undefined;
  }
}

function suspectsIn(folder: string, checked: number, scan: Scan): SuspectLabel[] {
  const { ids, labels, ...predictions } = readStoredCrossval(folder);
  const clips = new Map(scan.clips.map((clip) => [clip.id, clip]));
  const { verdicts, suspects } = labelIssues(predictions, labels.length);
  return verdicts.slice(0, suspects).flatMap(({ row, given, suggested, ...probabilities }) => {
    const clip = clips.get(ids[row]!);
    const label = labels[given]!;
    if (clip?.class !== label || clip.modified > checked) return [];
    const { probability, probabilityOfSuggested } = probabilities;
    return [{ id: clip.id, label, suggested: labels[suggested]!, probability, probabilityOfSuggested }];
  });
}

/** Most folds. */
const FOLDS = 5;

/**
 * Writes the training of a cross-validation of all listed clips, `trainings/labels-<n>/`, and returns the run's name and the words
 * of its command line. The networks train for a third of the recipe's epochs: which clips stand out shows early.
 * @throws KinoraError `project/no-clips`, `config/*`
 */
export function writeLabelCheck(
  project: Project,
  scan: Scan,
  settings: RunConfigInput = {},
): { readonly run: string; readonly words: readonly string[] } {
  const run = nextRun(project, 'labels');
  const epochs = Math.max(10, Math.ceil((recipeFor(scan).settings.epochs ?? 30) / 3));
  // Held-out people must not decide when a training ends.
  const config = writeTraining(project, scan, { run, settings: { epochs, ...settings, patience: null } });
  const groups = new Set(scan.clips.map(({ person, id }) => person ?? id)).size;
  const folds = ['--folds', String(Math.min(FOLDS, groups > 1 ? groups : scan.clips.length))];
  // One person's clips can only be held out one by one.
  const alone = groups > 1 ? [] : ['--person', '.+'];
  return { run, words: ['crossval', '--config', config, '--out', `runs/${run}`, ...folds, ...alone] };
}
