/**
 * One synthetic clip: from a request to decoded frames, and to a folder of JPEG files.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frames } from '@kinora/clip';
import { encodeJpeg } from '../decode/jpeg.js';
import { type GestureLabel, type PlayedLabel, playback } from './labels.js';
import { type Canvas, createCanvas, openScene } from './picture.js';
import { type Random, random } from './random.js';
import { expose, vignetteMap } from './render/image.js';
import { drawScene, frameHeight, frameRate, type Scene, swayAt } from './scene/scene.js';
import { drawWideScene } from './wide/scene.js';

/** Identifies a clip: the same request gives the same bytes. */
export interface ClipRequest {
  readonly seed: number;
  readonly person: number;
  /** Number of the take: room, light and movement are drawn anew for each. */
  readonly take: number;
  readonly label: GestureLabel;
  /** Of the frames, in pixels; any height shows the same scene. Default: 100, as in Jester. */
  readonly height?: number;
  /** Default: `jester`. */
  readonly variety?: Variety;
  /** With the wide variety, what is done in "Doing other things": one of `wideActivities`. */
  readonly activity?: string;
}

/** `jester`: people at one distance in front of calm walls, filmed well. `wide`: far wider ranges of everything. */
export const varieties = ['jester', 'wide'] as const;
export type Variety = (typeof varieties)[number];

export interface SyntheticClip extends Frames {
  /** JPEG quality of this person's camera, 1-100. */
  readonly jpegQuality: number;
}

/**
 * Renders a clip: uint8 RGB `[28-45, 100, 132-176, 3]` at 12 frames per second, or of another height in proportion.
 *
 * @param noise false leaves out the camera's noise: the clips of an order-only pair with the same seed, person and
 *   take then have exactly the same frames, in reverse order
 */
export function renderClip(request: ClipRequest, { noise = true } = {}): SyntheticClip {
  const { played, reversed } = playback(request.label);
  const scene = sceneOf(request, played);
  const count = scene.timeline.frames;
  const draw = openScene(canvasFor(scene.width, scene.height), scene);
  const rng = random(request.seed, 'noise', request.take);
  return exposeFrames(scene, count, rng, draw, { noise, reversed });
}

function sceneOf({ seed, person, take, height, variety, activity }: ClipRequest, played: PlayedLabel): Scene {
  if (variety === 'wide') return drawWideScene(seed, person, take, played, height, activity);
  return drawScene(seed, person, take, played, height);
}

/** Films `count` frames that `draw` returns in linear light, forwards or backwards in time. */
export function exposeFrames(
  scene: Scene,
  count: number,
  rng: Random,
  draw: (t: number) => Float32Array,
  { noise = true, reversed = false } = {},
): SyntheticClip {
  const { width, height, sensor, film } = scene;
  const vignette = vignetteMap(width, height, sensor.vignette);
  const size = width * height * 3;
  const data = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    const at = reversed ? count - 1 - i : i;
    const t = film === undefined ? at : film.shown(at);
    const frame = draw(t);
    film?.take(frame, width, height, t);
    const target = new Uint8ClampedArray(data.buffer, i * size, size);
    expose(frame, vignette, gainAt(scene, t), noise ? sensor.noise : 0, rng, target);
  }
  const times = Float64Array.from({ length: count }, (_, i) => i / frameRate);
  return { data, count, height, width, times, jpegQuality: sensor.jpegQuality };
}

const gainAt = (scene: Scene, t: number): number => 1 + swayAt(scene.sways.gain, t);

const canvases = new Map<number, Canvas>();

/** Buffers are kept per size: allocating them for every clip costs more than clearing them. */
export function canvasFor(width: number, height: number): Canvas {
  const key = width * 1024 + height;
  const canvas = canvases.get(key) ?? createCanvas(width, height);
  canvases.set(key, canvas);
  return canvas;
}

/** Name of an unfinished clip's folder. */
export const partialName = (id: string): string => `.${id}.partial`;

/**
 * Writes a clip as a folder of JPEG frames `00001.jpg ...`, under a temporary name that is renamed at the
 * end: a folder with a clip's name is a whole clip. Frames are not synced one by one, because they can be rendered again.
 */
export async function writeClip(
  folder: string,
  id: string,
  clip: SyntheticClip,
): Promise<{ frames: number; bytes: number }> {
  const partial = join(folder, partialName(id));
  const size = clip.height * clip.width * 3;
  // A camera halves the resolution of colour; a picture of its own made smaller still has it.
  const chroma = clip.height < frameHeight ? 'full' : 'half';
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial);
  try {
    let bytes = 0;
    const files = Array.from({ length: clip.count }, (_, i) => {
      const jpeg = encodeJpeg(clip.data.subarray(i * size, (i + 1) * size), clip, clip.jpegQuality, chroma);
      bytes += jpeg.length;
      return writeFile(join(partial, frameName(i)), jpeg);
    });
    await Promise.all(files);
    await rename(partial, join(folder, id));
    return { frames: clip.count, bytes };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** Frames are numbered from 1, as in Jester. */
const frameName = (index: number): string => `${String(index + 1).padStart(5, '0')}.jpg`;
