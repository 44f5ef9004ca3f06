/**
 * The flags of `train`, `eval` and `test`, which are those of the starting point's one script, and what a line of them
 * asks for: which work, with which configuration.
 */
import { basename, dirname, join, resolve } from 'node:path';
import { KinoraError } from '@kinora/torch/error';
import type { Command } from 'commander';
import { loadConfig, type RunConfig } from '../../config/index.js';
import { BooleanOption } from './argv.js';
import { type ConfigOptions, type DeviceOptions, withConfig, withDevice } from './options.js';

export interface RunFlags extends ConfigOptions, DeviceOptions {
  resume?: boolean;
  evalOnly?: boolean;
  testOnly?: boolean;
}

export type Mode = 'train' | 'eval' | 'test';

/** `--config`, `--set`, `--gpus`, `--use-gpu`, `--resume`, `--eval-only` and `--test-only`. */
export function withRunFlags(command: Command): Command {
  return withDevice(withConfig(command))
    .addOption(new BooleanOption('-r, --resume', 'go on from the last checkpoint'))
    .addOption(new BooleanOption('-e, --eval-only', 'evaluate on the validation clips, as `kinora eval`'))
    .addOption(new BooleanOption('-t, --test-only', 'predict the test list, as `kinora test`'));
}

/** The work that a line of `kinora train` asks for. */
export function modeOf({ evalOnly = false, testOnly = false }: RunFlags): Mode {
  if (evalOnly && testOnly) {
    const received = 'both --eval-only and --test-only';
    throw new KinoraError({
      code: 'usage/modes',
      where: 'kinora train',
      expected: 'one kind of work',
      received,
    });
  }
  return evalOnly ? 'eval' : testOnly ? 'test' : 'train';
}

/** The configuration of a run folder, where one is given, or of --config; with the changes of --set. */
export async function configOf(
  { config, set = [] }: ConfigOptions,
  name: Mode,
  run?: string,
): Promise<RunConfig> {
  const file = run === undefined ? config : join(run, 'config.json');
  if (file === undefined) {
    throw new KinoraError({
      code: 'usage/no-config',
      where: `kinora ${name}`,
      expected: name === 'train' ? '--config with a JSON file' : 'a run folder, or --config with a JSON file',
      received: 'nothing',
      hint: `for example kinora ${name} --config configs/demo.json`,
    });
  }
  return loadConfig(file, { set: run === undefined ? set : [...ofRun(run), ...set] });
}

/** A run is asked for its own weights, whatever it once began with, and where it lies now. */
function ofRun(run: string): string[] {
  const path = /^\.*$/.test(basename(run)) ? resolve(run) : run;
  const place = { output_dir: dirname(path), model_name: basename(path) };
  return [
    'checkpoint=null',
    ...Object.entries(place).map(([key, value]) => `${key}=${JSON.stringify(value)}`),
  ];
}
