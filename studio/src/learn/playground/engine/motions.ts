/**
 * Clips drawn from a seed: a small hand that moves. Motions come in pairs, and the second of a pair is the first with its
 * frames in reverse order, so that no single frame, and no average over frames, can tell the two apart.
 */
import { SIDE } from './network.js';
import { gaussian, type Random, seeded } from './random.js';

export type MotionName = 'left-right' | 'up-down' | 'towards-away' | 'turning' | 'all';

/** A motion and, second, the same frames in reverse order. */
type Pair = readonly [string, string];

const PAIRS = {
  'left-right': ['right', 'left'],
  'up-down': ['down', 'up'],
  'towards-away': ['towards you', 'away'],
  turning: ['clockwise', 'anticlockwise'],
} as const satisfies Record<Exclude<MotionName, 'all'>, Pair>;

type PairName = keyof typeof PAIRS;

const pairsOf = (motion: MotionName): PairName[] =>
  motion === 'all' ? (Object.keys(PAIRS) as PairName[]) : [motion];

/** Names of the classes: 2k and 2k + 1 are a pair. */
export const classesOf = (motion: MotionName): string[] =>
  pairsOf(motion).flatMap((pair) => [...PAIRS[pair]]);

export type Augmentation = 'none' | 'mirror' | 'reverse';

export interface Clips {
  /** `[N, T, 24, 24]`, black 0 to white 1. */
  readonly pixels: Float32Array;
  /** Class of each clip. */
  readonly labels: readonly number[];
  readonly frames: number;
}

/** Clips of a batch: each is there in both orders. */
export const BATCH = 16;

/** The clips of a step. Half of them, chosen at random, are changed by the augmentation; labels stay as they are. */
export function batchOf(
  motion: MotionName,
  frames: number,
  augmentation: Augmentation,
  seed: number,
  step: number,
): Clips {
  const random = seeded(seed, step);
  const clips = inPairs(motion, frames, BATCH / 2, random);
  const size = frames * SIDE * SIDE;
  if (augmentation !== 'none')
    for (let n = 0; n < BATCH; n++) {
      const clip = clips.pixels.subarray(n * size, (n + 1) * size);
      if (random() < 0.5) augmentation === 'mirror' ? mirror(clip) : clip.set(reversed(clip, frames));
    }
  return clips;
}

/** Pairs for tests: never augmented, from a sequence that no batch uses. */
export const testClips = (motion: MotionName, frames: number, pairs: number): Clips =>
  inPairs(motion, frames, pairs, seeded(0x7e57, 0));

/** One clip and its reverse, to watch. */
export const pairToWatch = (motion: MotionName, frames: number, index: number): Clips =>
  inPairs(motion, frames, 1, seeded(0x3a7c, index), index);

/** Clips 2i and 2i + 1 are the same frames in opposite order. */
function inPairs(motion: MotionName, frames: number, count: number, random: Random, first = 0): Clips {
  const names = pairsOf(motion);
  const size = frames * SIDE * SIDE;
  const pixels = new Float32Array(2 * count * size);
  const labels: number[] = [];
  for (let i = 0; i < count; i++) {
    const pair = (first + i) % names.length;
    const clip = draw(names[pair]!, frames, random);
    pixels.set(clip, 2 * i * size);
    pixels.set(reversed(clip, frames), (2 * i + 1) * size);
    labels.push(2 * pair, 2 * pair + 1);
  }
  return { pixels, labels, frames };
}

export function reversed(clip: Float32Array, frames: number): Float32Array {
  const size = SIDE * SIDE;
  const result = new Float32Array(clip.length);
  for (let t = 0; t < frames; t++)
    result.set(clip.subarray(t * size, (t + 1) * size), (frames - 1 - t) * size);
  return result;
}

/** Left becomes right, in place. */
function mirror(clip: Float32Array): void {
  for (let row = 0; row < clip.length; row += SIDE) clip.subarray(row, row + SIDE).reverse();
}

interface Pose {
  x: number;
  y: number;
  scale: number;
  /** Radians, clockwise in the picture. */
  angle: number;
}

/**
 * One clip of a pair's first motion. What does not decide the class is drawn at random: the hand, its place, its speed, how
 * much it trembles, what stands still around it, the camera's noise.
 */
function draw(pair: PairName, frames: number, random: Random): Float32Array {
  const between = (low: number, high: number): number => low + (high - low) * random();
  const start: Pose = {
    x: between(9, 14),
    y: between(9.5, 14.5),
    scale: between(0.85, 1.15),
    angle: between(-0.5, 0.5),
  };
  const thumb = random() < 0.5 ? 1 : -1;
  const span = between(6, 12);
  const turn = between(1.6, 2.4);
  const growth = between(0.9, 1.25);
  const light = between(0.75, 1);
  const things = Array.from(
    { length: 2 },
    (): Thing => [between(0, SIDE), between(0, SIDE), between(1.5, 3.5), between(0.25, 0.6)],
  );
  if (pair === 'turning') start.angle = between(0, 2 * Math.PI);
  const pixels = new Float32Array(frames * SIDE * SIDE);
  for (let t = 0; t < frames; t++) {
    const moment = t / (frames - 1) - 0.5;
    const pose = { ...start, x: start.x + between(-0.6, 0.6), y: start.y + between(-0.6, 0.6) };
    if (pair === 'left-right') pose.x += span * moment;
    if (pair === 'up-down') pose.y += span * moment;
    if (pair === 'towards-away') pose.scale *= Math.exp(growth * moment);
    if (pair === 'turning') pose.angle += turn * moment;
    const frame = pixels.subarray(t * SIDE * SIDE, (t + 1) * SIDE * SIDE);
    for (const thing of things) paintThing(frame, thing);
    paintHand(frame, pose, thumb, light);
  }
  for (let i = 0; i < pixels.length; i++)
    pixels[i] = Math.min(1, Math.max(0, pixels[i]! + 0.05 + 0.06 * gaussian(random)));
  return pixels;
}

/** Segments with a width: from, to (in the hand's own coordinates, fingers upwards), radius. */
type Bone = readonly [x0: number, y0: number, x1: number, y1: number, radius: number];

const HAND: readonly Bone[] = [
  [-0.4, 0.9, 0.4, 0.9, 2.2],
  [-1.6, -0.6, -2.3, -3.8, 0.62],
  [-0.5, -0.9, -0.75, -4.9, 0.66],
  [0.6, -0.9, 0.85, -4.7, 0.66],
  [1.6, -0.5, 2.3, -3.5, 0.6],
];
const THUMB: Bone = [1.7, 1.1, 3.9, -0.5, 0.68];

/** No part of the hand is farther from its middle than this. */
const REACH = 6;

/** Something round that stands still. */
type Thing = readonly [x: number, y: number, radius: number, light: number];

function paintThing(frame: Float32Array, [cx, cy, radius, light]: Thing): void {
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const distance = Math.sqrt((x - cx) ** 2 + (y - cy) ** 2) - radius;
      cover(frame, y * SIDE + x, light, 0.5 - distance);
    }
}

/** Paints over what is behind. @param share of the pixel, clamped to [0, 1] */
function cover(frame: Float32Array, pixel: number, light: number, share: number): void {
  const part = Math.min(1, Math.max(0, share));
  frame[pixel] = frame[pixel]! * (1 - part) + light * part;
}

function paintHand(frame: Float32Array, pose: Pose, thumb: number, light: number): void {
  const [cos, sin] = [Math.cos(pose.angle) / pose.scale, Math.sin(pose.angle) / pose.scale];
  const reach = REACH * pose.scale;
  for (let y = Math.max(0, Math.ceil(pose.y - reach)); y < Math.min(SIDE, pose.y + reach); y++)
    for (let x = Math.max(0, Math.ceil(pose.x - reach)); x < Math.min(SIDE, pose.x + reach); x++) {
      const [dx, dy] = [x - pose.x, y - pose.y];
      const [u, v] = [(cos * dx + sin * dy) * thumb, cos * dy - sin * dx];
      let distance = distanceTo(THUMB, u, v);
      for (const bone of HAND) distance = Math.min(distance, distanceTo(bone, u, v));
      cover(frame, y * SIDE + x, light, 0.5 - distance * pose.scale);
    }
}

/** Below 0 inside. */
function distanceTo([x0, y0, x1, y1, radius]: Bone, x: number, y: number): number {
  const [ax, ay] = [x1 - x0, y1 - y0];
  const along = Math.min(1, Math.max(0, ((x - x0) * ax + (y - y0) * ay) / (ax * ax + ay * ay)));
  const [dx, dy] = [x - x0 - along * ax, y - y0 - along * ay];
  return Math.sqrt(dx * dx + dy * dy) - radius;
}
