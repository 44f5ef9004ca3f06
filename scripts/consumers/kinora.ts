// What a stranger might write first with kinora: a folder of JPEG frames becomes the network's input, and a clip that is
// not there is one clear error.
import { strict as assert } from 'node:assert';
import { mkdirSync, writeFileSync } from 'node:fs';
import {
  type ClipSource,
  defaultSpec,
  encodeJpeg,
  type Frames,
  KinoraError,
  openClip,
  openModel,
  type PreprocessSpec,
  prepareClip,
  samplePositions,
} from 'kinora';

const size = { height: 100, width: 132 };
mkdirSync('clip');
for (let frame = 1; frame <= 20; frame++) {
  const pixels = new Uint8Array(size.height * size.width * 3).fill(10 * frame);
  writeFileSync(`clip/${String(frame).padStart(5, '0')}.jpg`, encodeJpeg(pixels, size));
}

const spec: PreprocessSpec = defaultSpec(['Swiping Left', 'Swiping Right']);
const clip: ClipSource = await openClip('clip');
const frames: Frames = await clip.read(samplePositions(clip.count, spec));
const input: Uint8Array = prepareClip(frames, spec); // [T, H, W, 3]

assert.equal(clip.count, 20);
assert.equal(input.length, spec.frames * spec.crop.height * spec.crop.width * 3);
assert.ok(Math.abs(Number(input[0]) - 10) <= 1, 'the first frame, as dark as it was written');
assert.ok(Math.abs(Number(input.at(-1)) - 200) <= 2, 'the last one, repeated');
await assert.rejects(openClip('no-such-clip'), KinoraError);

const model = openModel('@kinora/gestures');
assert.equal(model.spec.labels.length, 27);
model.network.dispose();
