/** Evaluates a run's network on its validation clips and writes a report; or predicts its unlabelled test list. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clipSize, type LiveSettings, type PostprocessSpec } from '@kinora/clip';
import { type Device, KinoraError, kinoraError } from '@kinora/torch';
import {
  effectiveConfig,
  namingKeysOf,
  preprocessSpec,
  type RunConfig,
  type RunConfigInput,
} from '../config/index.js';
import { readClipList } from '../data/lists/annotations.js';
import { type ClipList, listHash } from '../data/lists/clip-list.js';
import { readLabels } from '../data/lists/labels.js';
import { peopleBeside } from '../data/lists/people.js';
import { readClip } from '../data/load/clip-reader.js';
import { readSplit, readTestList } from '../data/splits.js';
import { type Evaluation, type Summary, summarize, worstClips } from '../measure/metrics.js';
import { accuracyByPerson, type ClipPeople, type PeopleAccuracy } from '../measure/per-person.js';
import { compareRejection, type Rejection } from '../measure/rejection.js';
import { networkCost } from '../model/cost/cost.js';
import { silent } from '../progress.js';
import type { ShownClip } from '../report/data.js';
import type { StreamReport } from '../report/stream-data.js';
import { writeReport, writeTestResults } from '../report/write.js';
import { epochMetrics } from '../run/metrics-log.js';
import { type OpenedModel, openModel } from '../run/open.js';
import { configOfRunFolder, runFolderOf } from '../run/run-folder.js';
import { evaluateStreams } from './evaluate-streams.js';
import { type PredictOptions, predictList } from './predict-list.js';

/** What to evaluate, and how. */
export interface EvaluateOptions extends PredictOptions {
  /** Folder of the report; default: `report/` of the run. */
  readonly report?: string;
  /** Name of the clips in the report. Default: `validation`. */
  readonly split?: string;
  /** A list of streams (data/lists/stream-list.ts) to score as well. */
  readonly streams?: string;
  /** Folder that the paths of that list are relative to. Default: that of the list. */
  readonly streamFolder?: string;
  /** Clips that show none of the labels: how well they can be rejected is measured too. */
  readonly unknown?: UnknownClips;
  /** Live settings to score instead of the model's: changes of the defaults. */
  readonly liveSettings?: Partial<LiveSettings>;
}

/** A list of clips whose labels do not matter, and the folder that they are in. */
export interface UnknownClips {
  readonly list: string;
  /** Default: the folder of the list. */
  readonly folder?: string;
}

/** Predictions, accuracy and report of an evaluation. */
export interface EvaluateResult {
  readonly summary: Summary;
  readonly evaluation: Evaluation;
  readonly labels: readonly string[];
  /** Folder of the report. */
  readonly report: string;
  /** Accuracy by person, where people are known. */
  readonly people?: PeopleAccuracy;
  /** How well unknown clips can be rejected by each score, the best first; where they were given. */
  readonly rejection?: readonly Rejection[];
  /** What was detected in the streams, where a list of them was given. */
  readonly streams?: StreamReport;
}

const WORST = 12;

/**
 * Measures the run's best checkpoint (or the configuration's) on the validation list and writes `report/`.
 *
 * @param run a run folder such as `runs/demo`, or a configuration, complete or not
 * @returns `summary` with shares in [0, 1] (`top1`, `top5`), and logits, float32 `[N, classes]`, of every clip
 * @throws KinoraError `config/*`, `data/*`, `model/*` and `file/*`, for example without a validation list
 */
export async function evaluateRun(
  run: string | RunConfig | RunConfigInput,
  options: EvaluateOptions = {},
): Promise<EvaluateResult> {
  const config = await configOf(run);
  return namingKeysOf(config, () => evaluate(config, options));
}

async function evaluate(config: RunConfig, options: EvaluateOptions): Promise<EvaluateResult> {
  const { device = 'cpu', report = runFolderOf(config).report, split = 'validation' } = options;
  const model = openRunModel(config, options);
  try {
    const { labels } = model.spec;
    const list = validationOf(config, labels);
    warnIfFitted(model, list, options);
    const streams = await streamsOf(model, options);
    const { indices, ...predicted } = await predictList(model, list, config, options);
    const evaluation = withTemperature(predicted, model.postprocess);
    const rejection = await rejectionOf(model, config, evaluation.logits, options);
    const known = peopleIn(list, indices, config, options);
    const people = known && accuracyByPerson(evaluation, labels.length, known);
    const further = {
      ...(rejection && { rejection }),
      ...(people && { people }),
      ...(streams && { streams }),
    };
    await writeReport(report, {
      name: config.name,
      split,
      date: new Date().toISOString(),
      config,
      labels,
      history: epochMetrics(config),
      evaluation,
      worst: await worstFrames(model, list, indices, evaluation),
      facts: facts(model, device),
      ...further,
    });
    return {
      summary: summarize(evaluation, labels.length),
      evaluation,
      labels,
      report,
      ...further,
    };
  } finally {
    model.network.dispose();
  }
}

/** How well clips of none of the labels can be rejected. */
async function rejectionOf(
  model: OpenedModel,
  config: RunConfig,
  known: Float32Array,
  { unknown, ...options }: EvaluateOptions,
): Promise<Rejection[] | undefined> {
  if (unknown === undefined) return undefined;
  const list = readClipList(unknown.list, unknown.folder ?? dirname(unknown.list));
  const items = list.items.map((item) => ({ ...item, label: -1 }));
  const predicted = await predictList(model, { ...list, items }, config, options, 'predicting unknown clips');
  const { logits } = withTemperature(predicted, model.postprocess);
  return compareRejection(known, logits, model.spec.labels.length);
}

/** The people in the evaluated clips, where a subjects file beside the list names them. */
function peopleIn(
  { items }: ClipList,
  indices: Int32Array,
  { validationList }: RunConfig,
  { progress = silent }: EvaluateOptions,
): ClipPeople | undefined {
  try {
    const { groups, names } = peopleBeside(items, validationList);
    return names && { names, groups: Int32Array.from(indices, (index) => groups[index]!) };
  } catch (error) {
    if (!(error instanceof KinoraError)) throw error;
    progress.log(`no figures by person: ${error.message}`);
    return undefined;
  }
}

/** Predictions as they are used: their logits are divided by the model's temperature. */
const withTemperature = <Predicted extends Pick<Evaluation, 'logits'>>(
  evaluation: Predicted,
  { temperature }: PostprocessSpec,
): Predicted =>
  temperature === 1
    ? evaluation
    : { ...evaluation, logits: evaluation.logits.map((logit) => logit / temperature) };

/** The validation clips. Throws `config/missing` where the configuration has none. */
export function validationOf(config: RunConfig, labels: readonly string[]): ClipList {
  const list = readSplit(config, 'val', labels);
  if (list === undefined) throw noList('validationList', 'validation');
  return list;
}

/** Before the clips, because a mistake in the list of streams is found at once. */
async function streamsOf(model: OpenedModel, options: EvaluateOptions): Promise<StreamReport | undefined> {
  const { streams, streamFolder, liveSettings } = options;
  if (streams === undefined) return undefined;
  return evaluateStreams(model, streams, {
    ...options,
    ...(streamFolder !== undefined && { root: streamFolder }),
    ...(liveSettings && { settings: liveSettings }),
  });
}

/** Figures on the clips that an ensemble's rule was fitted to are too optimistic. */
function warnIfFitted(
  { ensemble }: OpenedModel,
  list: ClipList,
  { progress = silent }: EvaluateOptions,
): void {
  if (ensemble?.fitted?.hash === listHash(list))
    progress.log(
      `the ensemble's rule was fitted to these clips, so these figures are too optimistic; see the ensemble's own report`,
    );
}

/**
 * Predicts the test list and writes `testset_results.csv`. Returns its path and the number of clips.
 *
 * @param run a run folder such as `runs/demo`, or a configuration, complete or not
 */
export async function predictTestList(
  run: string | RunConfig | RunConfigInput,
  options: EvaluateOptions = {},
): Promise<{ file: string; clips: number }> {
  const config = await configOf(run);
  return namingKeysOf(config, () => predictTests(config, options));
}

async function predictTests(
  config: RunConfig,
  options: EvaluateOptions,
): Promise<{ file: string; clips: number }> {
  const model = openRunModel(config, options);
  try {
    const list = readTestList(config, model.spec.labels);
    const predicted = await predictList(model, list, config, options);
    const { report } = runFolderOf(config);
    writeTestResults(report, predicted, model.spec.labels);
    return { file: join(report, 'testset_results.csv'), clips: predicted.ids.length };
  } finally {
    model.network.dispose();
  }
}

export const configOf = async (run: string | RunConfig | RunConfigInput): Promise<RunConfig> =>
  typeof run === 'string' ? configOfRunFolder(run) : effectiveConfig(run);

/** The configuration's checkpoint if it exists, otherwise the run's own. */
export function openRunModel(
  config: RunConfig,
  { device = 'cpu', progress = silent }: EvaluateOptions,
): OpenedModel {
  const { checkpoint } = config;
  const own = runFolderOf(config).path;
  const path = checkpoint !== null && existsSync(checkpoint) ? checkpoint : own;
  if (checkpoint !== null && path === own)
    progress.log(`${checkpoint} does not exist; using the weights of ${own}`);
  const model = openModel(path, { device, spec: () => preprocessSpec(config, labelsOf(config)) });
  if (model.name === config.model) return model;
  model.network.dispose();
  throw otherNetwork(config.model, model);
}

function labelsOf(config: RunConfig): readonly string[] {
  return config.labelsFile === undefined ? readSplit(config, 'train').labels : readLabels(config.labelsFile);
}

/** Frames of the worst clips, as the network saw them. */
async function worstFrames(
  { spec }: OpenedModel,
  list: ClipList,
  indices: Int32Array,
  evaluation: Evaluation,
): Promise<ShownClip[]> {
  const rows = worstClips(evaluation, spec.labels.length, WORST);
  const { height, width } = spec.crop;
  return Promise.all(
    rows.map(async (row) => {
      const { clip, frames } = await readClip(list.items[indices[row]!]!, spec);
      return { index: row, frames: { data: clip, count: frames, height, width } };
    }),
  );
}

function facts({ network, name, spec, file }: OpenedModel, device: Device): [string, string][] {
  const { parameters, macs } = networkCost(network, clipSize(spec));
  return [
    ['network', name],
    ['parameters', `${(parameters / 1e6).toFixed(2)} M`],
    ['multiply-accumulates per clip', `${(macs / 1e9).toFixed(2)} G`],
    ['device', device],
    ['weights', file],
  ];
}

function otherNetwork(expected: string, { file, name }: OpenedModel): KinoraError {
  return kinoraError('model/other-network', file, {
    expected: `the weights of ${expected}, as in the configuration`,
    received: `those of ${name}`,
    hint: `pass --set model=${name}, or another checkpoint`,
  });
}

function noList(key: string, what: string): KinoraError {
  return kinoraError('config/missing', key, `a list of ${what} clips`, 'none', {
    hint: `give ${key}, or a validationFolder other than the training one`,
  });
}
