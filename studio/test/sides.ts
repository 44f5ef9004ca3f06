/**
 * For tests only: a film of a person with a bright thing at one hand, and a network that says at which, whether its clips show
 * people as a camera does or as a mirror does.
 */
import { join } from 'node:path';
import {
  defaultSpec,
  type Frames,
  frameAt,
  mirrorFrames,
  type PreprocessSpec,
  prepareClip,
} from '@kinora/clip';
import { fromTypedArray, inferenceMode, manualSeed, noGrad, serialize } from '@kinora/torch';
import { findNetwork } from '../../packages/kinora/dist/index.js';
import { networkInputs } from '../../packages/kinora/dist/model/input.js';

/** The performer's own, as in every label. */
export const SIDES = ['Left hand', 'Right hand'] as const;
export type Side = (typeof SIDES)[number];

/** Of still pictures: what the others see of a film without motion is nothing. */
export const SIDE_NETWORK = 'SingleFrameSmall';
/** Logit of a film's side; the other one's is its negative. */
const SURE = 8;

const [HEIGHT, WIDTH, FRAMES] = [96, 128, 12];

/** What a camera films: the performer's left is at the right of its picture. Every frame is the same, so that time does not matter. */
export function filmOf(side: Side): Frames {
  const data = new Uint8Array(FRAMES * HEIGHT * WIDTH * 3).fill(60);
  const from = side === 'Left hand' ? WIDTH / 2 : 0;
  for (let row = 0; row < FRAMES * HEIGHT; row++) {
    const start = (row * WIDTH + from) * 3;
    data.fill(220, start, start + (WIDTH / 2) * 3);
  }
  return { data, count: FRAMES, height: HEIGHT, width: WIDTH };
}

/** Which side of these pictures is bright. */
export function brightSide({ data, width }: Pick<Frames, 'data' | 'width'>): 'left' | 'right' {
  let difference = 0;
  for (let p = 0; p < data.length / 3; p++) difference += (p % width < width / 2 ? 1 : -1) * data[3 * p]!;
  return difference > 0 ? 'left' : 'right';
}

/** Where the hand is in the pictures that a network gets of a performer. */
export const placeOf = (side: Side, mirrored: boolean): 'left' | 'right' =>
  (side === 'Left hand') === mirrored ? 'left' : 'right';

/**
 * Writes the weights of such a network. Its features are those of random convolutions; its last layer is the plane halfway
 * between the features of the two films, so that what it answers is no question of training.
 */
export function writeSideNetwork(folder: string, mirrored: boolean): string {
  const spec: PreprocessSpec = {
    ...defaultSpec(SIDES),
    ...{ frames: 1, stride: 1, resize: { rule: 'height', height: 48 }, crop: { height: 42, width: 42 } },
    mirrored,
  };
  manualSeed(7);
  const network = findNetwork(SIDE_NETWORK).build(SIDES.length, [1, 42, 42]);
  network.eval();
  const [left, right] = SIDES.map((side) => {
    const film = filmOf(side);
    if (mirrored) mirrorFrames(film);
    const clips = prepareClip({ ...film, count: 1, data: frameAt(film, 0) }, spec);
    const inputs = networkInputs({ clips, shape: [1, 1, 42, 42] }, spec, 'cpu');
    return inferenceMode(() => network.call(...inputs).features.toTypedArray() as Float32Array);
  }) as [Float32Array, Float32Array];
  const apart = left.map((value, f) => value - right[f]!);
  const scale = SURE / apart.reduce((sum, value) => sum + value * value, 0);
  const plane = apart.map((value) => value * scale);
  const middle = plane.reduce((sum, value, f) => sum + (value * (left[f]! + right[f]!)) / 2, 0);
  const [weight, bias] = network.parameters().slice(-2);
  noGrad(() => {
    const rows = Float32Array.of(...plane, ...plane.map((value) => -value));
    weight!.copy_(fromTypedArray(rows, [2, plane.length]));
    bias!.copy_(fromTypedArray(Float32Array.of(-middle, middle), [2]));
  });
  const file = join(folder, `sides-${mirrored ? 'mirrored' : 'camera'}.safetensors`);
  serialize.saveSafetensors(file, network.stateDict(), { spec: JSON.stringify(spec) });
  network.dispose();
  return file;
}
