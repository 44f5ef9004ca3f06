/** `kinora test`: predicts the clips of an unlabelled test list, as `id;label` lines. */
import { Command } from 'commander';
import { predictTestList } from '../predict/evaluate.js';
import { type ConfigOptions, type DeviceOptions, withConfig, withDevice } from './terminal/options.js';
import { RUN, workOnRun } from './terminal/run-argument.js';

export function testCommand(): Command {
  const command = new Command('test')
    .description('Predict the clips of an unlabelled test list, as `id;label` lines.')
    .argument('[RUN]', `${RUN}; default: the run of --config`);
  return withDevice(withConfig(command))
    .addHelpText('after', '\nExample:\n  $ kinora test runs/demo --set testList=data/demo/test.csv')
    .action(predictTests);
}

export async function predictTests(
  run: string | undefined,
  flags: ConfigOptions & DeviceOptions,
): Promise<void> {
  const { result, progress } = await workOnRun('test', run, flags, predictTestList);
  progress.log(`${result.clips} clips predicted: ${result.file}`);
}
