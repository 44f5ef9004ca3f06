/** `kinora test`: predicts the clips of an unlabelled test list, as `id;label` lines. */
import { Command } from 'commander';
import { predictTestList } from '../predict/evaluate.js';
import { chooseDevice } from '../train/device/choice.js';
import { interruptible } from './terminal/interrupt.js';
import { type ConfigOptions, type DeviceOptions, withConfig, withDevice } from './terminal/options.js';
import { createProgress } from './terminal/progress.js';
import { configOfRun, RUN } from './terminal/run-argument.js';

export function testCommand(): Command {
  const command = new Command('test')
    .description('Predict the clips of an unlabelled test list, as `id;label` lines.')
    .argument('[RUN]', `${RUN}; default: the run of --config`);
  return withDevice(withConfig(command))
    .addHelpText('after', '\nExample:\n  $ kinora test runs/demo --set testList=data/gestures/test.csv')
    .action(predictTests);
}

export async function predictTests(
  run: string | undefined,
  flags: ConfigOptions & DeviceOptions,
): Promise<void> {
  const config = await configOfRun(run, flags, 'test');
  const progress = createProgress();
  const device = chooseDevice(flags, progress);
  const { file, clips } = await interruptible((signal) =>
    predictTestList(config, { device, progress, signal }),
  );
  progress.log(`${clips} clips predicted: ${file}`);
}
