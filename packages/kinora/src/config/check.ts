/** What no single key can tell: keys that contradict each other, and keys that a piece of work cannot do without. */
import { KinoraError } from '@kinora/torch/error';
import type { RunConfig } from './schema.js';

/** Throws for combinations that cannot be meant: training that never ends or ends before it starts. */
export function crossCheck(config: RunConfig, source: string): void {
  const { lr, last_lr, num_epochs, max_steps, schedule, augment, batch_size, accumulate_steps } = config;
  const open = num_epochs === -1 && max_steps === null;
  const fail = (key: string, expected: string, received: unknown, hint: string) => {
    const where = `${source}, ${key}`;
    throw new KinoraError({
      code: 'config/contradiction',
      where,
      expected,
      received: String(received),
      hint,
    });
  };

  if (open && schedule.name !== 'plateau')
    fail(
      'num_epochs',
      `a number of epochs for schedule ${schedule.name}`,
      -1,
      'give num_epochs or max_steps',
    );
  if (open && last_lr === 0)
    fail('last_lr', 'a rate above 0', 0, 'with num_epochs -1 training would never end');
  if (schedule.name === 'plateau' && last_lr >= lr)
    fail('last_lr', `a rate below lr (${lr})`, last_lr, 'training would end before it starts');
  if (accumulate_steps > batch_size)
    fail(
      'accumulate_steps',
      `at most batch_size (${batch_size})`,
      accumulate_steps,
      'a part has a clip or more',
    );
  const { scale, erasing } = augment;
  for (const [key, range] of Object.entries({
    'augment.scale': scale,
    'augment.erasing.area': erasing.area,
    'augment.erasing.ratio': erasing.ratio,
  }))
    if (range[0] > range[1]) fail(key, '[low, high]', JSON.stringify(range), 'write the smaller one first');
}

/** The value of a key that `purpose` cannot do without, such as `need(config, 'train_data_folder', 'training')`. */
export function need<K extends keyof RunConfig>(
  config: RunConfig,
  key: K,
  purpose: string,
): NonNullable<RunConfig[K]> {
  const value = config[key];
  if (value === undefined || value === null) {
    throw new KinoraError({
      code: 'config/missing',
      where: `configuration of ${config.model_name}`,
      expected: `key "${key}" for ${purpose}`,
      received: 'nothing',
      hint: `add it to the file or pass --set ${key}=...`,
    });
  }
  return value;
}
