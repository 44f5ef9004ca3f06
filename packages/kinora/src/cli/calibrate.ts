/** `kinora calibrate`: makes probabilities as often right as they say. */
import { Command } from 'commander';
import { plural, withEnds } from '../figures/words.js';
import { calibrateRun } from '../predict/calibrate.js';
import { type ConfigOptions, type DeviceOptions, withConfig, withDevice } from './terminal/options.js';
import { RUN, workOnRun } from './terminal/run-argument.js';

export function calibrateCommand(): Command {
  const command = new Command('calibrate')
    .description(
      'Fit the temperature of the probabilities on validation clips (temperature scaling) and store it with the model.',
    )
    .argument('[RUN]', `${RUN}; default: the run of --config`);
  return withDevice(withConfig(command))
    .addHelpText(
      'after',
      '\nModels exported from the checkpoint bring the temperature along.\n\nExample:\n  $ kinora calibrate runs/demo',
    )
    .action(runCalibrate);
}

async function runCalibrate(run: string | undefined, flags: ConfigOptions & DeviceOptions): Promise<void> {
  const { result, progress } = await workOnRun('calibrate', run, flags, calibrateRun);
  const { temperature, clips, people, errorBefore, errorAfter, lossBefore, lossAfter } = result;
  const who = people === undefined ? 'people unknown' : plural(people, 'person', 'people');
  progress.log(`temperature ${temperature.toFixed(3)}, fitted on ${plural(clips, 'clip')} (${who})`);
  progress.log(`expected calibration error: ${withEnds(errorBefore)} -> ${withEnds(errorAfter)}`);
  progress.log(`loss: ${lossBefore.toFixed(3)} -> ${lossAfter.toFixed(3)}`);
  progress.log('each figure after the arrow is of people whom the temperature was not fitted on');
  if (result.outdated)
    progress.log('live settings were fitted for another temperature; run kinora tune again');
  progress.log(`reliability diagrams: ${result.pictures}`);
  progress.log(`stored in ${result.file}`);
}
