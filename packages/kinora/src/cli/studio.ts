/**
 * `kinora studio`: the tutorial in the browser, on a trained run, served from this machine; `kinora studio build` writes
 * the same as a folder for any web server.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KinoraError } from '@kinora/torch';
import { Command } from 'commander';
import { demoConfig, demoFrameConfig } from '../config/demo.js';
import { effectiveConfig, type RunConfig } from '../config/index.js';
import { plural } from '../figures/words.js';
import { runFolderOf } from '../run/run-folder.js';
import { type BuiltSite, buildSite, type SiteSource } from '../serve/site/build.js';
import { checkPort, serveFolder } from '../serve/static-server.js';
import { hasCheckpoint, hasFinished } from '../train/beginning.js';
import { chooseDevice } from '../train/device/choice.js';
import { trainRun } from '../train/run.js';
import { demo } from './demo.js';
import { interruptible } from './terminal/interrupt.js';
import { portNumber } from './terminal/options.js';
import { createProgress } from './terminal/progress.js';
import { configOfFolder, FormerRunOption } from './terminal/run-argument.js';

export function studioCommand(): Command {
  const command = new Command('studio')
    .description('Show in the browser how 3D convolutional networks see motion, on a trained one.')
    .argument('[RUN]', 'run folder to show (default: the demo, trained first where it is not there)')
    .addOption(new FormerRunOption('--run'));
  return withOthers(command)
    .option('--port <number>', 'port on 127.0.0.1; 0 takes any free one', portNumber, 4321)
    .addHelpText('after', '\nExamples:\n  $ kinora studio\n  $ kinora studio runs/demo')
    .action(open)
    .addCommand(buildCommand());
}

function buildCommand(): Command {
  const command = new Command('build')
    .description(
      'Write the studio for a run as a folder that any web server can serve, and that works offline.',
    )
    .argument('[RUN]', 'run folder to show (default: the demo)')
    .addOption(new FormerRunOption('--run'))
    .requiredOption('--out <folder>', 'where the site goes; an earlier site there is replaced');
  return withOthers(command)
    .addHelpText('after', '\nExample:\n  $ kinora studio build runs/demo --out site')
    .action(async (run: string | undefined, { out, ...others }: Others & { out: string }) => {
      const site = await build(await sourceOf(run, others), out);
      createProgress().log(`${site.folder}: ${plural(site.files, 'file')}, ready for any web server`);
    });
}

interface Others {
  readonly frameRun?: string;
  readonly compare?: string;
  readonly ensemble?: string;
}

/** What stands beside the run and is shown where it is there. */
const withOthers = (command: Command): Command =>
  command
    .option(
      '--frame-run <folder>',
      'run of a 2D network to compare with; left out: RUN-frame, where there is one',
    )
    .option('--compare <folder>', 'measured comparison; left out: compare beside the run, where there is one')
    .option(
      '--ensemble <folder>',
      'ensemble to look into; left out: ensemble beside the run, where there is one',
    );

async function open(run: string | undefined, { port, ...others }: Others & { port: number }): Promise<void> {
  await checkPort(port);
  if (run === undefined) await trainDemo();
  const source = await sourceOf(run, others);
  const { folder } = await build(source, join(runFolderOf(source.run).path, 'studio'));
  const server = await serveFolder(folder, port);
  const progress = createProgress();
  progress.log(`The studio is at ${server.url} (this machine only). Ctrl+C ends it.`);
  try {
    await interruptible(aborted, () => {});
  } finally {
    await server.close();
  }
}

/** Ctrl+C ends it when the site is whole, in seconds, so that no half of one is left behind. */
const build = (source: SiteSource, out: string): Promise<BuiltSite> =>
  interruptible(
    () => buildSite(source, out),
    () => createProgress().log('stopping when the site is whole; press Ctrl+C again to stop at once'),
  );

/** The demo and the 2D network beside it, where they are not trained yet, or were stopped before their end. */
async function trainDemo(): Promise<void> {
  const [config, frames] = [demoConfig, demoFrameConfig].map((input) => effectiveConfig(input, 'the demo'));
  const progress = createProgress();
  if (!hasFinished(config!)) {
    progress.log(
      hasCheckpoint(config!)
        ? 'The training of the demo was stopped before its end: it goes on.\n'
        : 'There is no trained network yet: the demo trains one first.\n',
    );
    await demo({ useGpu: true });
  }
  if (hasFinished(frames!)) return;
  progress.log('\nA 2D network beside it, to see what it cannot tell: half as many steps');
  const device = chooseDevice({ useGpu: true }, progress);
  const resume = hasCheckpoint(frames!);
  await interruptible((signal) => trainRun(frames!, { resume, device, progress, signal }));
}

async function sourceOf(
  run: string | undefined,
  { frameRun, compare, ensemble }: Others,
): Promise<SiteSource> {
  const config = await configOfRun(run);
  const beside = (name: string): string => join(dirname(runFolderOf(config).path), name);
  const frames =
    frameRun === undefined
      ? await trainedRun(`${runFolderOf(config).path}-frame`)
      : await configOfRun(frameRun);
  return {
    run: config,
    ...(frames && { frameRun: frames }),
    compare: named(compare, 'rows.json', 'kinora compare') ?? beside('compare'),
    ensemble: named(ensemble, 'model.safetensors', 'kinora ensemble') ?? beside('ensemble'),
  };
}

/** A folder that was asked for has to hold what its command leaves. */
function named(folder: string | undefined, file: string, maker: string): string | undefined {
  if (folder === undefined || existsSync(join(folder, file))) return folder;
  throw new KinoraError({
    code: 'site/not-there',
    where: folder,
    expected: `a folder that ${maker} has made`,
    received: `no ${file} there`,
  });
}

/** A run that may not be there, or may not have got to a checkpoint. */
async function trainedRun(folder: string): Promise<RunConfig | undefined> {
  if (!existsSync(join(folder, 'config.json'))) return undefined;
  const config = await configOfRun(folder);
  return hasCheckpoint(config) ? config : undefined;
}

const configOfRun = async (run: string | undefined): Promise<RunConfig> =>
  run === undefined ? effectiveConfig(demoConfig, 'the demo') : configOfFolder(run);

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
