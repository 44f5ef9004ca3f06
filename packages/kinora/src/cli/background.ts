/** `kinora background`: what movements other than taught gestures look like to a network. */
import { Command } from 'commander';
import { plural } from '../figures/words.js';
import { backgroundRun } from '../predict/background.js';
import {
  type ConfigOptions,
  type DeviceOptions,
  positiveInt,
  withConfig,
  withDevice,
} from './terminal/options.js';
import { RUN, workOnRun } from './terminal/run-argument.js';

interface BackgroundFlags extends ConfigOptions, DeviceOptions {
  clips?: string;
  folder?: string;
  most: number;
}

export function backgroundCommand(): Command {
  const command = new Command('background')
    .description(
      'Store features of clips with the model, so that gestures taught on it are not mistaken for other movements.',
    )
    .argument('[RUN]', `${RUN}; default: the run of --config`)
    .option('--clips <path>', "class folders, a CSV list or a pack (default: the run's validation clips)")
    .option('--folder <folder>', "folder of a list's clips (default: the list's own)")
    .option('--most <n>', 'clips to store at most', positiveInt, 512);
  return withDevice(withConfig(command))
    .addHelpText(
      'after',
      '\nModels exported from the checkpoint bring the features along. Choose clips of people and movements as the model will\nsee them, and none of the gestures that will be taught.\n\nExamples:\n  $ kinora background runs/demo\n  $ kinora background runs/demo --clips data/demo/validation.csv --folder data/demo/clips --most 100',
    )
    .action(runBackground);
}

async function runBackground(run: string | undefined, flags: BackgroundFlags): Promise<void> {
  const { clips, folder, most } = flags;
  const chosen = { most, ...(clips !== undefined && { clips }), ...(folder !== undefined && { folder }) };
  const { result, progress } = await workOnRun('background', run, flags, (config, options) =>
    backgroundRun(config, { ...options, ...chosen }),
  );
  progress.log(`${result.features} features of ${plural(result.clips, 'clip')} stored in ${result.file}`);
}
