/** `kinora train`, and the starting point's one script: with --eval-only or --test-only it hands over to those. */
import { Command, Option } from 'commander';
import { percent } from '../predict/report/words.js';
import { chooseDevice } from '../train/device.js';
import { trainRun } from '../train/run.js';
import { interruptible } from './interrupt.js';
import { collect } from './options.js';
import { createProgress } from './progress.js';
import { configOf, modeOf, type RunFlags, withRunFlags } from './run-flags.js';

interface TrainFlags extends RunFlags {
  resumeFrom?: 'last' | 'best';
  initFrom?: string;
  freeze?: string[];
  profile?: boolean;
}

const EXAMPLES = `
Examples:
  $ kinora train --config configs/config.json -g 0
  $ kinora train --config configs/own-clips.json --init-from runs/demo --freeze conv_layer1`;

export function trainCommand(): Command {
  return withRunFlags(new Command('train').description('Train a network as a configuration says.'))
    .addOption(
      new Option('--resume-from <checkpoint>', 'go on from this one; best gives up what came after').choices([
        'last',
        'best',
      ]),
    )
    .option('--init-from <path>', 'begin with the weights of a file or of another run (init_from)')
    .option('--freeze <pattern>', 'do not train this layer; may be repeated (freeze)', collect)
    .option('--profile', 'tell at the end where the time of a step went, and what to change')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: TrainFlags) => {
      const mode = modeOf(flags);
      if (mode === 'eval') return (await import('./eval.js')).evaluate(undefined, flags);
      if (mode === 'test') return (await import('./test.js')).predictTests(undefined, flags);
      return train(flags);
    });
}

async function train(flags: TrainFlags): Promise<void> {
  const config = await configOf({ ...flags, set: [...(flags.set ?? []), ...assignments(flags)] }, 'train');
  const progress = createProgress();
  const device = chooseDevice(flags, progress);
  const { profile = false } = flags;
  const { folder, best } = await interruptible((signal) =>
    trainRun(config, {
      resume: flags.resumeFrom ?? flags.resume ?? false,
      device,
      progress,
      signal,
      profile,
    }),
  );
  if (best !== null) progress.log(`best top-1 ${percent(best.top1)}, in epoch ${best.epoch + 1}`);
  progress.log(`next: kinora eval ${folder.path}`);
}

/** Flags that stand for keys of the configuration. */
function assignments({ initFrom, freeze }: TrainFlags): string[] {
  const keys = { init_from: initFrom, freeze };
  return Object.entries(keys)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`);
}
