/**
 * Draws the frames of a scene in linear light: the room, then the body as two cut-outs that sway (they are
 * rendered once per clip), then arms and hands, which are rendered anew in every frame.
 */
import { addArm } from './arm.js';
import { addHead, addTorso } from './body.js';
import { Cones, project, projectCones } from './cones.js';
import { addHand } from './hand.js';
import { type HandState, placeOf, type Side } from './motion.js';
import { addProp } from './props.js';
import { boundsOf, clearSurface, createSurface, drawCones, type Region, type Surface } from './raster.js';
import { type Scene, swayAt } from './scene.js';
import { type Layer, shade } from './shade.js';
import { handAt } from './timeline.js';
import { add, along, type Vec3 } from './vector.js';

/** Buffers of one picture size, used again for every frame. */
export interface Canvas {
  readonly surface: Surface;
  readonly cones: Cones;
  readonly hands: Layer;
  /** Where `hands` is not empty. */
  readonly touched: Region;
  readonly torso: Layer;
  readonly head: Layer;
  /** The frame, linear RGB `[height, width, 3]`. */
  readonly frame: Float32Array;
}

export function createCanvas(width: number, height: number): Canvas {
  const layer = () => new Float32Array(4 * width * height);
  return {
    surface: createSurface(width, height),
    cones: new Cones(),
    hands: layer(),
    touched: { left: 0, top: 0, right: 0, bottom: 0 },
    torso: layer(),
    head: layer(),
    frame: new Float32Array(3 * width * height),
  };
}

/** Renders the cut-outs of the body; returns what draws frame `t` (any moment, in frames) into the canvas. */
export function openScene(canvas: Canvas, scene: Scene): (t: number) => Float32Array {
  const torso = renderBody(canvas, canvas.torso, scene, addTorso);
  const head = renderBody(canvas, canvas.head, scene, addHead);
  return (t) => {
    canvas.frame.set(scene.room);
    const [x, y] = [swayAt(scene.sways.x, t), swayAt(scene.sways.y, t)];
    overlay(canvas, canvas.torso, torso, 0.45 * x, 0.3 * y);
    overlay(canvas, canvas.head, head, x, y);
    const hands = renderHands(canvas, scene, t);
    overlay(canvas, canvas.hands, hands, 0, 0);
    return canvas.frame;
  };
}

function renderBody(canvas: Canvas, layer: Layer, scene: Scene, build: typeof addTorso): Region {
  const { surface, cones } = canvas;
  cones.clear();
  build(cones, scene.person, scene.stance);
  projectCones(cones, scene.camera);
  const region = boundsOf(cones, surface);
  layer.fill(0);
  for (let i = 0; i < 16; i++) {
    clearSurface(surface, region);
    drawCones(surface, cones, ((i % 4) - 1.5) / 4, (Math.floor(i / 4) - 1.5) / 4);
    shade(layer, surface, cones, region, scene.person.materials, scene.light, 1 / 16);
  }
  return region;
}

/** Positions of samples within a pixel: each row and column is hit once, whatever moves in between. */
const grids = [4, 8].map((n) =>
  Array.from({ length: n }, (_, i) => [(i + 0.5) / n - 0.5, (((3 * i + 1) % n) + 0.5) / n - 0.5] as const),
);

/** Samples spread over the pixel and over the time that the shutter is open. */
function renderHands(canvas: Canvas, scene: Scene, t: number): Region {
  const { surface, cones, hands, touched } = canvas;
  const { shutter } = scene.sensor;
  const grid = pathLength(scene, t) * shutter > 4 ? grids[1]! : grids[0]!;
  clearLayer(canvas);
  for (const [i, [x, y]] of grid.entries()) {
    buildHands(cones, scene, t + shutter * ((i + 0.5) / grid.length - 0.5));
    const region = boundsOf(cones, surface);
    clearSurface(surface, region);
    drawCones(surface, cones, x, y);
    shade(hands, surface, cones, region, scene.person.materials, scene.light, 1 / grid.length);
    include(touched, region);
  }
  return touched;
}

/** How many pixels the hand moves in a frame's time. */
function pathLength(scene: Scene, t: number): number {
  const { performance, timeline, rest, camera, side } = scene;
  if (performance.hand === undefined) return 0;
  const tip = (moment: number) => {
    const state = handAt(moment, timeline, rest, performance.hand!);
    const { basis } = placeOf(state, side);
    return project(camera, along(state.center, basis[1], 0.4));
  };
  const [a, b] = [tip(t - 0.25), tip(t + 0.25)];
  return 2 * Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function buildHands(cones: Cones, scene: Scene, t: number): void {
  const { performance, timeline, rest, otherRest, side } = scene;
  const { hand, other } = performance;
  cones.clear();
  addLimb(cones, scene, hand ? handAt(t, timeline, rest, hand) : rest, side, t);
  addLimb(cones, scene, other ? handAt(t, timeline, otherRest, other) : otherRest, side === 1 ? -1 : 1, t);
  projectCones(cones, scene.camera);
}

function addLimb(cones: Cones, scene: Scene, state: HandState, side: Side, t: number): void {
  const { person, anchors, sways } = scene;
  const shake: Vec3 = [swayAt(sways.tremor, t), swayAt(sways.tremor, 1.7 * t + 40), 0];
  const place = placeOf({ ...state, center: add(state.center, shake) }, side);
  const shoulder = side === 1 ? anchors.shoulder.right : anchors.shoulder.left;
  const pole: Vec3 = [-0.6 * side, -1, 0.2];
  addArm(cones, shoulder, place.wrist, place.basis, pole, person.arm);
  addHand(cones, state.pose, place, person.hand);
  if (scene.performance.prop && side === scene.side) addProp(cones, scene.performance.prop, place);
}

function clearLayer({ hands, touched, surface: { width, height } }: Canvas): void {
  for (let y = touched.top; y < touched.bottom; y++) {
    hands.fill(0, 4 * (y * width + touched.left), 4 * (y * width + touched.right));
  }
  Object.assign(touched, { left: width, top: height, right: 0, bottom: 0 });
}

function include(all: Region, one: Region): void {
  all.left = Math.min(all.left, one.left);
  all.top = Math.min(all.top, one.top);
  all.right = Math.max(all.right, one.right);
  all.bottom = Math.max(all.bottom, one.bottom);
}

/** Lays a layer over the frame, moved by (dx, dy) pixels, between pixels by bilinear interpolation. */
function overlay({ frame, surface }: Canvas, layer: Layer, region: Region, dx: number, dy: number): void {
  const { width, height } = surface;
  const [sx, sy] = [Math.floor(-dx), Math.floor(-dy)];
  const [fx, fy] = [-dx - sx, -dy - sy];
  const [w00, w10, w01, w11] = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy];
  const { left, top, right, bottom } = grow(region, Math.ceil(Math.max(Math.abs(dx), Math.abs(dy))), surface);
  for (let y = top; y < bottom; y++) {
    const y0 = Math.min(height - 1, Math.max(0, y + sy)) * width;
    const y1 = Math.min(height - 1, Math.max(0, y + sy + 1)) * width;
    for (let x = left; x < right; x++) {
      const x0 = Math.min(width - 1, Math.max(0, x + sx));
      const x1 = Math.min(width - 1, Math.max(0, x + sx + 1));
      const [a, b, c, d] = [4 * (y0 + x0), 4 * (y0 + x1), 4 * (y1 + x0), 4 * (y1 + x1)];
      const alpha = w00 * layer[a + 3]! + w10 * layer[b + 3]! + w01 * layer[c + 3]! + w11 * layer[d + 3]!;
      if (alpha <= 0) continue;
      const at = 3 * (y * width + x);
      for (let k = 0; k < 3; k++) {
        const color = w00 * layer[a + k]! + w10 * layer[b + k]! + w01 * layer[c + k]! + w11 * layer[d + k]!;
        frame[at + k] = frame[at + k]! * (1 - alpha) + color;
      }
    }
  }
}

function grow(r: Region, by: number, { width, height }: Surface): Region {
  return {
    left: Math.max(0, r.left - by),
    top: Math.max(0, r.top - by),
    right: Math.min(width, r.right + by),
    bottom: Math.min(height, r.bottom + by),
  };
}
