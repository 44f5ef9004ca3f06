/** `kinora train`, and the starting point's one script: with --eval-only or --test-only it hands over to those. */
import { Command } from 'commander';
import { percent } from '../predict/report/words.js';
import { chooseDevice } from '../train/device.js';
import { trainRun } from '../train/run.js';
import { interruptible } from './interrupt.js';
import { createProgress } from './progress.js';
import { configOf, modeOf, type RunFlags, withRunFlags } from './run-flags.js';

export function trainCommand(): Command {
  return withRunFlags(new Command('train').description('Train a network as a configuration says.'))
    .addHelpText('after', '\nExample:\n  $ kinora train --config configs/config.json -g 0')
    .action(async (flags: RunFlags) => {
      const mode = modeOf(flags);
      if (mode === 'eval') return (await import('./eval.js')).evaluate(undefined, flags);
      if (mode === 'test') return (await import('./test.js')).predictTests(undefined, flags);
      return train(flags);
    });
}

async function train(flags: RunFlags): Promise<void> {
  const config = await configOf(flags, 'train');
  const progress = createProgress();
  const device = chooseDevice(flags, progress);
  const { folder, best } = await interruptible((signal) =>
    trainRun(config, { resume: flags.resume ?? false, device, progress, signal }),
  );
  if (best !== null) progress.log(`best top-1 ${percent(best.top1)}, in epoch ${best.epoch + 1}`);
  progress.log(`next: kinora eval ${folder.path}`);
}
