import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Frames, mirrorFrames } from '@kinora/clip';
import { openClip, openModel, predictClip } from 'kinora';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportTestModel, LABELS, picture, writeClip } from './model.test.util.js';
import {
  createRecognizer,
  type NodeRecognizer,
  type Prediction,
  type Status,
  type TimedFrame,
} from './node.js';

const model = exportTestModel('ConvColumnSmall', true);
const clip = writeClip(join(model.folder, 'clip'), 40, 100, 150, 1);
let recognizer: NodeRecognizer;
beforeAll(async () => {
  recognizer = await createRecognizer({ model: model.onnx, threads: 1 });
});
afterAll(async () => {
  await recognizer.close();
  model.remove();
});

async function readWhole(folder: string): Promise<Frames> {
  const source = await openClip(folder);
  return source.read(Array.from({ length: source.count }, (_, i) => i));
}

/** Frames as a camera gives them, 30 a second and not quite on time. */
function* camera(count: number): Generator<TimedFrame> {
  for (let t = 0; t < count; t++)
    yield { data: picture(100, 150, t / 2.5, 2), height: 100, width: 150, time: 7 + t / 30 + (t % 3) / 400 };
}

describe('predict', () => {
  test('says what it opened', () => {
    expect(recognizer.info).toMatchObject({ network: 'ConvColumnSmall', labels: LABELS });
    expect(recognizer.backend).toEqual({ name: 'cpu', threads: 1, reason: 'onnxruntime-node' });
  });

  test('names every label, the likeliest first', async () => {
    const { top, probabilities, smoothed, features, filled } = await recognizer.predict(clip);
    expect(top.map(({ label }) => label).sort()).toEqual([...LABELS].sort());
    expect(top[0]!.score).toBe(Math.max(...probabilities));
    expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    expect([...smoothed]).toEqual([...probabilities]);
    expect([features.length, filled]).toEqual([128, 1]);
  });

  test('of the decoded frames is that of the folder', async () => {
    const frames = await readWhole(clip);
    const [a, b] = [await recognizer.predict(clip), await recognizer.predict(frames)];
    expect([...b.probabilities]).toEqual([...a.probabilities]);
  });

  test('of several prepared clips at once is that of each', async () => {
    const other = writeClip(join(model.folder, 'other'), 20, 100, 132, 3);
    const prepared = await Promise.all([recognizer.prepare(clip), recognizer.prepare(other)]);
    const [, second] = await recognizer.predictPrepared(Uint8Array.from([...prepared[0]!, ...prepared[1]!]));
    const alone = await recognizer.predict(other);
    for (const [i, value] of alone.probabilities.entries())
      expect(second!.probabilities[i]!).toBeCloseTo(value, 5);
  });

  test('mirrors what it is asked to, and leaves the frames of the caller alone', async () => {
    const frames = await readWhole(clip);
    const before = frames.data.slice();
    const turned = { ...frames, data: frames.data.slice() };
    mirrorFrames(turned);
    const expected = Buffer.from(await recognizer.prepare(turned));
    expect(expected.equals(await recognizer.prepare(frames, { mirror: true }))).toBe(true);
    expect(expected.equals(await recognizer.prepare(clip, { mirror: true }))).toBe(true);
    expect(expected.equals(await recognizer.prepare(clip))).toBe(false);
    expect(Buffer.from(frames.data).equals(before)).toBe(true);
  });

  test('gives out the maps of layers that are asked for', async () => {
    const layer = recognizer.info.layers!.find(({ path }) => path === 'conv_layer2.0')!;
    const { maps } = await recognizer.predict(clip, { maps: [layer.output] });
    expect(maps![layer.output]!.shape).toEqual(layer.shape);
    expect(new Set(maps![layer.output]!.data).size).toBeGreaterThan(1000);
  });

  test.each([
    [
      () => recognizer.predict('/no/such/clip'),
      /no\/such\/clip: expected a folder of JPEG frames or a video file/,
    ],
    [
      () => recognizer.predict({ data: new Uint8Array(5), count: 1, height: 2, width: 2 }),
      /expected 12 bytes, RGB of 1 frames of 2 x 2, received 5/,
    ],
    [
      () => recognizer.predict(clip, { maps: ['fc9'] }),
      /maps: expected outputs of the model \(logits, features, .*received fc9/,
    ],
    [
      () => recognizer.predictPrepared(new Uint8Array(7)),
      /prepared clips: expected a multiple of \d+ bytes, received 7/,
    ],
    [
      () => createRecognizer({ model: '/no/such.onnx' }),
      /^\/no\/such.onnx: expected an ONNX file, received no such file/,
    ],
    [() => createRecognizer({ model: model.weights }), /model.safetensors: expected an ONNX file/],
    [
      () => createRecognizer({ model: model.onnx, settings: { threshold: 2 } }),
      /settings.threshold: expected/,
    ],
  ] as const)('refuses bad input %#', async (ask, message) => {
    await expect(ask()).rejects.toThrow(message);
  });

  test('refuses a network that wants optical flow', async () => {
    const twoStream = exportTestModel('TwoStreamSmall');
    const opening = createRecognizer({ model: twoStream.onnx });
    await expect(opening).rejects.toThrow(
      /^TwoStreamSmall: expected a network that sees frames alone, .*wants flow/,
    );
    twoStream.remove();
  });

  test('refuses a graph that onnxruntime refuses', async () => {
    const damaged = new Uint8Array(readFileSync(model.onnx));
    // The type of a node: field 4, four bytes.
    const type = Buffer.from(damaged.buffer).indexOf('\x22\x04Conv');
    damaged.set(new TextEncoder().encode('Cnov'), type + 2);
    const file = join(model.folder, 'damaged.onnx');
    writeFileSync(file, damaged);
    await expect(createRecognizer({ model: file })).rejects.toThrow(
      /damaged.onnx: expected a network to run/,
    );
  });
});

describe('attach', () => {
  async function follow(source: string | Iterable<TimedFrame>, mirror = false) {
    const seen = {
      predictions: [] as Prediction[],
      states: [] as Status['state'][],
      gestures: [] as string[],
    };
    const offs = [
      recognizer.on('prediction', (prediction) => seen.predictions.push(prediction)),
      recognizer.on('status', ({ state }) => seen.states.push(state)),
      recognizer.on('gesture', ({ phase }) => seen.gestures.push(phase)),
      recognizer.on('error', (error) => {
        throw error;
      }),
    ];
    await recognizer.attach(source, { mirror }).ended;
    for (const off of offs) off();
    return seen;
  }

  test('mirrors a source that it is asked to', async () => {
    const turned = [...camera(60)].map((frame) => {
      const copy = { ...frame, count: 1, data: frame.data.slice() };
      mirrorFrames(copy);
      return copy;
    });
    const [asked, made] = [await follow(camera(60), true), await follow(turned)];
    const answers = ({ predictions }: typeof asked) => predictions.map(({ top }) => top[0]);
    expect(answers(asked)).toEqual(answers(made));
  });

  test('hands over the clips that it predicts, if it is asked to', async () => {
    const seen: Prediction[] = [];
    const off = recognizer.on('prediction', (prediction) => seen.push(prediction));
    await recognizer.attach(camera(60), { clips: true }).ended;
    off();
    expect(seen.length).toBeGreaterThan(2);
    for (const { clip, probabilities } of seen.slice(-2)) {
      const [again] = await recognizer.predictPrepared(clip!);
      for (const [i, probability] of again!.probabilities.entries())
        expect(probability).toBeCloseTo(probabilities[i]!, 5);
    }
    const { predictions } = await follow(camera(60));
    expect(predictions.every(({ clip }) => clip === undefined)).toBe(true);
  });

  test('predicts every stride, from what has been seen so far', async () => {
    const { predictions, states } = await follow(camera(120));
    // Four seconds at 12 ticks a second, one prediction every two of them.
    expect(predictions.length).toBe(24);
    expect(states).toEqual(['running', 'ended']);
    const span = (model.spec.frames * model.spec.stride) / model.spec.frameRate;
    expect(predictions[0]!.filled).toBeCloseTo(1 / 6 / span, 5);
    expect(predictions.at(-1)!.filled).toBe(1);
    expect(predictions[1]!.time - predictions[0]!.time).toBeCloseTo(1 / 6, 6);
  });

  test('sees, once its clip is full, exactly what predict sees of the same frames', async () => {
    const frames = [...camera(120)];
    const { predictions } = await follow(frames);
    const last = predictions.at(-1)!;
    const span = (model.spec.frames * model.spec.stride - 1) / model.spec.frameRate;
    const first = frames[0]!.time;
    // The ticks of the last clip, played as a video of their own.
    const ticks = Array.from({ length: 32 }, (_, k) => last.time - span + k / 12);
    const shown = ticks.map((tick) => frames.findLast(({ time }) => time <= tick + 1e-6) ?? frames[0]!);
    const data = new Uint8Array(32 * 100 * 150 * 3);
    for (const [i, frame] of shown.entries()) data.set(frame.data, i * 100 * 150 * 3);
    const whole = await recognizer.predict({ data, count: 32, height: 100, width: 150 });
    expect(last.time).toBeGreaterThan(first + span);
    expect([...last.probabilities]).toEqual([...whole.probabilities]);
  });

  test('follows other settings at once', async () => {
    recognizer.configure({ stride: 0.5, threshold: 0.01, hysteresis: 0, ignored: [] });
    const { predictions, gestures } = await follow(camera(90));
    recognizer.configure({ stride: 1 / 6, threshold: 0.6, hysteresis: 0.2, ignored: ['No gesture'] });
    expect(predictions.length).toBe(6);
    expect(gestures[0]).toBe('started');
    expect(gestures.filter((phase) => phase === 'started').length).toBe(
      gestures.filter((phase) => phase === 'ended').length,
    );
  });

  test('starts afresh when the clock goes back', async () => {
    const { predictions } = await follow([...camera(60), ...camera(30)]);
    expect(predictions.at(-1)!.filled).toBeLessThan(0.5);
  });

  test('a second source ends the first', async () => {
    let taken = 0;
    function* counted(): Generator<TimedFrame> {
      for (const frame of camera(1000)) {
        taken++;
        yield frame;
      }
    }
    const times: number[] = [];
    const off = recognizer.on('prediction', ({ time }) => times.push(time));
    const first = recognizer.attach(counted());
    const second = recognizer.attach(clip);
    await Promise.all([first.ended, second.ended]);
    off();
    expect(taken).toBeLessThan(1000);
    // The camera's clock starts at 7 s, which the clip of 40 frames does not reach.
    expect(times.length).toBeGreaterThan(0);
    expect(Math.max(...times)).toBeLessThan(7);
  });

  test('what cannot be read is an error event', async () => {
    const errors: Error[] = [];
    const off = recognizer.on('error', (error) => errors.push(error));
    await recognizer.attach('/no/such/clip').ended;
    off();
    expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(/no\/such\/clip: expected/)]);
  });
});

describe('a model that npm installs', () => {
  test('is opened by its name', async () => {
    const recognizer = await createRecognizer({ model: '@kinora/gestures', threads: 1 });
    expect(recognizer.labels).toHaveLength(27);
    const { top } = await recognizer.predict(clip);
    expect(top).toHaveLength(27);
    await recognizer.close();
  });

  test('is missed with the command that installs it', async () => {
    await expect(createRecognizer({ model: '@kinora/missing' })).rejects.toThrow(
      '@kinora/missing: expected a package that is installed, received none of this name; npm install @kinora/missing',
    );
  });

  test('must be one', async () => {
    await expect(createRecognizer({ model: '@kinora/clip' })).rejects.toThrow(
      /^@kinora\/clip: expected a package whose package\.json names a model as kinora\.onnx/,
    );
  });
});

test('agrees with the trainer', async () => {
  const trained = openModel(model.weights);
  const expected = await predictClip(trained, clip);
  const { top } = await recognizer.predict(clip);
  for (const { label, probability } of expected)
    expect(top.find((one) => one.label === label)!.score).toBeCloseTo(probability, 5);
  trained.network.dispose();
});
