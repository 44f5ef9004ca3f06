// What a stranger might write first with @kinora/recognizer in Node: a model somebody exported, decoded frames, a label;
// and gestures of a running source. None of the optional packages is there.
import { strict as assert } from 'node:assert';
import {
  createRecognizer,
  type Gesture,
  type Prediction,
  type RecognizerError,
  type TimedFrame,
} from '@kinora/recognizer';

// And a model that npm installs.
const installed = await createRecognizer({ model: '@kinora/gestures' });
assert.equal(installed.labels.length, 27);
await installed.close();

const recognizer = await createRecognizer({
  model: '../model.onnx',
  settings: { threshold: 0.3, hysteresis: 0.1 },
});
const [height, width] = [100, 132];
const data = new Uint8Array(40 * height * width * 3).map((_, i) => i % 251);

const { top, probabilities }: Prediction = await recognizer.predict({ data, count: 40, height, width });
assert.deepEqual(top.map(({ label }) => label).sort(), ['Swiping Left', 'Swiping Right']);
assert.ok(Math.abs(probabilities[0]! + probabilities[1]! - 1) < 1e-6);

function* camera(): Generator<TimedFrame> {
  for (let t = 0; t < 60; t++)
    yield { data: data.subarray(0, height * width * 3), height, width, time: t / 30 };
}
const gestures: Gesture[] = [];
recognizer.on('gesture', (gesture) => gestures.push(gesture));
await recognizer.attach(camera()).ended;
assert.deepEqual(
  gestures.map(({ phase }) => phase),
  ['started', 'ended'],
);
await recognizer.close();

await assert.rejects(
  createRecognizer({ model: 'no-such.onnx' }),
  ({ code }: RecognizerError) => code === 'recognizer/model',
);
