/** One synthetic clip, from its number to decoded frames. */
import type { Frames } from '../../clip/frames.js';
import { expose, vignetteMap } from './develop.js';
import { type GestureLabel, playback } from './labels.js';
import { type Canvas, createCanvas, openScene } from './picture.js';
import { random } from './random.js';
import { drawScene, frameRate, type Scene, swayAt } from './scene/scene.js';

/** What names a clip: the same request gives the same bytes. */
export interface ClipRequest {
  readonly seed: number;
  readonly person: number;
  /** Number of the take: place, light and movement are drawn anew for each. */
  readonly take: number;
  readonly label: GestureLabel;
}

export interface SyntheticClip extends Frames {
  /** Quality that this person's camera writes JPEG files with. */
  readonly jpegQuality: number;
}

/**
 * Renders a clip: uint8 RGB `[28-45, 100, 132-176, 3]` at 12 frames per second.
 *
 * @param noise false leaves the camera's noise out; then the clips of an order-only pair, of the same seed,
 *   person and take, are each other's frames in reverse order, exactly.
 */
export function renderClip(request: ClipRequest, { noise = true } = {}): SyntheticClip {
  const { played, reversed } = playback(request.label);
  const scene = drawScene(request.seed, request.person, request.take, played);
  const { width, height, sensor } = scene;
  const count = scene.timeline.frames;
  const draw = openScene(canvasFor(width, height), scene);
  const vignette = vignetteMap(width, height, sensor.vignette);
  const rng = random(request.seed, 'noise', request.take);
  const size = width * height * 3;
  const data = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    const t = reversed ? count - 1 - i : i;
    const frame = draw(t);
    const target = new Uint8ClampedArray(data.buffer, i * size, size);
    expose(frame, vignette, gainAt(scene, t), noise ? sensor.noise : 0, rng, target);
  }
  const times = Float64Array.from({ length: count }, (_, i) => i / frameRate);
  return { data, count, height, width, times, jpegQuality: sensor.jpegQuality };
}

const gainAt = (scene: Scene, t: number): number => 1 + swayAt(scene.sways.gain, t);

const canvases = new Map<number, Canvas>();

/** Buffers are kept per size: allocating them anew for every clip costs more than clearing them. */
function canvasFor(width: number, height: number): Canvas {
  const key = width * 1024 + height;
  const canvas = canvases.get(key) ?? createCanvas(width, height);
  canvases.set(key, canvas);
  return canvas;
}
