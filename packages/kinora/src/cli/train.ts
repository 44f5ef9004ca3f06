/** `kinora train`. As in the tutorial project's single script, --eval-only and --test-only run those commands. */
import { existsSync } from 'node:fs';
import { cuda, distributed, KinoraError, kinoraError } from '@kinora/torch';
import { Command, Option } from 'commander';
import type { RunConfig } from '../config/index.js';
import { percent } from '../figures/words.js';
import { silent } from '../progress.js';
import { hasCheckpoint } from '../run/checkpoint.js';
import { type Link, linked } from '../run/generations.js';
import { runFolderOf } from '../run/run-folder.js';
import { shellQuote } from '../shell.js';
import { findBeginning } from '../train/beginning.js';
import { chooseDevice } from '../train/device/choice.js';
import { checkDivides } from '../train/ranks/ranks.js';
import { trainRun } from '../train/run.js';
import { launch, threadsPerProcess } from './ranks/launch.js';
import { asRank } from './ranks/rank.js';
import { interruptible } from './terminal/interrupt.js';
import {
  BooleanOption,
  type ConfigOptions,
  collect,
  type DeviceOptions,
  positiveInt,
  refuseFlags,
  wholeNumber,
  withConfig,
  withDevice,
} from './terminal/options.js';
import { OUTPUT_FAILED } from './terminal/output.js';
import { createProgress } from './terminal/progress.js';
import { configOf } from './terminal/run-argument.js';

interface TrainFlags extends ConfigOptions, DeviceOptions {
  resume?: boolean;
  evalOnly?: boolean;
  testOnly?: boolean;
  resumeFrom?: 'last' | 'best';
  initFrom?: string;
  freeze?: string[];
  teacher?: string;
  profile?: boolean;
  nproc?: number;
  maxRestarts?: number;
}

const EXAMPLES = `
Examples:
  $ kinora train --config configs/demo.json
  $ kinora train --config configs/demo.json --resume
  $ kinora train --config configs/demo.json --set name=tuned --init-from runs/demo --freeze conv_layer1
  $ kinora train --config configs/demo.json --set name=live --set model=MobileNet3DSmall --teacher runs/demo
  $ kinora train --config configs/demo.json --set name=two --nproc 2 --use-gpu False
  $ kinora train --config configs/config.json -g 0,1    # one process per GPU`;

export function trainCommand(): Command {
  return withDevice(
    withConfig(new Command('train').description('Train a network from a configuration file.')),
  )
    .addOption(new BooleanOption('-r, --resume', 'resume from the last checkpoint'))
    .addOption(new BooleanOption('-e, --eval-only', 'evaluate on the validation clips, like `kinora eval`'))
    .addOption(new BooleanOption('-t, --test-only', 'predict the test list, like `kinora test`'))
    .addOption(
      new Option(
        '--resume-from <checkpoint>',
        'resume from this checkpoint; best discards later epochs',
      ).choices(['last', 'best']),
    )
    .option('--init-from <path>', 'initialise from the weights of a file or another run (initFrom)')
    .option('--freeze <pattern>', 'exclude this layer from training; repeatable (freeze)', collect)
    .option('--teacher <path>', 'learn the answers of this trained network too (teacher)')
    .option('--profile', 'report where the time of a step goes, and what to change')
    .addOption(
      new Option('--nproc <number>', 'processes on this machine that share each batch').argParser(
        positiveInt,
      ),
    )
    .addOption(
      new Option('--max-restarts <number>', 'restarts allowed after a process dies (default: 3)').argParser(
        wholeNumber,
      ),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (flags: TrainFlags, command: Command) => {
      const mode = modeOf(flags);
      if (mode === 'train') return train(flags);
      refuseFlags(command, TRAINING_ONLY, `with --${mode}-only`);
      if (mode === 'eval') return (await import('./eval.js')).evaluate(undefined, flags);
      return (await import('./test.js')).predictTests(undefined, flags);
    });
}

type Mode = 'train' | 'eval' | 'test';

/**
 * Flags that only training uses. --resume is not among them, because the tutorial project's command lines for
 * evaluation contain it.
 */
const TRAINING_ONLY = ['resumeFrom', 'initFrom', 'freeze', 'teacher', 'profile', 'nproc', 'maxRestarts'];

/** The work that a command line of `kinora train` selects. */
export function modeOf({
  evalOnly = false,
  testOnly = false,
}: Pick<TrainFlags, 'evalOnly' | 'testOnly'>): Mode {
  if (evalOnly && testOnly) {
    throw kinoraError('usage/modes', 'kinora train', 'only one of --eval-only and --test-only', 'both');
  }
  return evalOnly ? 'eval' : testOnly ? 'test' : 'train';
}

async function train(flags: TrainFlags): Promise<void> {
  const read = () => configOf({ ...flags, set: [...(flags.set ?? []), ...assignments(flags)] }, 'train');
  const place = placeAmongMany();
  // The other ranks also learn of an error in a rank's configuration.
  if (place !== undefined)
    return asRank(place, async (rendezvous) => trainHere(await read(), flags, rendezvous));
  const config = await read();
  const size = processesFor(flags);
  return size > 1 ? launchRanks(config, flags, size) : trainHere(config, flags);
}

async function trainHere(
  config: RunConfig,
  flags: TrainFlags,
  rendezvous?: distributed.Rendezvous,
): Promise<void> {
  const place = rendezvous?.place;
  const leads = place === undefined || place.rank === 0;
  const progress = leads ? createProgress() : silent;
  const device = chooseDevice({ ...flags, localRank: place?.gpu }, progress);
  const { folder, best } = await interruptible(
    async (signal) => {
      const summary = await trainRun(config, {
        resume: flags.resumeFrom ?? flags.resume ?? false,
        device,
        progress,
        signal,
        rendezvous,
        profile: flags.profile ?? false,
      });
      if (signal.aborted) {
        const saved = `saved after step ${summary.steps}; to continue, add --resume to the command`;
        const { reason } = signal;
        if (reason instanceof KinoraError && reason.code === OUTPUT_FAILED)
          throw new KinoraError({ ...reason.parts, hint: saved });
        progress.log(saved);
      }
      return summary;
    },
    leads ? undefined : () => undefined,
  );
  if (best !== null) progress.log(`best: ${percent(best.top1)} top-1 in epoch ${best.epoch}`);
  for (const line of whatNext(config, folder.path)) progress.log(line);
}

/** Without validation clips there is nothing to evaluate, and the accuracy is that of the training clips. */
export function whatNext(
  { validationList, validationFolder, trainFolder }: RunConfig,
  run: string,
): string[] {
  const validates = validationList !== undefined || validationFolder !== trainFolder;
  if (validates) return [`next: kinora eval ${shellQuote(run)}`];
  return [
    'no validation clips, so the accuracy above is on training clips; kinora split makes a validation list',
    `next: kinora predict ${shellQuote(run)} CLIP`,
  ];
}

/** The rank that torchrun, Kubernetes or Slurm has assigned to this process, if any. */
function placeAmongMany(): distributed.Place | undefined {
  const place = distributed.placeFromEnvironment();
  return place !== undefined && place.worldSize > 1 ? place : undefined;
}

/** The number given by --nproc, or one for each GPU that is selected and available. */
function processesFor({ nproc, gpus = [], useGpu }: TrainFlags): number {
  if (nproc !== undefined) return nproc;
  return useGpu && gpus.length > 1 && cuda.isAvailable() ? gpus.length : 1;
}

function launchRanks(config: RunConfig, flags: TrainFlags, size: number): Promise<void> {
  // Errors that can be found beforehand are reported once, not by every rank.
  checkDivides(config, size);
  findBeginning(config, flags.resumeFrom ?? flags.resume ?? false);
  for (let localRank = 0; localRank < size; localRank++) chooseDevice({ ...flags, localRank }, silent);
  return launch({
    command: [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    size,
    resumeWords: restartWords(config, flags.resumeFrom),
    maxRestarts: flags.maxRestarts ?? 3,
    threads: threadsPerProcess(size),
    log: (line) => process.stderr.write(`${line}\n`),
  });
}

/**
 * The arguments to add when a group of ranks restarts: it resumes from its last checkpoint once it has written one.
 * Called before the first start.
 */
export function restartWords(config: RunConfig, resumeFrom: Link | undefined): () => string[] {
  const { checkpoints, config: file } = runFolderOf(config);
  const before = linked(checkpoints, 'last');
  return () => {
    // If it was killed before it returned to the best checkpoint, it still has to.
    if (resumeFrom === 'best' && linked(checkpoints, 'last') === before) return [];
    return hasCheckpoint(config) || existsSync(file) ? ['--resume-from', 'last'] : [];
  };
}

/** Flags that set keys of the configuration. */
function assignments({ initFrom, freeze, teacher }: TrainFlags): string[] {
  const keys = { initFrom, freeze, teacher };
  return Object.entries(keys)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`);
}
