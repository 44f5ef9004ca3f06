/** Checks across keys: keys that contradict each other, and keys that a piece of work requires. */
import { kinoraError } from '@kinora/torch/error';
import type { RunConfig } from './run-config.js';
import { spelled } from './spelling.js';

/** Throws for nonsensical combinations: training that never ends, or ends before it starts. */
export function crossCheck(config: RunConfig, source: string): void {
  const { lr, lastLr, epochs, maxSteps, schedule, augment, batchSize, accumulateSteps } = config;
  const open = epochs === -1 && maxSteps === null;
  const key = (name: keyof RunConfig) => spelled(config, name);
  const fail = (name: string, expected: string, received: unknown, hint: string) => {
    throw kinoraError('config/contradiction', `${source}, ${name}`, expected, String(received), { hint });
  };

  if (open && schedule.name !== 'plateau')
    fail(
      key('epochs'),
      `a number of epochs for schedule ${schedule.name}`,
      -1,
      `give ${key('epochs')} or ${key('maxSteps')}`,
    );
  if (open && lastLr === 0)
    fail(key('lastLr'), 'a rate above 0', 0, `with ${key('epochs')} -1 training would never end`);
  if (schedule.name === 'plateau' && lastLr >= lr)
    fail(key('lastLr'), `a rate below lr (${lr})`, lastLr, 'training would end before it starts');
  if (accumulateSteps > batchSize)
    fail(
      key('accumulateSteps'),
      `at most ${key('batchSize')} (${batchSize})`,
      accumulateSteps,
      'a part has at least one clip',
    );
  const { scale, erasing } = augment;
  for (const [name, range] of Object.entries({
    'augment.scale': scale,
    'augment.erasing.area': erasing.area,
    'augment.erasing.ratio': erasing.ratio,
  }))
    if (range[0] > range[1]) fail(name, '[low, high]', JSON.stringify(range), 'write the smaller one first');
}

/** The value of a key that `purpose` requires, such as `need(config, 'trainFolder', 'training')`. Throws `config/missing`. */
export function need<K extends keyof RunConfig>(
  config: RunConfig,
  key: K,
  purpose: string,
): NonNullable<RunConfig[K]> {
  const value = config[key];
  if (value === undefined || value === null) {
    const name = spelled(config, key);
    throw kinoraError('config/missing', `configuration of ${config.name}`, {
      expected: `key "${name}" for ${purpose}`,
      received: 'nothing',
      hint: `add it to the file or pass --set ${name}=...`,
    });
  }
  return value;
}
