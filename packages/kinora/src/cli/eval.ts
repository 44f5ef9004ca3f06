/** `kinora eval`: evaluates a run on its validation clips and writes the report. */
import { join } from 'node:path';
import { Command } from 'commander';
import { percent } from '../figures/words.js';
import { orderAccuracy } from '../measure/order-pairs.js';
import { evaluateRun } from '../predict/evaluate.js';
import { type ConfigOptions, type DeviceOptions, withConfig, withDevice } from './terminal/options.js';
import { RUN, workOnRun } from './terminal/run-argument.js';

export function evalCommand(): Command {
  const command = new Command('eval')
    .description('Evaluate a trained network on its validation clips and write a report.')
    .argument('[RUN]', `${RUN}; default: the run of --config`);
  return withDevice(withConfig(command))
    .addHelpText(
      'after',
      '\nExamples:\n  $ kinora eval runs/demo\n  $ kinora eval runs/demo --set validationList=data/gestures/test-key.csv',
    )
    .action(evaluate);
}

export async function evaluate(run: string | undefined, flags: ConfigOptions & DeviceOptions): Promise<void> {
  const { result, progress } = await workOnRun('eval', run, flags, evaluateRun);
  const { summary, evaluation, labels, report } = result;
  progress.log(
    `top-1 ${percent(summary.top1)}, top-5 ${percent(summary.top5)}, loss ${summary.loss.toFixed(3)}`,
  );
  const order = orderAccuracy(evaluation, labels);
  if (order !== undefined)
    progress.log(
      `gestures that differ only in the order of their frames: ${percent(order)} (chance: ${percent(0.5)})`,
    );
  progress.log(`report: ${join(report, 'index.html')}`);
}
