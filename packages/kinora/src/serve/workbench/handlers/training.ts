/** The recipe, the settings, and the jobs: each is a command line that works in the folder of the project. */
import { existsSync } from 'node:fs';
import { kinoraError } from '@kinora/torch/error';
import type { RunConfigInput } from '../../../config/index.js';
import { editorSchema, keyReference } from '../../../config/reference.js';
import { networks } from '../../../model/registry.js';
import { writeLabelCheck } from '../../../project/labels.js';
import { pathsOf } from '../../../project/project.js';
import { checkRun, recipeFor, trainCommand, writeTraining } from '../../../project/recipe.js';
import { readSearches, spaceAround, writeLrFind, writeSweepPlan } from '../../../project/searches.js';
import { checkEditable } from '../../../project/split.js';
import { startOf } from '../../../project/start.js';
import type { Handlers } from '../api/app.js';
import type { Answer, NewJob, Recipe } from '../api/contract.js';
import { endOf, inputsOf, logFile } from '../jobs/job.js';
import { resumed, type SeenJob } from '../jobs/queue.js';
import type { OpenProject } from '../opened/open-project.js';
import type { Workbench } from '../opened/workbench.js';

/** Bytes of a job's output that its page shows. */
const LOG = 64 * 1024;
/** Searches that a page shows. */
const SEARCHES = 10;

export function trainingHandlers(workbench: Workbench): Handlers {
  const open = ({ params }: { params: { project: string } }) => workbench.get(params.project);
  return {
    getRecipe: async (request) => {
      const project = await open(request);
      const { initFrom } = request.query;
      const start = initFrom === undefined ? undefined : startOf(project.project, initFrom);
      const { name, settings, reasons, clips } = recipeFor(project.scan(), start);
      const space = spaceAround({ settings });
      const answer = { name, settings, reasons, clips, space, command: trainCommand('NAME') };
      return answer as unknown as Recipe;
    },
    getSettings: () => settingsReference(),
    listSearches: async (request) => readSearches((await open(request)).project, SEARCHES),
    listJobs: async (request) => (await open(request)).jobs(),
    addJob: async (request) => {
      const project = await open(request);
      return project.describe(await addJob(project, request.body));
    },
    getJob: async (request) => {
      const project = await open(request);
      const job = project.queue.get(request.params.job);
      const progress = await project.progressOf(job);
      return {
        ...project.describe(job),
        progress,
        log: endOf(logFile(project.project, job.id), LOG),
        inputs: inputsOf(project.project, job),
      };
    },
    stopJob: async (request) => {
      const project = await open(request);
      return project.describe(project.queue.stop(request.params.job));
    },
    resumeJob: async (request) => {
      const project = await open(request);
      const job = project.queue.get(request.params.job);
      return project.describe(project.queue.resume(job.id, resumed(project.project, job)));
    },
    removeJob: async (request) => {
      (await open(request)).queue.remove(request.params.job);
      return {};
    },
  };
}

/** Keys that name files: the project decides them, so that a page reaches no others. */
const FIXED: ReadonlySet<string> = new Set([
  ...[
    'name',
    'outputDir',
    'checkpoint',
    'initFrom',
    'trainFolder',
    'validationFolder',
    'trainList',
    'validationList',
  ],
  ...['testList', 'labelsFile', 'flowCache', 'streamCache'],
]);

async function addJob(open: OpenProject, job: NewJob): Promise<SeenJob> {
  const { queue, project } = open;
  switch (job.kind) {
    case 'train': {
      const settings = checkedSettings(job.settings);
      const config = writeTraining(project, open.scan(), { run: job.run, settings, initFrom: job.initFrom });
      return queue.add('train', job.run, ['train', '--config', config]);
    }
    case 'lr-find': {
      const base = { settings: checkedSettings(job.settings), initFrom: job.initFrom };
      const { run, words } = writeLrFind(project, open.scan(), base, job.steps);
      return queue.add('lr-find', run, words);
    }
    case 'sweep': {
      const base = { settings: checkedSettings(job.settings), initFrom: job.initFrom };
      checkedSettings(job.space);
      const { run, words } = await writeSweepPlan(project, open.scan(), base, job);
      return queue.add('sweep', run, words);
    }
    case 'check':
      return queue.add('check', null, ['project', 'check', '.']);
    case 'labels': {
      checkEditable(project);
      const { run, words } = writeLabelCheck(project, open.scan(), checkedSettings(job.settings));
      return queue.add('labels', run, words);
    }
    case 'evaluate':
      checkRun(project, job.run);
      return queue.add('evaluate', job.run, ['eval', `runs/${job.run}`]);
    case 'export': {
      checkRun(project, job.run);
      const small = job.format === 'onnx' && job.weights !== 'float32';
      const out = `runs/${job.run}/${job.run}${small ? `.${job.weights}` : ''}.${job.format}`;
      const words = ['export', `runs/${job.run}`, '--format', job.format, '--out', out];
      return queue.add('export', job.run, small ? [...words, '--weights', job.weights] : words);
    }
    case 'pack':
      return queue.add('pack', null, packWords(open));
    case 'page':
      checkRun(project, job.run);
      return queue.add('page', job.run, ['export', `runs/${job.run}`, '--format', 'page']);
    default:
      return job satisfies never;
  }
}

function checkedSettings(settings: Readonly<Record<string, unknown>>): RunConfigInput {
  const fixed = Object.keys(settings).find((key) => FIXED.has(key.split('.')[0]!));
  if (fixed === undefined) return settings as RunConfigInput;
  throw kinoraError(
    'request/invalid',
    `body.settings.${fixed}`,
    'a key that names no file',
    'one that the project decides',
  );
}

/** The training list as a pack. One that is complete is kept, and one of other clips is not replaced. */
function packWords({ project }: OpenProject): string[] {
  const { train } = pathsOf(project);
  if (project.layout === 'pack')
    throw kinoraError('project/read-only', project.folder, 'clips that are not packed yet', 'a pack');
  const list = existsSync(train) ? ['--list', train.slice(project.folder.length + 1)] : [];
  return ['pack', '--folder', project.clips, ...list, '--out', 'packed'];
}

function settingsReference(): Answer<'getSettings'> {
  const groups = Object.entries(keyReference()).map(([name, keys]) => ({
    name,
    keys: keys.map(({ key }) => key).filter((key) => !FIXED.has(key)),
  }));
  return {
    groups,
    schema: editorSchema() as Record<string, unknown>,
    networks: networks.map(({ name, family, summary, input }) => ({
      name,
      family,
      summary,
      input: [...input],
    })),
  };
}
