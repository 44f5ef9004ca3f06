/** `kinora synth`: renders a synthetic gesture data set, or finishes an interrupted one. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { contactSheetName, defaultRecipe, type SynthResult, synthesize } from '../data/synth/index.js';
import { interruptible } from './terminal/interrupt.js';
import { positiveInt, wholeNumber } from './terminal/options.js';
import { createProgress } from './terminal/progress.js';

interface SynthFlags {
  out: string;
  clipsPerClass: number;
  validationPerClass: number;
  testPerClass: number;
  people: number;
  seed: number;
  workers: number;
}

export function synthCommand(): Command {
  const { train, validation, test, people, seed } = defaultRecipe;
  return new Command('synth')
    .description(
      'Render a synthetic version of the Jester gestures: 27 classes, JPEG frames, lists, a contact sheet.',
    )
    .option('--out <folder>', 'folder of the data set', 'data/gestures')
    .option('--clips-per-class <n>', 'training clips per class', positiveInt, train)
    .option('--validation-per-class <n>', 'validation clips per class', wholeNumber, validation)
    .option('--test-per-class <n>', 'test clips per class', wholeNumber, test)
    .option('--people <n>', 'people in all splits together; no person is in two splits', positiveInt, people)
    .option('--seed <n>', 'random seed; the same seed gives the same bytes', wholeNumber, seed)
    .option('--workers <n>', 'threads', positiveInt, availableParallelism())
    .addHelpText(
      'after',
      '\nExamples:\n  $ kinora synth\n  $ kinora synth --out data/tiny --clips-per-class 2 --validation-per-class 1 --test-per-class 1 --people 30',
    )
    .action(runSynth);
}

async function runSynth(flags: SynthFlags): Promise<void> {
  const { out, workers, seed, people } = flags;
  const counts = {
    train: flags.clipsPerClass,
    validation: flags.validationPerClass,
    test: flags.testPerClass,
  };
  const progress = createProgress();
  const result = await interruptible(async (signal) => {
    const done = await synthesize({ out, workers, seed, people, ...counts, progress, signal });
    if (done.state === 'stopped') progress.log(describe(out, done));
    return done;
  });
  progress.log(describe(out, result));
}

function describe(out: string, { state, done, total, frames, bytes }: SynthResult): string {
  switch (state) {
    case 'complete':
      return `${out} is already complete: ${total} clips`;
    case 'stopped':
      return `${out} has ${done} of ${total} clips; run the same command to continue`;
    case 'finished':
      return `${out} has ${total} clips (${frames} frames and ${(bytes / 1e6).toFixed(0)} MB are new); look at ${join(out, contactSheetName)}`;
    default:
      return state satisfies never;
  }
}
