/** `kinora tune`: fits the settings of live recognition on streams and stores them with the model. */
import { kinoraError } from '@kinora/torch/error';
import { Command, Option } from 'commander';
import { type Gain, tune } from '../predict/tune.js';
import { scoreFacts } from '../report/streams.js';
import { openModel } from '../run/open.js';
import { chooseDevice } from '../train/device/choice.js';
import { interruptible } from './terminal/interrupt.js';
import { type DeviceOptions, finiteNumber, withDevice } from './terminal/options.js';
import { createProgress } from './terminal/progress.js';
import { RUN } from './terminal/run-argument.js';

interface TuneFlags extends DeviceOptions {
  stream: string;
  validate?: string;
  streamFolder?: string;
  falseAlarms: number;
}

export function tuneCommand(): Command {
  const command = new Command('tune')
    .description(
      'Fit stride, window, thresholds, hysteresis and cool-down of live recognition on streams, and store them with the model.',
    )
    .argument('<RUN>', RUN)
    .requiredOption('--stream <list>', 'streams to fit on: path,label,start,end[,subject][,activity]')
    .option('--validate <list>', 'streams to judge on, of other people')
    .option('--stream-folder <folder>', "folder of the lists' paths (default: each list's own)")
    .addOption(
      new Option('--false-alarms <n>', 'false alarms a minute to keep below').argParser(limitOf).default(0.5),
    );
  return withDevice(command)
    .addHelpText(
      'after',
      '\nThe settings are stored in the checkpoint. Models exported from it bring them along, and the recognizer and the studio\nstart from them.\n\nExample:\n  $ kinora tune runs/demo --stream data/streams/validation.csv --validate data/streams/test.csv',
    )
    .action(runTune);
}

function limitOf(text: string): number {
  const value = finiteNumber(text);
  if (value >= 0) return value;
  throw kinoraError('usage/number', '--false-alarms', 'a number of at least 0', text);
}

async function runTune(run: string, flags: TuneFlags): Promise<void> {
  const { stream, validate, streamFolder, falseAlarms } = flags;
  const progress = createProgress();
  const device = chooseDevice(flags, progress);
  const model = openModel(run, { device });
  try {
    const { settings, fit, judged, withinLimit, file } = await interruptible((signal) =>
      tune(model, stream, {
        device,
        progress,
        signal,
        falseAlarms,
        ...(validate !== undefined && { validate }),
        ...(streamFolder !== undefined && { root: streamFolder }),
      }),
    );
    progress.log(gainLines('fitted on', fit));
    if (!withinLimit)
      progress.log(`no settings keep below ${falseAlarms} false alarms a minute; these have the fewest`);
    progress.log(
      judged === undefined
        ? 'figures on streams that settings were fitted on are too optimistic; judge on others with --validate'
        : gainLines('judged on', judged),
    );
    progress.log(`settings: ${JSON.stringify(settings)}`);
    progress.log(`stored in ${file}`);
  } finally {
    model.network.dispose();
  }
}

/** Before and after, one score a line. */
function gainLines(what: string, { list, before, after }: Gain): string {
  const changed = new Map(scoreFacts(after));
  const [streams, ...scores] = scoreFacts(before);
  return [
    `${what} ${list}: ${streams![1]}`,
    ...scores.map(([name, value]) => `  ${name}: ${value} -> ${changed.get(name)}`),
  ].join('\n');
}
