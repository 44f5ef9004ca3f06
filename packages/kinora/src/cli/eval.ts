/** `kinora eval`: measures a run's best checkpoint on its validation clips and writes the report. */
import { join } from 'node:path';
import { Command } from 'commander';
import { evaluateRun } from '../predict/evaluate.js';
import { orderAccuracy } from '../predict/order-pairs.js';
import { percent } from '../predict/report/words.js';
import { chooseDevice } from '../train/device/choice.js';
import { interruptible } from './terminal/interrupt.js';
import { createProgress } from './terminal/progress.js';
import { configOf, type RunFlags, withRunFlags } from './terminal/run-flags.js';

export function evalCommand(): Command {
  const command = new Command('eval')
    .description('Measure a trained network on its validation clips and write a report.')
    .argument('[run]', 'run folder; left out: the run of --config');
  return withRunFlags(command).addHelpText('after', '\nExample:\n  $ kinora eval runs/demo').action(evaluate);
}

export async function evaluate(run: string | undefined, flags: RunFlags): Promise<void> {
  const config = await configOf(flags, 'eval', run);
  const progress = createProgress();
  const device = chooseDevice(flags, progress);
  const { summary, evaluation, labels, report } = await interruptible((signal) =>
    evaluateRun(config, { device, progress, signal }),
  );
  progress.log(
    `top-1 ${percent(summary.top1)}, top-5 ${percent(summary.top5)}, loss ${summary.loss.toFixed(3)}`,
  );
  const order = orderAccuracy(evaluation, labels);
  if (order !== undefined)
    progress.log(`gestures that differ only in the order of their frames: ${percent(order)} (chance 50%)`);
  progress.log(`report: ${join(report, 'index.html')}`);
}
