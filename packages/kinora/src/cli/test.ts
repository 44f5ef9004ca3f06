/** `kinora test`: predicts the clips of a run's test list, whose labels are not known, as `id;label`. */
import { Command } from 'commander';
import { predictTestList } from '../predict/evaluate.js';
import { chooseDevice } from '../train/device/choice.js';
import { interruptible } from './terminal/interrupt.js';
import { createProgress } from './terminal/progress.js';
import { configOf, type RunFlags, withRunFlags } from './terminal/run-flags.js';

export function testCommand(): Command {
  const command = new Command('test')
    .description('Predict the test list with a trained network.')
    .argument('[run]', 'run folder; left out: the run of --config');
  return withRunFlags(command)
    .addHelpText('after', '\nExample:\n  $ kinora test runs/demo')
    .action(predictTests);
}

export async function predictTests(run: string | undefined, flags: RunFlags): Promise<void> {
  const config = await configOf(flags, 'test', run);
  const progress = createProgress();
  const device = chooseDevice(flags, progress);
  const { file, clips } = await interruptible((signal) =>
    predictTestList(config, { device, progress, signal }),
  );
  progress.log(`${clips} clips predicted: ${file}`);
}
