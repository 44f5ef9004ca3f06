/** Training in Node: learning, resuming, labels, frozen layers, what is saved, and what is refused. In pages: page.test.ts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createRecognizer,
  createTrainer,
  type FitOptions,
  type NodeTrainer,
  type TrainerOptions,
  type TrainingStep,
} from '@kinora/recognizer'; // as a program would: its thread is a file of its own
import { openModel, predictClip } from 'kinora';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportTestModel, exportTraining, moving, writeClip } from '../model.test.util.js';

const whole = exportTraining();
const frozen = exportTraining({ freeze: ['conv_layer1', 'conv_layer2'], optimizer: 'sgd' });
afterAll(() => {
  whole.remove();
  frozen.remove();
});

const open = (options: Partial<TrainerOptions> = {}): Promise<NodeTrainer> =>
  createTrainer({ model: whole.training, threads: 1, ...options });

/** Clips of every label, `count` each: a square that moves in a direction of the label's. */
async function fill(trainer: NodeTrainer, count = 3, heldOut = false): Promise<void> {
  for (const [way, label] of trainer.info.labels.entries())
    for (let i = 0; i < count; i++)
      await trainer.addClip(moving(way, i + (heldOut ? 0.5 : 0)), label, { heldOut });
}

async function steps(trainer: NodeTrainer, options: FitOptions): Promise<TrainingStep[]> {
  const all: TrainingStep[] = [];
  for await (const step of trainer.fit(options)) all.push(step);
  return all;
}

/** `toEqual` takes minutes for a million bytes. */
const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const losses = (all: readonly TrainingStep[]): number[] => all.map(({ loss }) => loss);

describe('a trainer', () => {
  let trainer: NodeTrainer;
  beforeAll(async () => {
    trainer = await open({ labels: ['right', 'down', 'left', 'up'], seed: 5 });
    await fill(trainer);
    await fill(trainer, 1, true);
  });
  afterAll(() => trainer.close());

  test('says what it has opened', () => {
    expect(trainer.info).toMatchObject({
      network: 'ConvColumnSmall',
      labels: ['right', 'down', 'left', 'up'],
      optimizer: { optimizer: 'adamw' },
      freeze: [],
      prefix: false,
    });
    expect(trainer.info.parameters).toBeGreaterThan(10_000);
    expect(trainer.clips).toHaveLength(16);
    expect(trainer.clips.at(-1)).toEqual({ id: 16, label: 'up', heldOut: true });
    expect(trainer.progress).toEqual({ step: 0, epoch: 0 });
  });

  test('learns the motions, and tells the held-out clips apart', async () => {
    const before = await trainer.evaluate();
    const all = await steps(trainer, { epochs: 12, batchSize: 5, learningRate: 0.003 });
    // 12 clips: 5, 5 and 2.
    expect(all.slice(0, 3).map(({ clips, epochEnd }) => [clips, epochEnd])).toEqual([
      [5, false],
      [5, false],
      [2, true],
    ]);
    expect(all).toHaveLength(36);
    expect(all.map(({ step }) => step)).toEqual(all.map((_, i) => i + 1));
    expect(trainer.progress).toEqual({ step: 36, epoch: 12 });
    const after = await trainer.evaluate();
    expect(after.accuracy).toBe(1);
    expect(after.loss).toBeLessThan(before.loss / 2);
    expect(after.clips.map(({ predicted }) => predicted)).toEqual(trainer.info.labels);
    expect((await trainer.evaluate({ clips: 'trained on' })).clips).toHaveLength(12);
  });

  test('does no more than the epochs asked for', async () => {
    expect(await steps(trainer, { epochs: 12, batchSize: 5 })).toEqual([]);
    expect(await steps(trainer, { epochs: 13, batchSize: 5 })).toHaveLength(3);
  });

  test('gives its weights to a recognizer, as a file and while it runs', async () => {
    await using(await createRecognizer({ model: await trainer.toOnnx() }), async (opened) => {
      expect(opened.info.labels).toEqual(trainer.info.labels);
      const { clips } = await trainer.evaluate();
      const { probabilities } = await opened.predict(moving(0, 0.5));
      for (const [i, value] of probabilities.entries())
        expect(value).toBeCloseTo(clips[0]!.probabilities[i]!, 5);
    });
    await using(
      await createRecognizer({ model: join(whole.folder, 'net.train.inference.onnx') }),
      async (running) => {
        expect(running.labels).toEqual(['a', 'b', 'c']);
        let predicting = true;
        const during = (async () => {
          const seen: number[] = [];
          while (predicting) seen.push((await running.predict(moving(2, 0.5))).top.length);
          return seen;
        })();
        await trainer.applyTo(running);
        predicting = false;
        // Labels of the network before or of the one now, never a mixture.
        for (const seen of await during) expect([3, 4]).toContain(seen);
        expect(running.labels).toEqual(trainer.info.labels);
        expect((await running.predict(moving(2, 0.5))).top[0]!.label).toBe('left');
      },
    );
  });

  test('saves what the command line reads, with the same probabilities', async () => {
    const file = join(whole.folder, 'trained.safetensors');
    writeFileSync(file, await trainer.save());
    const { network, name, spec } = openModel(file);
    expect([name, spec.labels]).toEqual(['ConvColumnSmall', trainer.info.labels]);
    await using(await createRecognizer({ model: await trainer.toOnnx() }), async (recognizer) => {
      for (const way of [0, 1, 2, 3]) {
        const clip = writeClip(join(whole.folder, `clip-${way}`), 20, 60, 80, way);
        const expected = await predictClip({ network, spec }, clip);
        const { top } = await recognizer.predict(clip);
        for (const { label, probability } of expected) {
          const { score } = top.find((one) => one.label === label)!;
          expect(Math.abs(score - probability), label).toBeLessThan(1e-3);
        }
      }
    });
    network.dispose();
  });
});

describe('a training that is continued', () => {
  const options = { batchSize: 4, learningRate: 0.002, labelSmoothing: 0.1 };

  test('from a file is the same to the bit as one that was never stopped', async () => {
    const through = await open({ seed: 3 });
    await fill(through);
    const expected = await steps(through, { ...options, epochs: 3 });
    const first = await open({ seed: 3 });
    await fill(first);
    const seen: TrainingStep[] = [];
    // Within the second epoch.
    for await (const step of first.fit({ ...options, epochs: 3 })) {
      seen.push(step);
      if (step.step === 3) break;
    }
    const file = await first.save();
    await first.close();
    const second = await open({ seed: 0 });
    await fill(second);
    await second.load(file);
    expect(second.progress).toEqual({ step: 3, epoch: 1 });
    const rest = await steps(second, { ...options, epochs: 3 });
    expect(losses([...seen, ...rest])).toEqual(losses(expected));
    expect(isSame(await second.save(), await through.save())).toBe(true);
    await second.reset();
    expect(second.progress).toEqual({ step: 0, epoch: 0 });
    expect(losses(await steps(second, { ...options, epochs: 1 }))).toEqual(losses(expected.slice(0, 2)));
    await second.close();
    await through.close();
  });

  test('stops after the step in progress when its signal is aborted, and goes on from there', async () => {
    const trainer = await open();
    await fill(trainer);
    const controller = new AbortController();
    const run = async (): Promise<void> => {
      for await (const { step } of trainer.fit({ ...options, signal: controller.signal }))
        if (step === 1) controller.abort(new Error('enough'));
    };
    await expect(run()).rejects.toThrow('enough');
    expect(trainer.progress).toEqual({ step: 1, epoch: 0 });
    const [next] = await steps(trainer, { ...options, epochs: 1 });
    expect(next).toMatchObject({ step: 2, epoch: 1, clips: 5, epochEnd: true });
    await trainer.close();
  });

  test('begins with the weights of another file of the network', async () => {
    const trainer = await open();
    await fill(trainer);
    await steps(trainer, { ...options, epochs: 1 });
    await trainer.load(readFileSync(join(whole.folder, 'net.train.safetensors')));
    expect(trainer.progress).toEqual({ step: 0, epoch: 0 });
    const fresh = await open();
    const tensors = (file: Uint8Array): string => new TextDecoder('latin1').decode(file).slice(-100_000);
    expect(tensors(await trainer.save()) === tensors(await fresh.save())).toBe(true);
    await trainer.close();
    await fresh.close();
  });
});

test('frozen layers are computed once a clip, and the rest learns', async () => {
  const trainer = await createTrainer({ model: frozen.training, labels: ['one', 'two'], threads: 1 });
  expect(trainer.info).toMatchObject({ prefix: true, freeze: ['conv_layer1', 'conv_layer2'] });
  await fill(trainer, 3);
  const all = await steps(trainer, { epochs: 12, batchSize: 3, learningRate: 0.01 });
  expect(all.at(-1)!.loss).toBeLessThan(all[0]!.loss / 2);
  expect((await trainer.evaluate({ clips: 'trained on' })).clips).toHaveLength(6);
  const other = exportTraining(
    { freeze: ['conv_layer1', 'conv_layer2'], optimizer: 'sgd' },
    'ConvColumnSmall',
    9,
  );
  const stranger = await createTrainer({ model: other.training, labels: ['one', 'two'], threads: 1 });
  await expect(stranger.load(await trainer.save())).rejects.toThrow(
    /expected conv_layer1\S* as in the export, which does not train it, received another/,
  );
  await stranger.close();
  other.remove();
  await trainer.close();
});

test('leaves the event loop free while it trains', async () => {
  const trainer = await open();
  await fill(trainer);
  let turns = 0;
  let training = true;
  const count = (): void => {
    turns++;
    if (training) setImmediate(count);
  };
  count();
  const all = await steps(trainer, { epochs: 1 });
  training = false;
  // A loop that waits for steps turns a few times for each message.
  expect(turns).toBeGreaterThan(all.length * 200);
  await trainer.close();
});

describe('refuses', () => {
  let trainer: NodeTrainer;
  beforeAll(async () => {
    trainer = await open();
  });
  afterAll(() => trainer.close());

  test('a model without a training graph, and files of different exports', async () => {
    const model = exportTestModel('ConvColumnSmall');
    await expect(open({ model: model.onnx })).rejects.toThrow(
      /model\.onnx: expected a training graph, received a model for recognition; make one with kinora export RUN --format onnx-train$/,
    );
    await expect(open({ model: join(model.folder, 'none.onnx') })).rejects.toThrow(/received no such file/);
    await expect(open({ model: model.weights })).rejects.toThrow('expected the address of NAME.train.onnx');
    const file = (name: string): Uint8Array => readFileSync(join(whole.folder, name));
    const parts = { training: file('net.train.onnx'), inference: file('net.train.inference.onnx') };
    await expect(open({ model: { ...parts, weights: readFileSync(model.onnx) } })).rejects.toThrow(
      'the export, weights: expected a safetensors file',
    );
    await expect(
      open({
        model: { ...parts, inference: readFileSync(model.onnx), weights: file('net.train.safetensors') },
      }),
    ).rejects.toThrow(/the export, inference: expected \S+ of shape .*; use the files of one export/);
    await expect(open({ model: parts as never })).rejects.toThrow('expected model.weights');
    model.remove();
  });

  test('labels that are none, or that the network cannot take', async () => {
    await expect(open({ labels: ['one'] })).rejects.toThrow('labels: expected two or more different names');
    const tsn = exportTraining({}, 'TSNSmall');
    await expect(createTrainer({ model: tsn.training, labels: ['x', 'y'] })).rejects.toThrow(
      /expected the export's, a, b, c: its classes are not the rows of one trained linear layer, received x, y;.*--init-from/,
    );
    tsn.remove();
  });

  test('clips with another label, of one frame, and the same twice; those before stay', async () => {
    await trainer.addClip(moving(0, 0), 'a');
    await expect(trainer.addClip(moving(1, 0), 'd')).rejects.toThrow(
      'expected a label of a, b, c, received "d"; labels are set in createTrainer()',
    );
    await expect(trainer.addClip(moving(1, 0, 1), 'b')).rejects.toThrow(
      'expected a clip in which something changes, received 8 frames that are all the same',
    );
    await expect(trainer.addClip(moving(0, 0), 'b')).rejects.toThrow(
      'received the same as clip 1, "a"; record another one, or removeClip(1) first',
    );
    await expect(trainer.addPrepared(new Uint8Array(5), 'b')).rejects.toThrow(
      'pass what recognizer.prepare() returns',
    );
    expect(trainer.clips).toEqual([{ id: 1, label: 'a', heldOut: false }]);
  });

  test('more clips than memory, and keeps those that fit', async () => {
    const small = await open({ memory: 2.5 * 8 * 40 * 40 * 3 });
    await small.addClip(moving(0, 0), 'a');
    await small.addClip(moving(1, 0), 'b');
    await expect(small.addClip(moving(2, 0), 'c')).rejects.toThrow(
      /clips: expected at most 96000 bytes \(option memory\), received 115200; the 2 clips so far are kept/,
    );
    expect(await steps(small, { epochs: 1 })).toMatchObject([{ clips: 2 }]);
    await small.close();
  });

  test('to train on one class, to evaluate nothing, and impossible options', async () => {
    await expect(steps(trainer, {})).rejects.toThrow(
      'fit(): expected clips of at least two classes, received 1 of a',
    );
    await expect(trainer.evaluate()).rejects.toThrow('expected held-out clips, received none');
    await expect(steps(trainer, { batchSize: 1 })).rejects.toThrow(
      'at least 2, which batch norms need, received 1',
    );
    await expect(steps(trainer, { learningRate: Number.NaN })).rejects.toThrow('fit(), learningRate');
    await expect(open({ seed: -1 })).rejects.toThrow('seed: expected a whole number');
    await expect(trainer.removeClip(77)).rejects.toThrow('expected the id of one of 1 clips, received 77');
  });

  test('to go on from numbers that are none: the weights are those before the step', async () => {
    const wild = await open();
    await fill(wild);
    const before = await wild.save();
    await expect(steps(wild, { learningRate: 1e38, epochs: 5 })).rejects.toThrow(
      /expected finite numbers, received NaN or infinity in .*; choose a lower learningRate/,
    );
    expect(wild.progress.step).toBeLessThan(5);
    if (wild.progress.step === 0) expect(isSame(await wild.save(), before)).toBe(true);
    await wild.close();
  });

  test('files that are no training of this export, and changes nothing', async () => {
    const before = await trainer.save();
    await expect(trainer.load(new Uint8Array(3))).rejects.toThrow('expected a safetensors file');
    const other = await open({ labels: ['x', 'y'] });
    await expect(trainer.load(await other.save())).rejects.toThrow(
      'expected the labels a, b, c, received x, y',
    );
    await other.close();
    expect(isSame(await trainer.save(), before)).toBe(true);
  });

  test('a second training at the same time, and anything after close()', async () => {
    const busy = await open();
    await fill(busy, 1);
    const first = busy.fit();
    await first.next();
    await expect(steps(busy, {})).rejects.toThrow('expected one training at a time');
    await first.return();
    await busy.close();
    await expect(busy.addClip(moving(0, 0), 'a')).rejects.toThrow('expected an open trainer');
  });
});

async function using<T extends { close(): Promise<void> }>(
  thing: T,
  work: (thing: T) => Promise<void>,
): Promise<void> {
  try {
    await work(thing);
  } finally {
    await thing.close();
  }
}
