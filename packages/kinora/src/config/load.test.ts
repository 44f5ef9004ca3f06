import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSpec } from '@kinora/clip';
import { afterAll, describe, expect, test } from 'vitest';
import { need } from './check.js';
import { canonical, effectiveConfig, loadConfig, siblingTestList } from './load.js';
import { preprocessSpec, type RunConfigInput } from './run-config.js';
import { runConfigSchema } from './schema.js';
import { namesAt, spelled } from './spelling.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes `text` to a file and gives the message that loading it fails with, without the folder. */
async function failure(text: string, set: string[] = []): Promise<string> {
  const file = join(folder, 'a.json');
  writeFileSync(file, text);
  const error = await loadConfig(file, { set }).then(
    () => undefined,
    (reason: Error) => reason,
  );
  expect(error?.name).toBe('KinoraError');
  return error!.message.replace(`${folder}/`, '');
}

describe('defaults', () => {
  test('are the recipe of the tutorial', () => {
    expect(effectiveConfig({}, 'configs/first.json')).toMatchObject({
      name: 'first',
      model: 'ConvColumn6',
      frames: 18,
      clips: 1,
      stride: 2,
      crop: { height: 84, width: 84 },
      batchSize: 100,
      optimizer: 'adam',
      amsgrad: true,
      lr: 0.001,
      lastLr: 0.00001,
      epochs: -1,
      unknownLabels: 'error',
      schedule: { name: 'plateau', factor: 0.6, patience: 3 },
      augment: { rotation: 10, translate: 0.15, scale: [1, 1], shear: 0, flip: 0, perFrame: false },
    });
  });

  test('that follow from other keys', () => {
    const config = effectiveConfig({
      trainFolder: 'clips',
      validationList: 'lists/jester-v1-validation.csv',
    });
    expect(config.validationFolder).toBe('clips');
    expect(config.testList).toBe('lists/jester-v1-test.csv');
  });

  test.each([
    ['val.csv', 'test.csv'],
    ['a/jester-v1-validation-quick-testing.csv', 'a/jester-v1-test-quick-testing.csv'],
    ['values.csv', undefined],
    [undefined, undefined],
  ])('the sibling test list of %s is %s', (validation, expected) => {
    expect(siblingTestList(validation)).toBe(expected);
  });

  test('an effective configuration is its own effective configuration', () => {
    const once = effectiveConfig({
      schedule: 'one_cycle',
      epochs: 3,
      augment: false,
      validationList: 'val.csv',
    });
    expect(effectiveConfig(once, 'other.json')).toEqual(once);
    expect(effectiveConfig(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  test('are those of the preprocessing spec', () => {
    const labels = ['a', 'b'];
    expect(preprocessSpec(effectiveConfig({}), labels)).toEqual(defaultSpec(labels));
    const input = { frames: 16, stride: 1, crop: 64, resize: 'none', pad: 'resize' } as const;
    expect(preprocessSpec(effectiveConfig(input), labels)).toMatchObject({
      frames: 16,
      stride: 1,
      crop: { height: 64, width: 64 },
      resize: { rule: 'none' },
      pad: 'resize',
    });
  });

  test('augment: false changes nothing in a clip', () => {
    expect(effectiveConfig({ augment: false }).augment).toMatchObject({
      rotation: 0,
      translate: 0,
      scale: [1, 1],
    });
  });
});

describe('mistakes are one line with file, key, expected and received', () => {
  test.each([
    ['{"batchSize": "ten"}', 'a.json:1, batchSize: expected a number, received "ten"'],
    ['{\n "lr": 1,\n "frames": 1.5}', 'a.json:3, frames: expected a whole number, received 1.5'],
    ['{"frames": 0}', 'a.json:1, frames: expected a number of at least 1, received 0'],
    ['{"clips": 0}', 'a.json:1, clips: expected a positive number, or -1, received 0'],
    [
      '{"crop": 0.5}',
      'a.json:1, crop.height: expected a whole number, received 0.5; 1 more problem after this one',
    ],
    ['{"resize": 84}', 'a.json:1, resize: expected an object, received 84'],
    ['{"std": [1, 1, 0]}', 'a.json:1, std.2: expected a number above 0, received 0'],
    ['{"epochs": "x"}', 'a.json:1, epochs: expected -1 or a number, received "x"'],
    ['{"deterministic": "True"}', 'a.json:1, deterministic: expected true or false, received "True"'],
    [
      '{"name": "a/b"}',
      'a.json:1, name: expected a name without slashes, other than . and .., received "a/b"',
    ],
    // Its folder would be the folder of all runs, or the one around that.
    ['{"name": ".."}', 'a.json:1, name: expected a name without slashes, other than . and .., received ".."'],
    ['{"name": "."}', 'a.json:1, name: expected a name without slashes, other than . and .., received "."'],
    ['{"augment": {"scale": [1]}}', 'a.json:1, augment.scale: expected an array of 2 items, received [1]'],
    [
      '{"augment": {"scale": [1.1, 0.9]}}',
      'a.json, augment.scale: expected [low, high], received [1.1,0.9]; write the smaller one first',
    ],
    ['[]', 'a.json: expected an object, received []'],
  ])('%s', async (text, message) => {
    expect(await failure(text)).toBe(message);
  });

  test.each([
    ['{"batchsize": 3}', '"batchSize"'],
    ['{"augment": {"rotatoin": 3}}', '"rotation"'],
    ['{"schedule": {"name": "plateau", "patiense": 3}}', '"patience"'],
    ['{"schedule": "cosin"}', '"cosine"'],
    ['{"optimizer": "adma"}', '"adam"'],
  ])('%s names %s', async (text, nearest) => {
    expect(await failure(text)).toMatch(new RegExp(`the nearest valid (key|one) is ${nearest}$`));
  });

  test('further mistakes are counted', async () => {
    expect(await failure('{"lr": "a", "batchSize": -1, "x": 1, "y": 2}')).toMatch(
      /3 more problems after this one$/,
    );
  });

  test('broken JSON tells the line, comments are named', async () => {
    expect(await failure('{\n  "lr": 1\n  "x": 2\n}')).toMatch(/^a\.json:3: expected valid JSON, received /);
    expect(await failure('{\n// fast\n"lr": 1}')).toMatch(/; JSON has no comments$/);
  });

  test('a missing file', async () => {
    await expect(loadConfig('nowhere.json')).rejects.toThrow(
      'nowhere.json: expected a JSON file, received no such file',
    );
  });

  test.each([
    [{ schedule: 'cosine' }, /epochs: expected a number of epochs for schedule cosine/],
    [{ lastLr: 0 }, /lastLr: expected a rate above 0/],
    [{ lr: 0.00001 }, /lastLr: expected a rate below lr/],
  ] as const)('%j cannot be meant', (input, message) => {
    expect(() => effectiveConfig(input)).toThrow(message);
  });

  test('a key that the work needs', () => {
    const config = effectiveConfig({ trainFolder: 'clips' }, 'x.json');
    expect(need(config, 'trainFolder', 'training')).toBe('clips');
    expect(() => need(config, 'validationList', 'evaluation')).toThrow(
      'configuration of x: expected key "validationList" for evaluation, received nothing; add it',
    );
  });
});

describe('--set', () => {
  const base = join(folder, 'base.json');
  writeFileSync(base, '{"lr": 0.1, "schedule": "plateau"}');

  test('changes what the file says, the last one winning', async () => {
    const set = ['lr=0.2', 'model=ConvColumn5', 'schedule.patience=5', 'augment.scale=[0.9,1.1]', 'lr=0.3'];
    expect(await loadConfig(base, { set })).toMatchObject({
      lr: 0.3,
      model: 'ConvColumn5',
      schedule: { name: 'plateau', patience: 5, factor: 0.6 },
      augment: { scale: [0.9, 1.1], rotation: 10 },
    });
  });

  test('takes for a text what may only be a text, whatever it looks like', async () => {
    const set = ['name=123', 'trainFolder=2024', 'checkpoint=null', 'labelsFile=true', 'threads=2'];
    const found = await loadConfig(base, { set });
    expect(found).toMatchObject({ name: '123', trainFolder: '2024', labelsFile: 'true' });
    expect(found).toMatchObject({ checkpoint: null, threads: 2 });
  });

  test.each([
    ['lr', /^--set: expected key=value, received "lr"/],
    ['=3', /^--set: expected key=value/],
    ['lr.x=3', /^--set: expected a key inside an object, not inside 1/],
    ['lr=fast', /^--set lr: expected a number, received "fast"/],
    ['schedule=cosin', /^--set schedule.name: expected one of /],
    ['modle=x', /^--set modle: expected a known key/],
    ['toString=1', /^--set toString: expected a known key, received "toString"/],
    ['constructor.name=1', /constructor: expected a known key/],
    ['augment.valueOf=1', /augment.valueOf: expected a known key/],
    ['__proto__.polluted=1', /__proto__: expected a known key/],
    ['labelsFile=null', /^--set labelsFile: expected .*received null/],
    ['lr=fast', /lr: expected a number, received "fast"/],
    ['rl=3', /the nearest valid key is "lr"/],
  ])('%s is refused', async (set, message) => {
    expect(await failure('{"lr": 1}', [set])).toMatch(message);
  });
});

describe('spellings', () => {
  const camel: RunConfigInput = {
    name: 'a',
    trainFolder: 'clips',
    trainList: 'train.csv',
    labelsFile: 'labels.csv',
    frames: 16,
    clips: 2,
    stride: 1,
    batchSize: 8,
    epochs: 3,
    workers: 2,
    lrBatchSize: 64,
    streamCacheGB: 2,
    schedule: { name: 'one_cycle', divFactor: 10 },
    augment: { perFrame: true, randAugment: { number: 1, magnitude: 5 } },
    lrMultipliers: { batch_size: 2 },
  };
  const snake = {
    model_name: 'a',
    train_data_folder: 'clips',
    train_data_csv: 'train.csv',
    labels_csv: 'labels.csv',
    clip_size: 16,
    nclips: 2,
    step_size: 1,
    batch_size: 8,
    num_epochs: 3,
    num_workers: 2,
    scale_lr: 64,
    stream_cache_gb: 2,
    schedule: { name: 'one_cycle', div_factor: 10 },
    augment: { per_frame: true, rand_augment: { number: 1, magnitude: 5 } },
    lr_multipliers: { batch_size: 2 },
  };
  const load = async (value: object, set: string[] = []) => {
    const file = join(folder, 'spelled.json');
    writeFileSync(file, JSON.stringify(value));
    return loadConfig(file, { set });
  };

  test('so do those inside a value of --set', async () => {
    const set = ['augment={"per_frame":true}', 'schedule={"name":"one_cycle","div_factor":5}'];
    const { augment, schedule } = await load({ epochs: 1 }, set);
    expect(augment.perFrame).toBe(true);
    expect(schedule).toMatchObject({ name: 'one_cycle', divFactor: 5 });
  });

  test('labels may have the names that every object has', async () => {
    const { flipMap } = await load({ flipMap: { constructor: 'toString', toString: null } });
    expect(Object.entries(flipMap!)).toEqual([
      ['constructor', 'toString'],
      ['toString', null],
    ]);
  });

  test("the tutorial's keys and snake_case mean the same as camelCase", async () => {
    const expected = JSON.stringify(effectiveConfig(camel));
    expect(JSON.stringify(await load(snake))).toBe(expected);
    expect(JSON.stringify(await load(camel))).toBe(expected);
    expect(canonical(snake, 'a run')).toEqual(camel);
  });

  test('every key of the tutorial is known', async () => {
    const keys =
      'model_name checkpoint train_data_folder val_data_folder train_data_csv val_data_csv labels_csv test_data_csv num_workers output_dir num_classes batch_size clip_size nclips step_size lr last_lr momentum weight_decay num_epochs print_freq';
    const names = namesAt(runConfigSchema, []).flat();
    expect(keys.split(' ').filter((key) => !names.includes(key))).toEqual([]);
  });

  test('--set changes a key in either spelling', async () => {
    expect(await load({ batch_size: 8 }, ['batchSize=4'])).toMatchObject({ batchSize: 4 });
    expect(await load({ batchSize: 8 }, ['batch_size=4'])).toMatchObject({ batchSize: 4 });
    expect(await load({}, ['batch_size=4', 'batchSize=5', 'augment.per_frame=true'])).toMatchObject({
      batchSize: 5,
      augment: { perFrame: true },
    });
  });

  test.each([
    [
      '{"batch_size": 1, "batchSize": 1}',
      'a.json, batchSize: expected one spelling of a key, received both "batchSize" and "batch_size"; remove one of them',
    ],
    [
      '{"augment": {"per_frame": true, "perFrame": true}}',
      'a.json, augment.perFrame: expected one spelling of a key, received both "perFrame" and "per_frame"; remove one of them',
    ],
    ['{"batch_size": "ten"}', 'a.json:1, batch_size: expected a number, received "ten"'],
    ['{\n"clip_size": 1.5}', 'a.json:2, clip_size: expected a whole number, received 1.5'],
    ['{"augment": {"per_frame": 1}}', 'a.json:1, augment.per_frame: expected true or false, received 1'],
    [
      '{"last_lr": 1}',
      'a.json, last_lr: expected a rate below lr (0.001), received 1; training would end before it starts',
    ],
    [
      '{"batch_size": 2, "accumulate_steps": 3}',
      'a.json, accumulate_steps: expected at most batch_size (2), received 3; a part has at least one clip',
    ],
    [
      '{"batchSize": 2, "accumulateSteps": 3}',
      'a.json, accumulateSteps: expected at most batchSize (2), received 3; a part has at least one clip',
    ],
  ])('messages repeat that of %j', async (text, message) => {
    expect(await failure(text)).toBe(message);
  });

  test.each([
    ['{"batchsize": 3}', 'batchSize'],
    ['{"batchSizes": 3}', 'batchSize'],
    ['{"batch_sice": 3}', 'batch_size'],
    ['{"clip_size": 16, "batchsize": 3}', 'batch_size'],
    ['{"clip_size": 16, "batchSizes": 3}', 'batchSize'],
    ['{"train_data_cvs": "a"}', 'train_data_csv'],
    ['{"trainLists": "a"}', 'trainList'],
  ])('the nearest key of %s is %s', async (text, key) => {
    expect(await failure(text)).toMatch(new RegExp(`the nearest valid key is "${key}"$`));
  });

  test('--set is named as it was written', async () => {
    expect(await failure('{"batch_size": 1}', ['batchSize=x'])).toMatch(
      /^--set batchSize: expected a number/,
    );
    expect(await failure('{"batchSize": 1}', ['batch_size=x'])).toMatch(
      /^--set batch_size: expected a number/,
    );
  });

  test('a needed key is named in the spelling of the file, in copies of the configuration too', async () => {
    const config = await load({ batch_size: 1 });
    expect(() => need({ ...config, seed: 2 }, 'trainFolder', 'training')).toThrow(
      'expected key "train_data_folder" for training, received nothing; add it to the file or pass --set train_data_folder=...',
    );
    expect(effectiveConfig(config)).toEqual(config);
    expect(spelled(effectiveConfig({ ...config, seed: 2 }), 'batchSize')).toBe('batch_size');
    expect(spelled(await load({ batchSize: 1 }), 'trainFolder')).toBe('trainFolder');
  });

  test('$schema is for editors', async () => {
    const config = await load({ $schema: './schema.json', lr: 0.1 });
    expect(config).not.toHaveProperty('$schema');
    expect(config.lr).toBe(0.1);
  });
});

describe('configs/', () => {
  const configs = new URL('../../../../configs/', import.meta.url).pathname;

  test.each(readdirSync(configs).filter((name) => name !== 'schema.json'))('%s is valid', async (name) => {
    const config = await loadConfig(join(configs, name));
    expect(config.model).toMatch(/^(ConvColumn|TSN)/);
  });

  test('the quick-testing lists drop the labels that their label file does not hold', async () => {
    expect((await loadConfig(join(configs, 'config_quick_testing.json'))).unknownLabels).toBe('drop');
  });
});
