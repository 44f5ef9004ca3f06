/**
 * Draws the frames of a scene in linear light: the room, then torso and head as two layers that sway (rendered once
 * per clip), then the arms and hands that move, which are rendered anew for every frame.
 */
import {
  boundsOf,
  Cones,
  clearSurface,
  createSurface,
  drawCones,
  project,
  projectCones,
  type Surface,
  scaleAt,
  turnCones,
} from './render/cones.js';
import {
  castShadow,
  clearLayer,
  createLayer,
  type Layer,
  overlay,
  overlayMoved,
  touch,
} from './render/image.js';
import { materials, shade } from './render/shading.js';
import { add, along, transform, type Vec3 } from './render/vector.js';
import { addArm, addHead, addTorso } from './scene/body.js';
import { addHand, type HandPlace } from './scene/hand.js';
import { type HandState, handAt, type Prop, placeOf, type Side } from './scene/motion.js';
import { gestureHand, type Scene, swayAt } from './scene/scene.js';

/** Buffers of one picture size, reused for every frame. */
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

/** Renders the body once; returns a function that draws the frame at time `t` (in frames, fractions allowed) into the canvas. */
export function openScene(canvas: Canvas, scene: Scene): (t: number) => Float32Array {
  const { frame, torso, head, hands } = canvas;
  const room = scene.paintRoom();
  const lamp = scene.light.direction;
  const reach = 8 * scene.zoom;
  renderStill(canvas, torso, scene, (cones) => {
    addTorso(cones, scene.person, scene.stance);
    addRestingLimb(cones, scene);
  });
  renderStill(canvas, head, scene, (cones) => addHead(cones, scene.person, scene.stance));
  const headAt = scene.mouth === undefined ? () => head : speakingHead(canvas, scene, scene.mouth);
  return (t) => {
    frame.set(room);
    scene.behind?.(frame, scene.width, scene.height, t);
    const [x, y] = [swayAt(scene.sways.x, t), swayAt(scene.sways.y, t)];
    overlayMoved(frame, torso, shoulderSway[0] * x, shoulderSway[1] * y);
    overlayMoved(frame, headAt(t), x, y);
    renderHands(canvas, scene, t);
    castShadow(frame, hands, torso, Math.round(-reach * lamp[0]), Math.round(reach * lamp[1]), 0.35);
    overlay(frame, hands);
    scene.inFront?.(frame, scene.width, scene.height, t);
    return frame;
  };
}

/** Pictures of a mouth that opens. */
const MOUTHS = 3;

/** The head at time `t`, with one of a few openings of its mouth, which are drawn when they are first seen. */
function speakingHead(canvas: Canvas, scene: Scene, mouth: (t: number) => number): (t: number) => Layer {
  const open = new Map<number, Layer>();
  return (t) => {
    const level = Math.round(MOUTHS * mouth(t));
    if (level === 0) return canvas.head;
    const drawn = open.get(level);
    if (drawn !== undefined) return drawn;
    const layer = createLayer(canvas.head.width, canvas.head.height);
    renderStill(canvas, layer, scene, (cones) => addHead(cones, scene.person, scene.stance, level / MOUTHS));
    open.set(level, layer);
    return layer;
  };
}

/** Positions of the samples within a pixel, from -0.5 to 0.5, in order of time. */
type Grid = readonly (readonly [x: number, y: number])[];

const still: Grid = Array.from({ length: 16 }, (_, i) => [
  ((i % 4) - 1.5) / 4,
  (Math.floor(i / 4) - 1.5) / 4,
]);

/**
 * N-rooks sampling: one sample in each of n rows and columns, and the diagonals covered as evenly as possible, because
 * hands have edges in all directions.
 */
const rooks = (n: number): Grid =>
  Array.from({ length: n }, (_, i) => [(i + 0.5) / n - 0.5, (((2 * i + 2) % (n + 1)) - 0.5) / n - 0.5]);

const [slow, fast] = [rooks(4), rooks(8)];

function renderStill(canvas: Canvas, layer: Layer, scene: Scene, build: (cones: Cones) => void): void {
  canvas.cones.clear();
  build(canvas.cones);
  place(canvas.cones, scene);
  clearLayer(layer);
  for (const [x, y] of still) addSample(canvas, layer, scene, x, y, still.length);
}

/** Projects the cones, in place, as the camera sees them. */
function place(cones: Cones, { view, camera }: Scene): void {
  if (view !== undefined) turnCones(cones, view);
  projectCones(cones, camera);
}

/** Spreads the samples over the pixel and over the exposure time. */
function renderHands(canvas: Canvas, scene: Scene, t: number): void {
  const { cones, hands } = canvas;
  const { shutter } = scene.sensor;
  const grid = pathLength(scene, t) * shutter > 4 ? fast : slow;
  clearLayer(hands);
  for (const [i, [x, y]] of grid.entries()) {
    cones.clear();
    addMovingLimbs(cones, scene, t + shutter * ((i + 0.5) / grid.length - 0.5));
    place(cones, scene);
    addSample(canvas, hands, scene, x, y, grid.length);
  }
}

/** Draws the cones once more, offset from the pixel centres; further for a soft lens. */
function addSample(canvas: Canvas, layer: Layer, scene: Scene, x: number, y: number, samples: number): void {
  const { surface, cones } = canvas;
  const { person, light, sensor } = scene;
  const region = boundsOf(cones, surface);
  const wide = 1 + sensor.softness;
  clearSurface(surface, region);
  drawCones(surface, cones, wide * x, wide * y);
  shade(layer.pixels, surface, cones, region, person.materials, light, 1 / samples, scene.zoom);
  touch(layer, region);
}

/** How far the fingertips move, in pixels per frame. */
function pathLength(scene: Scene, t: number): number {
  const tip = (moment: number) => {
    const state = gestureHand(scene, moment);
    return project(scene.camera, along(state.center, placeOf(state, scene.side).basis[1], 0.4));
  };
  const [a, b] = [tip(t - 0.25), tip(t + 0.25)];
  return 2 * Math.hypot(a[0] - b[0], a[1] - b[1]);
}

const opposite = (side: Side): Side => (side === 1 ? -1 : 1);

/** Share of the head's sway that the shoulders follow, horizontally and vertically. */
const shoulderSway = [0.45, 0.3] as const;

/** Adds what moves: the gesturing arm, and the other one if it takes part. */
function addMovingLimbs(cones: Cones, scene: Scene, t: number): void {
  const { performance, timeline, otherRest, side } = scene;
  addLimb(cones, scene, gestureHand(scene, t), side, t);
  if (performance.other) {
    addLimb(cones, scene, handAt(t, timeline, otherRest, performance.other), opposite(side), t);
  }
}

/** Adds an arm that does not take part: it is drawn once, with the body. */
function addRestingLimb(cones: Cones, scene: Scene): void {
  if (!scene.performance.other) addLimb(cones, scene, scene.otherRest, opposite(scene.side));
}

/** @param t time for sway and tremor; without it there is neither */
function addLimb(cones: Cones, scene: Scene, state: HandState, side: Side, t?: number): void {
  const { person, anchors, sways, performance } = scene;
  const shake: Vec3 =
    t === undefined ? [0, 0, 0] : [swayAt(sways.tremor, t), swayAt(sways.tremor, 1.7 * t + 40), 0];
  const place = placeOf({ ...state, center: add(state.center, shake) }, side);
  const shoulder = side === 1 ? anchors.shoulder.right : anchors.shoulder.left;
  const pole: Vec3 = [-0.45 * side, -1, 0.15];
  const root = t === undefined ? shoulder : add(shoulder, shoulderShift(scene, t));
  addArm(cones, root, place.wrist, place.basis, pole, person.arm);
  addHand(cones, state.pose, place, person.hand);
  if (performance.prop && side === scene.side) addProp(cones, performance.prop, place);
}

/** How the sway of the body moves a shoulder, in world units. */
function shoulderShift({ sways, camera, stance }: Scene, t: number): Vec3 {
  const pixel = 1 / scaleAt(camera, stance.head[2]);
  return [shoulderSway[0] * swayAt(sways.x, t) * pixel, -shoulderSway[1] * swayAt(sways.y, t) * pixel, 0];
}

/** Adds what the hand carries, in the axes of the hand. */
function addProp(cones: Cones, prop: Prop, { wrist, basis }: HandPlace): void {
  const at = (p: Vec3): Vec3 => add(wrist, transform(basis, p));
  if (prop === 'cup') cones.push(at([0.22, 0.4, 0.2]), 0.17, at([-0.2, 0.4, 0.2]), 0.14, materials.prop);
  else {
    for (const x of [-0.08, 0, 0.08]) {
      cones.push(at([x, 0.2, 0.13]), 0.035, at([x, 0.85, 0.13]), 0.035, materials.prop, basis[2], 2);
    }
  }
}
