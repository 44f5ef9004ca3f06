/** Runs of the project: their configurations, curves, evaluations and files. Nothing is computed that a run folder has not. */
import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { KinoraError, kinoraError } from '@kinora/torch/error';
import { effectiveConfig } from '../../../config/index.js';
import { readJudges } from '../../../project/judgements.js';
import { pathsOf } from '../../../project/project.js';
import { checkRun, noRun } from '../../../project/recipe.js';
import { findCheckpoint, hasCheckpoint, hasFinished, readState } from '../../../run/checkpoint.js';
import { epochMetrics, type MetricsRecord, readMetrics } from '../../../run/metrics-log.js';
import { configOfRunFolder, runFolder } from '../../../run/run-folder.js';
import type { Handlers } from '../api/app.js';
import type { Metrics, RunDetail, RunSummary } from '../api/contract.js';
import type { OpenProject } from '../opened/open-project.js';
import type { Workbench } from '../opened/workbench.js';
import { compareRuns } from './comparison.js';
import { readEvaluation } from './evaluation.js';
import { sendFile } from './files.js';

export function runHandlers(workbench: Workbench): Handlers {
  const open = ({ params }: { params: { project: string } }) => workbench.get(params.project);
  return {
    listRuns: async (request) => listRuns(await open(request)),
    getRun: async (request) => runDetail(await open(request), request.params.run),
    getMetrics: async (request) =>
      metricsOf(folderOf(await open(request), request.params.run), request.query.after, request.query.points),
    getEvaluation: async (request) => readEvaluation(folderOf(await open(request), request.params.run)),
    listJudges: async (request) => {
      const project = await open(request);
      return readJudges(project.project, project.scan()).map((judge) => ({
        ...judge,
        clips: [...judge.clips],
      }));
    },
    compareRuns: async (request) => {
      const { a, b } = request.query;
      const project = await open(request);
      return compareRuns([folderOf(project, a), folderOf(project, b)]);
    },
    runFile: async (request) => {
      const { query, params, context } = request;
      const folder = folderOf(await open(request), params.run);
      const file = filesOf(folder).find((one) => one.file === query.file);
      if (file === undefined)
        throw kinoraError(
          'file/missing',
          'file',
          'a file that the run has left',
          JSON.stringify(query.file.slice(0, 80)),
        );
      return sendFile(context, join(folder, file.file), {
        download: query.download === 'true' || !/\.(html|png)$/.test(file.file),
      });
    },
  };
}

/** The folder of a run. Throws `project/unknown-run` for names that are no folder of the project's runs. */
function folderOf({ project }: OpenProject, run: string): string {
  if (!runNames(project).includes(run)) throw noRun(run);
  checkRun(project, run);
  return join(pathsOf(project).runs, run);
}

/** Folders with a configuration. Links are left out: they may lead out of the project. */
function runNames(project: OpenProject['project']): string[] {
  const { runs } = pathsOf(project);
  if (!existsSync(runs)) return [];
  return readdirSync(runs, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(runs, entry.name, 'config.json')))
    .map(({ name }) => name);
}

async function listRuns(open: OpenProject): Promise<RunSummary[]> {
  const names = runNames(open.project);
  const runs = await Promise.all(names.map((name) => summaryOf(open, name).catch(skipDamaged)));
  return runs.filter((run) => run !== undefined).sort((a, b) => b.modified - a.modified);
}

function skipDamaged(error: unknown): undefined {
  if (!(error instanceof KinoraError)) throw error;
  return undefined;
}

async function summaryOf(open: OpenProject, name: string): Promise<RunSummary> {
  const folder = join(pathsOf(open.project).runs, name);
  const paths = runFolder(folder);
  const config = await configOfRunFolder(folder);
  const job = open.queue
    .list()
    .find(
      (one) =>
        one.kind === 'train' && one.run === name && ['queued', 'running', 'stopping'].includes(one.seen),
    );
  const trained = hasCheckpoint(config);
  const last = trained ? findCheckpoint(paths.checkpoints, 'last') : undefined;
  const progress = last === undefined ? undefined : readState(last).progress;
  const finished = trained && hasFinished(config) && reachedEnd(config, progress);
  return {
    name,
    network: config.model,
    job: job?.id ?? null,
    state: job !== undefined ? 'training' : finished ? 'finished' : trained ? 'interrupted' : 'new',
    modified: Math.round(timeOf(paths.metrics) || timeOf(paths.config)),
    epochs: progress?.epoch ?? 0,
    best: progress?.best ? { ...progress.best } : null,
    hasModel: trained,
    evaluated: timeOf(join(paths.report, 'logits.npy')) || null,
    files: filesOf(folder),
  };
}

/** A stop between epochs leaves whole epochs too; where the configuration names their number, fewer are not the end. */
const reachedEnd = (
  config: { epochs: number; patience: number | null; maxSteps: number | null },
  progress?: { epoch: number; step: number },
): boolean =>
  config.epochs < 0 ||
  config.patience !== null ||
  (progress?.epoch ?? 0) >= config.epochs ||
  (config.maxSteps !== null && (progress?.step ?? 0) >= config.maxSteps);

const timeOf = (path: string): number => Math.round(statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);

async function runDetail(open: OpenProject, name: string): Promise<RunDetail> {
  const folder = folderOf(open, name);
  const config = await configOfRunFolder(folder);
  const defaults = effectiveConfig({}, name) as Readonly<Record<string, unknown>>;
  const own = config as Readonly<Record<string, unknown>>;
  return {
    ...(await summaryOf(open, name)),
    settings: { ...own },
    differences: Object.keys(own).filter((key) => JSON.stringify(own[key]) !== JSON.stringify(defaults[key])),
    history: epochMetrics(folder),
  };
}

/** Steps after `after`, at most `points` of them: the means of as many stretches. */
function metricsOf(folder: string, after: number, points: number): Metrics {
  const { metrics } = runFolder(folder);
  const records = existsSync(metrics) ? readMetrics(metrics).filter(({ step }) => step > after) : [];
  const steps = records.filter((record) => record.finished_epoch === undefined);
  const size = Math.max(1, Math.ceil(steps.length / points));
  const stretches = Array.from({ length: Math.ceil(steps.length / size) }, (_, i) =>
    steps.slice(i * size, (i + 1) * size),
  );
  return {
    steps: stretches.map((stretch) => ({
      step: stretch.at(-1)!.step,
      loss: mean(stretch.map(({ loss }) => loss)),
      lr: finite(stretch.at(-1)!.lr),
    })),
    epochs: records.filter((record) => record.finished_epoch !== undefined).map(epochOf),
    last: records.at(-1)?.step ?? after,
  };
}

function epochOf({ step, finished_epoch, ...values }: MetricsRecord): Metrics['epochs'][number] {
  const numbers = Object.entries(values).filter(([name, value]) => NAMES.has(name) && finite(value) !== null);
  return { step, epoch: Number(finished_epoch), ...Object.fromEntries(numbers) };
}

const NAMES = new Set(['loss', 'top1', 'top5', 'val_loss', 'val_top1', 'val_top5', 'lr']);

const finite = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

function mean(values: readonly unknown[]): number | null {
  const numbers = values.map(finite).filter((value) => value !== null);
  return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

/** Files for others: exports and pages at the top of the run, and its report. */
const FOR_OTHERS = /\.(onnx|safetensors|pt|html)$/;
const OF_REPORTS = /\.(html|png|csv|json|npy)$/;

function filesOf(folder: string): RunSummary['files'] {
  const of = (below: string, pattern: RegExp) => {
    const path = join(folder, below);
    if (!existsSync(path) || lstatSync(path).isSymbolicLink()) return [];
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && pattern.test(entry.name))
      .map(({ name }) => {
        const { size, mtimeMs } = statSync(join(path, name));
        return { file: below === '' ? name : `${below}/${name}`, bytes: size, modified: Math.round(mtimeMs) };
      });
  };
  return [...of('', FOR_OTHERS), ...of('report', OF_REPORTS)].sort((a, b) => (a.file < b.file ? -1 : 1));
}
