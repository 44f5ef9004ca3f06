/**
 * `kinora studio`: serves the web app for a trained network on this machine; `kinora studio build` writes it as static
 * files.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { KinoraError, kinoraError } from '@kinora/torch';
import { Command } from 'commander';
import type { Hono } from 'hono';
import { demoConfig } from '../config/demo.js';
import { effectiveConfig, type RunConfig } from '../config/index.js';
import { plural } from '../figures/words.js';
import { isProject, openProject, pathsOf } from '../project/project.js';
import { hasCheckpoint, hasFinished } from '../run/checkpoint.js';
import { GESTURES } from '../run/packaged.js';
import { runFolderOf } from '../run/run-folder.js';
import { type BuiltSite, buildApp, buildSite, type SiteSource } from '../serve/site/build.js';
import { gesturesRun } from '../serve/site/gestures.js';
import { checkPort, serveFolder } from '../serve/static-server.js';
import { type WorkbenchServer, workbenchServer } from '../serve/workbench/server.js';
import { interruptible } from './terminal/interrupt.js';
import { FormerRunOption, portNumber } from './terminal/options.js';
import { createProgress } from './terminal/progress.js';
import { configOfFolder } from './terminal/run-argument.js';

export function studioCommand(): Command {
  const command = new Command('studio')
    .description(
      'Open the studio, which shows in the browser how a trained 3D network sees motion, and trains one on your own clips.',
    )
    .argument(
      '[RUN|PROJECT]',
      'run folder to show, or project to work on (default: the demo if it is trained, otherwise the network of @kinora/gestures)',
    )
    .addOption(new FormerRunOption('--run'));
  return withOthers(command)
    .option('--port <number>', 'port on 127.0.0.1; 0 takes any free one', portNumber, 4321)
    .addHelpText(
      'after',
      '\nExamples:\n  $ kinora studio\n  $ kinora studio runs/demo\n  $ kinora studio data/gestures    # a project; an empty folder becomes one',
    )
    .action(open)
    .addCommand(buildCommand());
}

function buildCommand(): Command {
  const command = new Command('build')
    .description(
      'Write the studio for a run as static files that any web server can serve and that work offline.',
    )
    .argument('[RUN]', 'run folder to show (default: as kinora studio)')
    .addOption(new FormerRunOption('--run'))
    .requiredOption('--out <folder>', 'folder of the site; an earlier site there is replaced');
  return withOthers(command)
    .addHelpText('after', '\nExample:\n  $ kinora studio build runs/demo --out site')
    .action(async (run: string | undefined, { out, ...others }: Others & { out: string }) => {
      const config = run === undefined ? await runToShow() : await configOfFolder(run);
      const site = await build(await sourceOf(config, others), out);
      createProgress().log(`${site.folder}: ${plural(site.files, 'file')}, ready for any web server`);
    });
}

interface Others {
  readonly frameRun?: string;
  readonly compare?: string;
  readonly ensemble?: string;
}

/** Other results that the studio shows with the run, if they exist. */
const withOthers = (command: Command): Command =>
  command
    .option('--frame-run <folder>', 'run of a 2D network to compare with (default: RUN-frame, if it exists)')
    .option('--compare <folder>', 'folder of kinora compare (default: compare beside the run, if it exists)')
    .option(
      '--ensemble <folder>',
      'folder of kinora ensemble (default: ensemble beside the run, if it exists)',
    );

async function open(
  place: string | undefined,
  { port, ...others }: Others & { port: number },
): Promise<void> {
  await checkPort(port);
  const project = place !== undefined && !isRun(place) ? place : undefined;
  const site = project === undefined ? await siteOfRun(place, others) : await siteOfProject(project);
  const home = project === undefined ? '.' : dirname(resolve(project));
  let bench: WorkbenchServer | undefined;
  const api = (bound: () => number): Hono => {
    bench = workbenchServer({ home }, bound);
    return bench.app;
  };
  const server = await serveFolder(site, port, { api });
  const progress = createProgress();
  try {
    if (project !== undefined) await bench!.workbench.openFolder(project);
    progress.log(
      `The studio is at ${server.url}?token=${bench!.token} (this machine only). Press Ctrl+C to stop; trainings continue.`,
    );
    await interruptible(aborted, () => {});
  } finally {
    await bench!.workbench.close();
    await server.close();
  }
}

/** A run has a configuration and is no project. */
const isRun = (path: string): boolean => existsSync(join(path, 'config.json')) && !isProject(path);

async function siteOfRun(run: string | undefined, others: Others): Promise<string> {
  const source = await sourceOf(run === undefined ? await runToShow() : await configOfFolder(run), others);
  return (await build(source, join(runFolderOf(source.run).path, 'studio'))).folder;
}

/**
 * The site for a project: Learn, Explain and Live show its latest trained run, or else the demo where that is trained, or else
 * the network that comes with Kinora; where none can be shown there is only the app.
 */
async function siteOfProject(folder: string): Promise<string> {
  const project = openProject(folder);
  const out = join(pathsOf(project).hidden, 'site');
  try {
    const run =
      (await latestRun(pathsOf(project).runs)) ??
      (await trainedRun(runFolderOf(demoConfigured()).path)) ??
      (await gesturesRun(pathsOf(project).hidden));
    const beside = (name: string): string => join(dirname(runFolderOf(run).path), name);
    return (await build({ run, compare: beside('compare'), ensemble: beside('ensemble') }, out)).folder;
  } catch (error) {
    if (!(error instanceof KinoraError)) throw error;
    createProgress().log(`without the pages of a run: ${error.message}`);
    return buildApp(out);
  }
}

const demoConfigured = (): RunConfig => effectiveConfig(demoConfig, 'the demo');

/** The run whose checkpoint is the newest. */
async function latestRun(runs: string): Promise<RunConfig | undefined> {
  if (!existsSync(runs)) return undefined;
  const names = readdirSync(runs, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const found = await Promise.all(
    names.map(({ name }) => trainedRun(join(runs, name)).catch(() => undefined)),
  );
  const time = (config: RunConfig): number => statSync(runFolderOf(config).config).mtimeMs;
  return found.filter((config) => config !== undefined).sort((a, b) => time(b) - time(a))[0];
}

/** Ctrl+C takes effect when the site is complete, within seconds, so that no incomplete site is left. */
const build = (source: SiteSource, out: string): Promise<BuiltSite> =>
  interruptible(
    () => buildSite(source, out),
    () => createProgress().log('stopping when the site is complete; press Ctrl+C again to stop at once'),
  );

/** The demo, if it has been trained; otherwise the network that comes with Kinora. */
async function runToShow(): Promise<RunConfig> {
  const demo = demoConfigured();
  if (hasFinished(demo)) return demo;
  createProgress().log(
    `Showing ${GESTURES}, which was trained on synthetic clips. kinora demo trains a network here, and kinora studio RUN shows it.`,
  );
  return gesturesRun();
}

async function sourceOf(config: RunConfig, { frameRun, compare, ensemble }: Others): Promise<SiteSource> {
  const beside = (name: string): string => join(dirname(runFolderOf(config).path), name);
  const frames =
    frameRun === undefined
      ? await trainedRun(`${runFolderOf(config).path}-frame`)
      : await configOfFolder(frameRun);
  return {
    run: config,
    ...(frames && { frameRun: frames }),
    compare: named(compare, 'rows.json', 'kinora compare') ?? beside('compare'),
    ensemble: named(ensemble, 'model.safetensors', 'kinora ensemble') ?? beside('ensemble'),
  };
}

/** A folder named by a flag must hold the output of its command. */
function named(folder: string | undefined, file: string, maker: string): string | undefined {
  if (folder === undefined || existsSync(join(folder, file))) return folder;
  throw kinoraError('site/not-there', folder, `a folder made by ${maker}`, `no ${file} there`);
}

/** A run that may not exist, or may not have a checkpoint yet. */
async function trainedRun(folder: string): Promise<RunConfig | undefined> {
  if (!existsSync(join(folder, 'config.json'))) return undefined;
  const config = await configOfFolder(folder);
  return hasCheckpoint(config) ? config : undefined;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
