// Recognises gestures in frames as they arrive, with an exported model: no libtorch, in browsers too.
import { frameAt } from '@kinora/clip';
import { createRecognizer, type TimedFrame } from '@kinora/recognizer';
import { renderClip } from 'kinora';

/** Stands in for a camera: 12 frames per second, each uint8 RGB [H, W, 3] with its time in seconds. */
async function* camera(): AsyncGenerator<TimedFrame> {
  const clip = renderClip({ seed: 0, person: 6, take: 2, label: 'Swiping Left' });
  for (let t = 0; t < clip.count; t++) yield { ...clip, data: frameAt(clip, t), time: t / 12 };
}

const recognizer = await createRecognizer({
  model: 'runs/gestures/gestures.onnx',
  settings: { stride: 0.5 },
});
recognizer.on('prediction', ({ time, top }) => console.log(`${time.toFixed(1)} s`, top[0]));
recognizer.on('gesture', ({ phase, label }) => console.log(phase, label));
recognizer.on('error', (error) => console.error(error.message));

await recognizer.attach(camera()).ended;
await recognizer.close();
