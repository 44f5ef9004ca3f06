/** What `kinora eval --stream` scores is what the recognizer detects: the same file, the same settings, the same gestures. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serialize } from '@kinora/torch';
import { encodeJpeg, evaluateLog, evaluateStreams, exportModel, openModel } from 'kinora';
import { afterAll, expect, test } from 'vitest';
import { exportTestModel, picture } from '../model.test.util.js';
import { createRecognizer, type Gesture } from '../node.js';

const model = exportTestModel();
afterAll(() => model.remove());
const [width, height, count] = [160, 120, 150];

/** A square that goes one way, then another. */
function writeStream(name: string): string {
  const folder = join(model.folder, name);
  mkdirSync(folder);
  for (let t = 0; t < count; t++)
    writeFileSync(
      join(folder, `${String(t + 1).padStart(5, '0')}.jpg`),
      encodeJpeg(picture(height, width, (t % 40) / 2, Math.floor(t / 40)), { height, width }, 95),
    );
  return folder;
}

test('the trainer detects what the recognizer does, with the temperature and settings of the model', async () => {
  const fitted = {
    temperature: 1.7,
    settings: { stride: 0.25, window: 0.4, threshold: 0.5, thresholds: { 'Thumb Up': 0.3 }, hysteresis: 0.1 },
  };
  const tuned = join(model.folder, 'tuned.safetensors');
  const tensors = serialize.loadSafetensors(model.weights);
  serialize.saveSafetensors(tuned, tensors, {
    spec: JSON.stringify(model.spec),
    postprocess: JSON.stringify(fitted),
  });
  for (const tensor of tensors.values()) tensor.dispose();
  const { file: onnx } = exportModel(tuned, { format: 'onnx', out: join(model.folder, 'tuned.onnx') });

  const stream = writeStream('stream');
  const recognizer = await createRecognizer({ model: onnx });
  expect(recognizer.info.postprocess).toEqual(fitted);
  expect(recognizer.settings).toMatchObject(fitted.settings);
  const log: Gesture[] = [];
  recognizer.on('gesture', (gesture) => log.push(gesture));
  await recognizer.attach(stream).ended;
  await recognizer.close();
  expect(log.length).toBeGreaterThan(1);

  const list = join(model.folder, 'streams.csv');
  writeFileSync(list, 'path,label,start,end\nstream,Stop Sign,1,3\nstream,Thumb Up,5,6.5\n');
  const opened = openModel(tuned);
  const { results } = await evaluateStreams(opened, list);
  opened.network.dispose();
  const ended = log.filter(({ phase }) => phase === 'ended');
  expect(results[0]!.detections.map(({ label }) => label)).toEqual(ended.map(({ label }) => label));
  for (const [i, { time, ended: over, score }] of results[0]!.detections.entries()) {
    expect(time).toBeCloseTo(ended[i]!.started, 6);
    expect(over).toBeCloseTo(ended[i]!.ended!, 6);
    expect(score).toBeCloseTo(ended[i]!.score, 3);
  }

  const logFile = join(model.folder, 'gestures.jsonl');
  writeFileSync(
    logFile,
    log.map((gesture) => `${JSON.stringify({ path: 'stream', ...gesture })}\n`).join(''),
  );
  const logged = await evaluateLog(logFile, list);
  const times = (detections: readonly { label: string; time: number }[]) =>
    detections.map(({ label, time }) => `${label} ${time.toFixed(4)}`);
  expect(times(logged.results[0]!.detections)).toEqual(times(results[0]!.detections));
});
