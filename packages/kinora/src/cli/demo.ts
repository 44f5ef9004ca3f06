/**
 * `kinora demo`: every step on rendered data: gestures, training, evaluation, and what to try next.
 * Finished steps of an earlier demo are kept, an unfinished one is resumed.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { demoConfig } from '../config/demo.js';
import { effectiveConfig, type RunConfig } from '../config/index.js';
import { contactSheetName, synthesize } from '../data/synth/index.js';
import { percent, plural } from '../figures/words.js';
import { evaluateRun } from '../predict/evaluate.js';
import type { Progress } from '../progress.js';
import { hasCheckpoint } from '../run/checkpoint.js';
import { chooseDevice } from '../train/device/choice.js';
import { trainRun } from '../train/run.js';
import { interruptible } from './terminal/interrupt.js';
import { type DeviceOptions, withDevice } from './terminal/options.js';
import { createProgress } from './terminal/progress.js';

const DATA = 'data/gestures';

export function demoCommand(): Command {
  const command = new Command('demo').description(
    'Render a data set of 27 gestures, train a small 3D network on it and evaluate it on unseen people.',
  );
  return withDevice(command)
    .addHelpText(
      'after',
      '\nExample:\n  $ kinora demo\n\nWrites data/gestures and runs/demo. Ctrl+C saves; the same command resumes.',
    )
    .action(demo);
}

/** `kinora studio` also calls this if there is no run yet. */
export async function demo(flags: DeviceOptions): Promise<void> {
  const config = effectiveConfig(demoConfig, 'the demo');
  const progress = createProgress();
  await interruptible(async (signal) => {
    await render(progress, signal);
    signal.throwIfAborted();
    const device = chooseDevice(flags, progress);
    progress.log(
      `\n2/3  training ${config.model} for ${config.maxSteps} steps (about 8 minutes on 2 idle cores)`,
    );
    await trainRun(config, { resume: hasCheckpoint(config), device, progress, signal });
    signal.throwIfAborted();
    progress.log('\n3/3  evaluating on people who are not in the training clips');
    const { summary, report } = await evaluateRun(config, { device, progress, signal });
    progress.log(closing(config, summary, report));
  });
}

async function render(progress: Progress, signal: AbortSignal): Promise<void> {
  progress.log(`1/3  rendering synthetic gestures into ${DATA} (one to two minutes on 2 cores)`);
  const { state, total } = await synthesize({ out: DATA, workers: availableParallelism(), progress, signal });
  const sheet = join(DATA, contactSheetName);
  if (state !== 'stopped')
    progress.log(`     ${plural(total, 'clip')}; one row of frames per gesture: ${sheet}`);
}

function closing(
  { name }: RunConfig,
  { top1, top5, clips }: { top1: number; top5: number; clips: number },
  report: string,
): string {
  return `
top-1 ${percent(top1)}, top-5 ${percent(top5)} on ${plural(clips, 'clip')} of unseen people
report: ${join(report, 'index.html')}

Try next:
  npm run kinora -- predict runs/${name} ${DATA}/clips/1
  npm run studio                                         # see how it works, and try your own gestures
  npm run kinora -- train --config configs/config.json   # Jester, prepared by: kinora jester FOLDER`;
}
