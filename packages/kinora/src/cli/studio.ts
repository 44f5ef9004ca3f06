/**
 * `kinora studio`: the tutorial in the browser, on a trained run, served from this machine; `kinora studio build` writes
 * the same as a folder for any web server.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import { demoConfig } from '../config/demo.js';
import { effectiveConfig, type RunConfig } from '../config/index.js';
import { plural } from '../predict/report/words.js';
import { buildSite } from '../serve/site/build.js';
import { serveFolder } from '../serve/static-server.js';
import { hasCheckpoint } from '../train/beginning.js';
import { runFolderOf } from '../train/run-folder.js';
import { demo } from './demo.js';
import { interruptible } from './interrupt.js';
import { portNumber } from './options.js';
import { createProgress } from './progress.js';
import { configOf } from './run-flags.js';

export function studioCommand(): Command {
  return new Command('studio')
    .description('Show in the browser how 3D convolutional networks see motion, on a trained one.')
    .option('--run <folder>', 'run to show; left out: the demo, trained first if it is not there')
    .option('--port <number>', 'port on 127.0.0.1; 0 takes any free one', portNumber, 4321)
    .addHelpText('after', '\nExample:\n  $ kinora studio\n  $ kinora studio build --run runs/demo --out site')
    .action(open)
    .addCommand(buildCommand());
}

function buildCommand(): Command {
  return new Command('build')
    .description(
      'Write the studio for a run as a folder that any web server can serve, and that works offline.',
    )
    .requiredOption('--out <folder>', 'where the site goes; an earlier site there is replaced')
    .option('--run <folder>', 'run to show; left out: the demo')
    .addHelpText('after', '\nExample:\n  $ kinora studio build --run runs/demo --out site')
    .action(async (_: unknown, command: Command) => {
      // Both commands have --run; commander hands the word to the outer one.
      const { run, out } = command.optsWithGlobals<{ run?: string; out: string }>();
      const site = await buildSite(await configOfRun(run), out);
      createProgress().log(`${site.folder}: ${plural(site.files, 'file')}, ready for any web server`);
    });
}

async function open({ run, port }: { run?: string; port: number }): Promise<void> {
  const config = await configOfRun(run);
  const progress = createProgress();
  if (run === undefined && !hasCheckpoint(config)) {
    progress.log('There is no trained network yet: the demo trains one first.\n');
    await demo({ useGpu: true });
  }
  const { folder } = await buildSite(config, join(runFolderOf(config).path, 'studio'));
  const server = await serveFolder(folder, port);
  progress.log(`The studio is at ${server.url} (this machine only). Ctrl+C ends it.`);
  try {
    await interruptible(
      (signal) => aborted(signal),
      () => {},
    );
  } finally {
    await server.close();
  }
}

const configOfRun = async (run: string | undefined): Promise<RunConfig> =>
  run === undefined ? effectiveConfig(demoConfig, 'the demo') : configOf({}, 'eval', run);

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
