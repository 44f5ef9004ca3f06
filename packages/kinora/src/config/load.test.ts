import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSpec } from '@kinora/clip';
import { afterAll, describe, expect, test } from 'vitest';
import { need } from './check.js';
import { effectiveConfig, loadConfig, siblingTestList } from './load.js';
import { preprocessSpec } from './spec.js';

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
  test('are the recipe of the starting point', () => {
    expect(effectiveConfig({}, 'configs/first.json')).toMatchObject({
      model_name: 'first',
      model: 'ConvColumn6',
      clip_size: 18,
      nclips: 1,
      step_size: 2,
      crop: { height: 84, width: 84 },
      batch_size: 100,
      optimizer: 'adam',
      amsgrad: true,
      lr: 0.001,
      last_lr: 0.00001,
      num_epochs: -1,
      unknown_labels: 'error',
      schedule: { name: 'plateau', factor: 0.6, patience: 3 },
      augment: { rotation: 10, translate: 0.15, scale: [1, 1], shear: 0, flip: 0, per_frame: false },
    });
  });

  test('that follow from other keys', () => {
    const config = effectiveConfig({
      train_data_folder: 'clips',
      val_data_csv: 'lists/jester-v1-validation.csv',
    });
    expect(config.val_data_folder).toBe('clips');
    expect(config.test_data_csv).toBe('lists/jester-v1-test.csv');
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
      num_epochs: 3,
      augment: false,
      val_data_csv: 'val.csv',
    });
    expect(effectiveConfig(once, 'other.json')).toEqual(once);
    expect(effectiveConfig(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  test('are those of the preprocessing spec', () => {
    const labels = ['a', 'b'];
    expect(preprocessSpec(effectiveConfig({}), labels)).toEqual(defaultSpec(labels));
    const input = { clip_size: 16, step_size: 1, crop: 64, resize: 'none', pad: 'resize' } as const;
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
    ['{"batch_size": "ten"}', 'a.json:1, batch_size: expected a number, received "ten"'],
    ['{\n "lr": 1,\n "clip_size": 1.5}', 'a.json:3, clip_size: expected a whole number, received 1.5'],
    ['{"clip_size": 0}', 'a.json:1, clip_size: expected a number of at least 1, received 0'],
    ['{"nclips": 0}', 'a.json:1, nclips: expected a positive number, or -1, received 0'],
    [
      '{"crop": 0.5}',
      'a.json:1, crop.height: expected a whole number, received 0.5; 1 more problem after this one',
    ],
    ['{"resize": 84}', 'a.json:1, resize: expected an object, received 84'],
    ['{"std": [1, 1, 0]}', 'a.json:1, std.2: expected a number above 0, received 0'],
    ['{"num_epochs": "x"}', 'a.json:1, num_epochs: expected -1 or a number, received "x"'],
    ['{"deterministic": "True"}', 'a.json:1, deterministic: expected true or false, received "True"'],
    ['{"model_name": "a/b"}', 'a.json:1, model_name: expected a name without slashes, received "a/b"'],
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
    ['{"batchsize": 3}', '"batch_size"'],
    ['{"augment": {"rotatoin": 3}}', '"rotation"'],
    ['{"schedule": {"name": "plateau", "patiense": 3}}', '"patience"'],
    ['{"schedule": "cosin"}', '"cosine"'],
    ['{"optimizer": "adma"}', '"adam"'],
  ])('%s names %s', async (text, nearest) => {
    expect(await failure(text)).toMatch(new RegExp(`the nearest valid (key|one) is ${nearest}$`));
  });

  test('further mistakes are counted', async () => {
    expect(await failure('{"lr": "a", "batch_size": -1, "x": 1, "y": 2}')).toMatch(
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
    [{ schedule: 'cosine' }, /num_epochs: expected a number of epochs for schedule cosine/],
    [{ last_lr: 0 }, /last_lr: expected a rate above 0/],
    [{ lr: 0.00001 }, /last_lr: expected a rate below lr/],
  ] as const)('%j cannot be meant', (input, message) => {
    expect(() => effectiveConfig(input)).toThrow(message);
  });

  test('a key that the work needs', () => {
    const config = effectiveConfig({ train_data_folder: 'clips' }, 'x.json');
    expect(need(config, 'train_data_folder', 'training')).toBe('clips');
    expect(() => need(config, 'val_data_csv', 'evaluation')).toThrow(
      'configuration of x: expected key "val_data_csv" for evaluation, received nothing; add it',
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
    const set = [
      'model_name=123',
      'train_data_folder=2024',
      'checkpoint=null',
      'labels_csv=true',
      'threads=2',
    ];
    const found = await loadConfig(base, { set });
    expect(found).toMatchObject({ model_name: '123', train_data_folder: '2024', labels_csv: 'true' });
    expect(found).toMatchObject({ checkpoint: null, threads: 2 });
  });

  test.each([
    ['lr', /^--set: expected key=value, received "lr"/],
    ['=3', /^--set: expected key=value/],
    ['lr.x=3', /^--set: expected a key inside an object, not inside 1/],
    ['lr=fast', /^--set lr: expected a number, received "fast"/],
    ['schedule=cosin', /^--set schedule.name: expected one of /],
    ['modle=x', /^--set modle: expected a known key/],
    ['labels_csv=null', /^--set labels_csv: expected .*received null/],
    ['lr=fast', /lr: expected a number, received "fast"/],
    ['rl=3', /the nearest valid key is "lr"/],
  ])('%s is refused', async (set, message) => {
    expect(await failure('{"lr": 1}', [set])).toMatch(message);
  });
});

describe('configs/', () => {
  const configs = new URL('../../../../configs/', import.meta.url).pathname;

  test.each(readdirSync(configs))('%s is valid', async (name) => {
    const config = await loadConfig(join(configs, name));
    expect(config.model).toMatch(/^(ConvColumn|TSN)/);
  });

  test('the quick-testing lists drop the labels that their label file does not hold', async () => {
    expect((await loadConfig(join(configs, 'config_quick_testing.json'))).unknown_labels).toBe('drop');
  });
});
