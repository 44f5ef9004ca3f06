// What a stranger might write first with @kinora/clip: decoded frames become the network's input, and a wrong spec is one
// clear error.
import { strict as assert } from 'node:assert';
import {
  defaultSpec,
  type Frames,
  KinoraError,
  normaliseClip,
  type PreprocessSpec,
  parseSpec,
  prepareClip,
} from '@kinora/clip';

const frames: Frames = {
  data: new Uint8Array(18 * 200 * 264 * 3).fill(200),
  count: 18,
  height: 200,
  width: 264,
};
const spec: PreprocessSpec = defaultSpec(['Swiping Left', 'Swiping Right']);
const pixels: Uint8Array = prepareClip(frames, spec); // [T, H, W, 3]
const input: Float32Array = normaliseClip(pixels, spec.mean, spec.std); // [3, T, H, W]

assert.equal(input.length, 3 * spec.frames * spec.crop.height * spec.crop.width);
assert.ok(pixels.every((value) => value === 200));
assert.throws(() => parseSpec({ frames: 0 }), KinoraError);
