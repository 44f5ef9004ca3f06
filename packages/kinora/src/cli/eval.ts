/** `kinora eval`: evaluates a run on its validation clips and on streams, and writes the report. */
import { join } from 'node:path';
import { kinoraError } from '@kinora/torch/error';
import { Command } from 'commander';
import { percent, plural, withEnds } from '../figures/words.js';
import { orderAccuracy } from '../measure/order-pairs.js';
import type { Rejection } from '../measure/rejection.js';
import { streamScores } from '../measure/streams.js';
import { evaluateRun, type UnknownClips } from '../predict/evaluate.js';
import { evaluateLog } from '../predict/evaluate-streams.js';
import type { StreamReport } from '../report/stream-data.js';
import { scoreFacts } from '../report/streams.js';
import {
  type ConfigOptions,
  type DeviceOptions,
  refuseFlags,
  withConfig,
  withDevice,
} from './terminal/options.js';
import { RUN, workOnRun } from './terminal/run-argument.js';

interface EvalFlags extends ConfigOptions, DeviceOptions {
  stream?: string;
  streamFolder?: string;
  defaultSettings?: boolean;
  log?: string;
  unknown?: string;
  unknownFolder?: string;
}

export function evalCommand(): Command {
  const command = new Command('eval')
    .description('Evaluate a trained network on its validation clips, and on streams, and write a report.')
    .argument('[RUN]', `${RUN}; default: the run of --config`)
    .option('--stream <list>', 'list of videos and the gestures in them: path,label,start,end')
    .option('--stream-folder <folder>', "folder of the list's paths (default: the list's own)")
    .option('--default-settings', 'with --stream: ignore the settings that kinora tune has stored')
    .option(
      '--unknown <list>',
      'list of clips that show none of the labels: measure how well they can be rejected',
    )
    .option('--unknown-folder <folder>', "folder of these clips (default: the list's own)")
    .option(
      '--log <file>',
      "instead of RUN: compare a recognizer's own log of gesture events (JSON lines or path,label,start,end) with --stream",
    );
  return withDevice(withConfig(command))
    .addHelpText(
      'after',
      '\nExamples:\n  $ kinora eval runs/demo\n  $ kinora eval runs/demo --set validationList=data/demo/test-key.csv\n  $ kinora eval runs/demo --stream data/streams/test.csv\n  $ kinora eval --log gestures.jsonl --stream data/streams/test.csv',
    )
    .action(start);
}

async function start(run: string | undefined, flags: EvalFlags, command: Command): Promise<void> {
  if (flags.stream === undefined)
    refuseFlags(command, ['streamFolder', 'defaultSettings', 'log'], 'without --stream');
  if (flags.unknown === undefined) refuseFlags(command, ['unknownFolder'], 'without --unknown');
  return flags.log === undefined ? evaluate(run, flags) : scoreLog(run, flags.log, flags, command);
}

export async function evaluate(run: string | undefined, flags: EvalFlags): Promise<void> {
  const { result, progress } = await workOnRun('eval', run, flags, (config, options) =>
    evaluateRun(config, {
      ...options,
      ...(flags.stream !== undefined && { streams: flags.stream }),
      ...(flags.streamFolder !== undefined && { streamFolder: flags.streamFolder }),
      ...(flags.defaultSettings === true && { liveSettings: {} }),
      ...(flags.unknown !== undefined && { unknown: unknownOf(flags.unknown, flags.unknownFolder) }),
    }),
  );
  const { summary, evaluation, labels, report, rejection, people, streams } = result;
  progress.log(
    `top-1 ${percent(summary.top1)}, top-5 ${percent(summary.top5)}, loss ${summary.loss.toFixed(3)}`,
  );
  const order = orderAccuracy(evaluation, labels);
  if (order !== undefined)
    progress.log(
      `gestures that differ only in the order of their frames: ${percent(order)} (chance: ${percent(0.5)})`,
    );
  if (people !== undefined) {
    const { top1 } = people;
    const [worst] = people.people;
    progress.log(
      `${plural(people.people.length, 'person', 'people')}: top-1 ${withEnds(top1, { before: '95 % interval over people ' })}; lowest: ${percent(worst!.top1)} of ${plural(worst!.clips, 'clip')} of person ${worst!.person}`,
    );
  }
  if (rejection !== undefined) progress.log(rejectionLines(rejection));
  if (streams !== undefined) progress.log(scoreLines(streams));
  progress.log(`report: ${join(report, 'index.html')}`);
}

const unknownOf = (list: string, folder: string | undefined): UnknownClips =>
  folder === undefined ? { list } : { list, folder };

const rejectionLines = (rejection: readonly Rejection[]): string =>
  rejection
    .map(
      ({ score, auroc, falseAlarms }) =>
        `unknown clips by ${score}: AUROC ${percent(auroc)}, false alarms at 95 % recall ${percent(falseAlarms)}`,
    )
    .join('\n');

/** The scores of streams, one a line. */
export const scoreLines = ({ results }: StreamReport): string =>
  scoreFacts(streamScores(results))
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');

async function scoreLog(
  run: string | undefined,
  log: string,
  { stream, streamFolder }: EvalFlags,
  command: Command,
): Promise<void> {
  if (run !== undefined)
    throw kinoraError('usage/unused', 'kinora eval', {
      expected: 'no RUN with --log: the log says what was detected',
      received: run,
      hint: 'leave it out',
    });
  const unused = ['config', 'set', 'gpus', 'useGpu', 'defaultSettings', 'unknown', 'unknownFolder'];
  refuseFlags(command, unused, 'with --log');
  const report = await evaluateLog(log, stream!, streamFolder === undefined ? {} : { root: streamFolder });
  process.stdout.write(`${scoreLines(report)}\n`);
}
