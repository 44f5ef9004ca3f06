/** Features of a data set in one call: from a list, a CSV file, a folder and a pack, as predictions see the clips. */

import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { softmax } from '@kinora/clip';
import { memoryStats } from '@kinora/torch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readClipList } from '../data/lists/annotations.js';
import { packClips } from '../data/pack/write/pack.js';
import { type OpenedModel, openModel } from '../run/open.js';
import { runFolderOf } from '../run/run-folder.js';
import { LABELS, TinyData, trainSession } from '../train/tiny-run.test.util.js';
import { type ClipFeatures, collectFeatures, type FeatureOptions } from './features.js';
import { predictClip } from './predict.js';

let data: TinyData;
let model: OpenedModel;
beforeAll(async () => {
  data = new TinyData();
  const config = data.config('run', { epochs: 1 });
  await trainSession(config);
  model = openModel(runFolderOf(config).path);
});
afterAll(() => {
  model.network.dispose();
  data.remove();
});

const all = async (clips: Parameters<typeof collectFeatures>[1], options: FeatureOptions = {}) => {
  const found: ClipFeatures[] = [];
  for await (const clip of collectFeatures(model, clips, { workers: 0, ...options })) found.push(clip);
  return found;
};

test('every clip of a list, in its order, with its label, F features and the logits of a prediction', async () => {
  const found = await all(data.at('validation.csv'), { folder: data.at('clips'), batchSize: 3 });
  expect(found.map(({ id }) => id)).toEqual(['11', '12', '13', '14']);
  expect(found.map(({ label }) => label)).toEqual([10, 11, 12, 13].map((i) => LABELS[i % 3]));
  expect(new Set(found.map(({ features }) => features.length)).size).toBe(1);
  for (const { path, features, logits } of found) {
    expect(features.every(Number.isFinite)).toBe(true);
    const probabilities = softmax(logits);
    for (const { label, probability } of await predictClip(model, path))
      expect(probability).toBeCloseTo(probabilities[model.spec.labels.indexOf(label)]!, 5);
  }
  expect(found[0]!.features).not.toEqual(found[1]!.features);
});

test('the features are what the last layer turns into logits', async () => {
  const [clip] = await all(data.at('validation.csv'), { folder: data.at('clips') });
  const [weight, bias] = [...model.network.namedParameters().values()]
    .slice(-2)
    .map((tensor) => tensor.toTypedArray() as Float32Array);
  const { features, logits } = clip!;
  const expected = Array.from(bias!, (b, c) =>
    features.reduce((sum, x, f) => sum + x * weight![c * features.length + f]!, b),
  );
  for (const [c, logit] of expected.entries()) expect(logits[c]).toBeCloseTo(logit, 4);
});

test('a list that was read, one without labels, a folder of classes the model does not know', async () => {
  const list = readClipList(data.at('validation.csv'), data.at('clips'));
  const fromList = await all(list);
  expect(fromList.map(({ label }) => label)).toEqual(list.items.map(({ label }) => list.labels[label]));

  const bare = await all(data.at('test.csv'), { folder: data.at('clips') });
  expect(bare.map(({ id, label }) => [id, label])).toEqual([
    ['15', undefined],
    ['16', undefined],
  ]);

  cpSync(data.at('clips', '11'), data.at('folders', 'Wave', 'a'), { recursive: true });
  cpSync(data.at('clips', '12'), data.at('folders', 'Clap', 'b'), { recursive: true });
  const fromFolder = await all(data.at('folders'));
  expect(fromFolder.map(({ id, label }) => [id, label])).toEqual([
    ['Clap/b', 'Clap'],
    ['Wave/a', 'Wave'],
  ]);
  // A batch of two clips may add in another order than one of four.
  for (const [c, logit] of fromList[0]!.logits.entries())
    expect(fromFolder[1]!.logits[c]).toBeCloseTo(logit, 5);
});

test('the index of a pack', async () => {
  const list = readClipList(data.at('validation.csv'), data.at('clips'));
  const settings = {
    name: 'val',
    height: null,
    quality: 95,
    clipsPerShard: 4,
    workers: 1,
    maxBadFraction: 0,
  };
  const { index } = await packClips(list, { out: data.at('packed'), ...settings, shuffled: null });
  const [loose, packed] = [await all(list), await all(index)];
  expect(packed.map(({ id, label }) => [id, label])).toEqual(loose.map(({ id, label }) => [id, label]));
  expect(packed.map(({ logits }) => logits)).toEqual(loose.map(({ logits }) => logits));
});

test('a clip that cannot be read is reported and left out; leaving early leaves nothing behind', async () => {
  mkdirSync(data.at('clips', 'broken'));
  const list = data.write('broken.csv', ['11;Stop Sign', 'broken;Stop Sign', '12;Stop Sign']);
  const bad: string[] = [];
  const options = { folder: data.at('clips'), maxBadFraction: 0.5 };
  const found = await all(list, { ...options, onBadClip: ({ id }) => bad.push(id) });
  expect([found.map(({ id }) => id), bad]).toEqual([['11', '12'], ['broken']]);

  const before = memoryStats().liveTensors;
  model.network.train();
  for await (const _ of collectFeatures(model, data.at('train.csv'), { ...options, batchSize: 2 })) break;
  expect(memoryStats().liveTensors).toBe(before);
  expect(model.network.training).toBe(true);
  model.network.eval();
});

test('what is not there is named', async () => {
  await expect(all(data.at('nowhere'))).rejects.toThrow(/nowhere/);
  writeFileSync(data.at('empty.csv'), '\n');
  await expect(all(data.at('empty.csv'))).rejects.toMatchObject({ code: 'data/empty-list' });
});
