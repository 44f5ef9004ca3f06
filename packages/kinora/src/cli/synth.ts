/** `kinora synth`: renders a synthetic gesture data set, or finishes an interrupted one. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import {
  contactSheetName,
  defaultRecipe,
  defaultStreamRecipe,
  type SynthResult,
  synthesize,
  synthesizeStreams,
  type Variety,
  varieties,
} from '../data/synth/index.js';
import { interruptible } from './terminal/interrupt.js';
import { positiveInt, refuseFlags, wholeNumber } from './terminal/options.js';
import { createProgress } from './terminal/progress.js';

interface SynthFlags {
  out?: string;
  clipsPerClass: number;
  validationPerClass: number;
  testPerClass: number;
  people: number;
  height: number;
  variety: Variety;
  seed: number;
  workers: number;
  streams?: number;
  seconds: number;
}

export function synthCommand(): Command {
  const { train, validation, test, people, height, variety, seed } = defaultRecipe;
  return new Command('synth')
    .description(
      'Render a synthetic version of the Jester gestures: 27 classes, JPEG frames, lists, a contact sheet.',
    )
    .option('--out <folder>', 'folder of the data set (default: data/gestures, of streams data/streams)')
    .option('--clips-per-class <n>', 'training clips per class', positiveInt, train)
    .option('--validation-per-class <n>', 'validation clips per class', wholeNumber, validation)
    .option('--test-per-class <n>', 'test clips per class', wholeNumber, test)
    .option('--people <n>', 'people in all splits together; no person is in two splits', positiveInt, people)
    .option(
      '--height <pixels>',
      'height of the frames; any height shows the same scenes',
      positiveInt,
      height,
    )
    .addOption(
      new Option(
        '--variety <name>',
        'wide: people, clothes, rooms, cameras and light of far wider ranges, and many other activities',
      )
        .choices(varieties)
        .default(variety),
    )
    .option('--seed <n>', 'random seed; the same seed gives the same bytes', wholeNumber, seed)
    .option(
      '--streams <n>',
      'instead of clips, n streams of validation people and n of test people: talking, drinking, now and then a gesture',
      positiveInt,
    )
    .option('--seconds <n>', 'with --streams: length of each', positiveInt, defaultStreamRecipe.seconds)
    .option('--workers <n>', 'threads', positiveInt, availableParallelism())
    .addHelpText(
      'after',
      '\nExamples:\n  $ kinora synth\n  $ kinora synth --out data/tiny --clips-per-class 2 --validation-per-class 1 --test-per-class 1 --people 30\n  $ kinora synth --streams 2 --seconds 20 --out data/streams',
    )
    .action(runSynth);
}

async function runSynth(flags: SynthFlags, command: Command): Promise<void> {
  if (flags.streams !== undefined) return renderStreams(flags, flags.streams, command);
  refuseFlags(command, ['seconds'], 'without --streams');
  const { out = 'data/gestures', workers, seed, people, height, variety } = flags;
  const counts = {
    train: flags.clipsPerClass,
    validation: flags.validationPerClass,
    test: flags.testPerClass,
  };
  const progress = createProgress();
  const result = await interruptible(async (signal) => {
    const done = await synthesize({
      ...{ out, workers, seed, people, height, variety, ...counts, progress, signal },
    });
    if (done.state === 'stopped') progress.log(describe(out, done));
    return done;
  });
  progress.log(describe(out, result));
}

async function renderStreams(flags: SynthFlags, streams: number, command: Command): Promise<void> {
  refuseFlags(
    command,
    ['clipsPerClass', 'validationPerClass', 'testPerClass', 'height', 'variety'],
    'with --streams',
  );
  const { out = 'data/streams', workers, seed, people, seconds } = flags;
  const progress = createProgress();
  const { state, total } = await interruptible(async (signal) => {
    const result = await synthesizeStreams({
      out,
      workers,
      seed,
      people,
      streams,
      seconds,
      progress,
      signal,
    });
    if (result.state === 'stopped')
      progress.log(`${out} has ${result.done} of ${result.total} streams; run the same command to continue`);
    return result;
  });
  const whole = state === 'complete' ? 'is already complete:' : 'has';
  progress.log(
    `${out} ${whole} ${total} streams of ${seconds} s; tune on ${join(out, 'validation.csv')}, judge on ${join(out, 'test.csv')}`,
  );
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
