/**
 * Draws the frames of a scene in linear light: the room, then the body as two cut-outs that sway (they are
 * rendered once per clip), then the arms that move, which are rendered anew in every frame.
 */

import { addHead } from './head.js';
import { addMovingLimbs, addRestingLimb, gestureHand, shoulderSway } from './limbs.js';
import { boundsOf, clearSurface, createSurface, drawCones, type Surface } from './raster.js';
import { Cones, project, projectCones } from './render/cones.js';
import {
  castShadow,
  clearLayer,
  createLayer,
  type Layer,
  overlay,
  overlayMoved,
  touch,
} from './render/image.js';
import { shade } from './render/shading.js';
import { along } from './render/vector.js';
import { addTorso } from './scene/body.js';
import { placeOf } from './scene/motion.js';
import { type Scene, swayAt } from './scene/scene.js';

/** Buffers of one picture size, used again for every frame. */
export interface Canvas {
  readonly surface: Surface;
  readonly cones: Cones;
  readonly hands: Layer;
  readonly torso: Layer;
  readonly head: Layer;
  /** The frame, linear RGB `[height, width, 3]`. */
  readonly frame: Float32Array;
}

export function createCanvas(width: number, height: number): Canvas {
  return {
    surface: createSurface(width, height),
    cones: new Cones(),
    hands: createLayer(width, height),
    torso: createLayer(width, height),
    head: createLayer(width, height),
    frame: new Float32Array(3 * width * height),
  };
}

/** Renders the cut-outs of the body; returns what draws frame `t` (any moment, in frames) into the canvas. */
export function openScene(canvas: Canvas, scene: Scene): (t: number) => Float32Array {
  const { frame, torso, head, hands } = canvas;
  const room = scene.paintRoom();
  const lamp = scene.light.direction;
  renderStill(canvas, torso, scene, (cones) => {
    addTorso(cones, scene.person, scene.stance);
    addRestingLimb(cones, scene);
  });
  renderStill(canvas, head, scene, (cones) => addHead(cones, scene.person, scene.stance));
  return (t) => {
    frame.set(room);
    const [x, y] = [swayAt(scene.sways.x, t), swayAt(scene.sways.y, t)];
    overlayMoved(frame, torso, shoulderSway[0] * x, shoulderSway[1] * y);
    overlayMoved(frame, head, x, y);
    renderHands(canvas, scene, t);
    castShadow(frame, hands, torso, Math.round(-8 * lamp[0]), Math.round(8 * lamp[1]), 0.35);
    overlay(frame, hands);
    return frame;
  };
}

/** Where samples lie within a pixel, from -0.5 to 0.5, in the order of time. */
type Grid = readonly (readonly [x: number, y: number])[];

const still: Grid = Array.from({ length: 16 }, (_, i) => [
  ((i % 4) - 1.5) / 4,
  (Math.floor(i / 4) - 1.5) / 4,
]);

/**
 * Each of n rows and columns of the pixel is hit once, and the diagonals too as evenly as can be: hands have edges
 * in all directions.
 */
const rooks = (n: number): Grid =>
  Array.from({ length: n }, (_, i) => [(i + 0.5) / n - 0.5, (((2 * i + 2) % (n + 1)) - 0.5) / n - 0.5]);

const [slow, fast] = [rooks(4), rooks(8)];

function renderStill(canvas: Canvas, layer: Layer, scene: Scene, build: (cones: Cones) => void): void {
  canvas.cones.clear();
  build(canvas.cones);
  projectCones(canvas.cones, scene.camera);
  clearLayer(layer);
  for (const [x, y] of still) addSample(canvas, layer, scene, x, y, still.length);
}

/** Samples are spread over the pixel and over the time that the shutter is open. */
function renderHands(canvas: Canvas, scene: Scene, t: number): void {
  const { cones, hands } = canvas;
  const { shutter } = scene.sensor;
  const grid = pathLength(scene, t) * shutter > 4 ? fast : slow;
  clearLayer(hands);
  for (const [i, [x, y]] of grid.entries()) {
    cones.clear();
    addMovingLimbs(cones, scene, t + shutter * ((i + 0.5) / grid.length - 0.5));
    projectCones(cones, scene.camera);
    addSample(canvas, hands, scene, x, y, grid.length);
  }
}

/** Draws the cones once more, beside the pixels' middles; a soft lens looks further aside. */
function addSample(canvas: Canvas, layer: Layer, scene: Scene, x: number, y: number, samples: number): void {
  const { surface, cones } = canvas;
  const { person, light, sensor } = scene;
  const region = boundsOf(cones, surface);
  const wide = 1 + sensor.softness;
  clearSurface(surface, region);
  drawCones(surface, cones, wide * x, wide * y);
  shade(layer.pixels, surface, cones, region, person.materials, light, 1 / samples);
  touch(layer, region);
}

/** How many pixels the tips of the fingers move in a frame's time. */
function pathLength(scene: Scene, t: number): number {
  const tip = (moment: number) => {
    const state = gestureHand(scene, moment);
    return project(scene.camera, along(state.center, placeOf(state, scene.side).basis[1], 0.4));
  };
  const [a, b] = [tip(t - 0.25), tip(t + 0.25)];
  return 2 * Math.hypot(a[0] - b[0], a[1] - b[1]);
}
