/** Checks across keys: keys that contradict each other, and keys that a piece of work requires. */
import { clipNumbers, specLimits } from '@kinora/clip';
import { kinoraError } from '@kinora/torch/error';
import type { RunConfig } from './run-config.js';
import { spelled } from './spelling.js';

/** Bytes of the clips of a batch, of which a buffer holds less than 4 GiB: one for each number. */
const LARGEST_BATCH = 2 ** 32 - 1;

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
  if (config.teacher !== null && config.classWeights !== null)
    fail(
      key('classWeights'),
      `no weights of labels beside ${key('teacher')}`,
      JSON.stringify(config.classWeights),
      `leave it out; ${key('sampler')} "balanced" shows every label equally often`,
    );
  const numbers = clipNumbers(config);
  const { crop, frames, clips } = config;
  if (numbers > specLimits.numbers[1])
    fail(
      key('crop'),
      `clips of at most ${specLimits.numbers[1]} numbers`,
      `${numbers} (${frames * Math.max(1, clips)} frames x 3 x ${crop.height} x ${crop.width})`,
      `use a smaller ${key('crop')}, or fewer ${key('frames')} or ${key('clips')}`,
    );
  if (numbers * batchSize > LARGEST_BATCH)
    fail(
      key('batchSize'),
      `batches of at most ${LARGEST_BATCH} numbers`,
      `${numbers * batchSize} (${batchSize} clips of ${numbers})`,
      `use a smaller ${key('batchSize')}`,
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
