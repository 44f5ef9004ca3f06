/**
 * Everything about one clip that does not change from frame to frame: who, where, in which light, with which camera,
 * and what the hands do when. A scene depends on (seed, person, take) and the *played* label only, so that a gesture
 * and its reverse share the same scenes.
 */
import type { PlayedLabel } from '../labels.js';
import { type Random, random } from '../random.js';
import type { Camera } from '../render/cones.js';
import { type Color, type Light, mixColor } from '../render/shading.js';
import { type Basis, normalize, type Vec3 } from '../render/vector.js';
import { type Anchors, anchorsOf, type Stance } from './body.js';
import { drawPerformance } from './gestures.js';
import { poses } from './hand.js';
import {
  drawTimeline,
  type HandState,
  handAt,
  type Performance,
  type Side,
  type Timeline,
} from './motion.js';
import { drawPerson, type Person } from './person.js';
import { paintRoom } from './room.js';

/** Height of Jester's frames in pixels; lengths in pixels are those of a picture of this height. */
export const frameHeight = 100;
/** Jester's frame rate, frames per second. */
export const frameRate = 12;

/** The imperfections of the camera, drawn per person: everyone has their own. */
export interface Sensor {
  /** Exposure time as a share of the time per frame. */
  readonly shutter: number;
  /** Standard deviation of the noise, in 8-bit levels; smaller pictures average more of it. */
  readonly noise: number;
  /** How much darker the corners are. */
  readonly vignette: number;
  /** Extra radius of the area that a pixel averages, in pixels. */
  readonly softness: number;
  readonly jpegQuality: number;
}

/** A slow, irregular movement: the sum of two sines, which looks the same backwards. */
export interface Sway {
  readonly amplitude: number;
  readonly rates: readonly [number, number];
  readonly phases: readonly [number, number];
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  /** Pixels per pixel of a picture that is `frameHeight` high. */
  readonly zoom: number;
  readonly person: Person;
  readonly stance: Stance;
  readonly anchors: Anchors;
  readonly camera: Camera;
  readonly sensor: Sensor;
  readonly light: Light;
  /** What is behind the person: linear RGB, `[height, width, 3]`. */
  readonly paintRoom: () => Float32Array;
  readonly side: Side;
  readonly performance: Performance;
  readonly timeline: Timeline;
  /** The gesturing hand and the other one at rest. */
  readonly rest: HandState;
  readonly otherRest: HandState;
  /** How far the mouth is open at time `t`, in [0, 1]; absent: closed. */
  readonly mouth?: (t: number) => number;
  readonly sways: { readonly x: Sway; readonly y: Sway; readonly tremor: Sway; readonly gain: Sway };
  /** The axes of the world as the camera sees them; absent: the world's own. */
  readonly view?: Basis;
  /** What moves behind the person, and what hides a part of them. */
  readonly behind?: Drawing;
  readonly inFront?: Drawing;
  readonly film?: Film;
}

/** Draws over a frame in linear light, RGB `[height, width, 3]`, at time `t` in frames. */
export type Drawing = (frame: Float32Array, width: number, height: number, t: number) => void;

/** What camera and light do over time. */
export interface Film {
  /** The moment that the frame at time `t` shows: an earlier one where a frame is shown twice. */
  readonly shown: (t: number) => number;
  /** Changes a frame in linear light, in place. */
  readonly take: Drawing;
}

/** Draws the scene of one take, for pictures of `height` pixels: another height shows the same scene. */
export function drawScene(
  seed: number,
  personId: number,
  take: number,
  label: PlayedLabel,
  height = frameHeight,
): Scene {
  const zoom = height / frameHeight;
  const person = drawPerson(seed, personId);
  const rng = random(seed, 'take', take);
  const studio = drawStudio(seed, personId, rng.integer(0, 1), height);
  const camera = drawCamera(studio, height, rng);
  const side: Side = rng.chance(person.rightHanded) ? 1 : -1;
  const stance = drawStance(rng);
  const anchors = anchorsOf(person, stance);
  const performance = drawPerformance(label, { rng, side, vigour: person.vigour, anchors });
  return {
    ...studio,
    height,
    zoom,
    person,
    stance,
    anchors,
    camera,
    side,
    performance,
    timeline: drawTimeline(performance.frames, person.pace, rng),
    rest: drawRest(stance, side, rng),
    otherRest: drawRest(stance, side === 1 ? -1 : 1, rng),
    sways: {
      x: drawSway(rng, zoom * (rng.chance(0.2) ? 5 : 1.6)),
      y: drawSway(rng, zoom * (rng.chance(0.15) ? 3 : 1)),
      tremor: drawSway(rng, 0.025),
      gain: drawSway(rng, 0.02),
    },
  };
}

interface Studio {
  readonly width: number;
  readonly scale: number;
  readonly light: Light;
  readonly paintRoom: () => Float32Array;
  readonly sensor: Sensor;
}

/** A person's camera and one of the two rooms they are filmed in. */
function drawStudio(seed: number, personId: number, roomNumber: number, height: number): Studio {
  const zoom = height / frameHeight;
  const rng = random(seed, 'camera', personId);
  const width = 2 * Math.round(zoom * rng.integer(66, 88));
  const scale = zoom * rng.between(41, 48);
  const sensor: Sensor = {
    shutter: rng.between(0.15, 0.6),
    noise: zoom * rng.between(0.6, 4.5),
    vignette: rng.between(0, 0.35),
    softness: zoom * rng.between(0.3, 1),
    jpegQuality: rng.integer(72, 93),
  };
  const light = drawLight(random(seed, 'light', personId, roomNumber));
  const room = () => paintRoom(width, height, zoom, random(seed, 'room', personId, roomNumber));
  return { width, scale, sensor, light, paintRoom: room };
}

function drawLight(rng: Random): Light {
  const warm: Color = mixColor([1.1, 0.98, 0.8], [0.9, 1, 1.14], rng.between(0, 1));
  const [key, ambient] = [rng.between(0.45, 0.95), rng.between(0.34, 0.6)];
  const direction: Vec3 = [rng.between(-0.9, 0.9), rng.between(0.05, 0.9), rng.between(0.45, 1)];
  return {
    direction: normalize(direction),
    key: [warm[0] * key, warm[1] * key, warm[2] * key],
    ambient: [ambient, ambient, ambient * 1.03],
  };
}

function drawCamera({ width, scale }: Studio, height: number, rng: Random): Camera {
  const shift = (3 * height) / frameHeight;
  return {
    scale: scale * rng.between(0.97, 1.05),
    distance: 3.2,
    centerX: width / 2 + rng.between(-shift, shift),
    centerY: height / 2 + rng.between(-shift, shift),
  };
}

/** Depth of the body relative to the hands, in hand lengths. */
const bodyDepth = -1.6;

function drawStance(rng: Random): Stance {
  return {
    head: [rng.between(-0.4, 0.4), rng.between(0.52, 0.95), bodyDepth + rng.between(-0.25, 0.1)],
    turn: rng.between(-16, 16),
    tilt: rng.normal(0, 4),
  };
}

function drawRest({ head }: Stance, side: Side, rng: Random): HandState {
  return {
    center: [head[0] - side * rng.between(0.25, 0.65), rng.between(-2.2, -1.75), rng.between(-0.7, -0.2)],
    yaw: rng.between(60, 120),
    pitch: rng.between(20, 60),
    roll: side * rng.between(-10, 25),
    pose: poses.relaxed,
  };
}

export function drawSway(rng: Random, amplitude: number): Sway {
  const rate = () => (2 * Math.PI * rng.between(0.15, 0.7)) / frameRate;
  const phase = () => rng.between(0, 2 * Math.PI);
  return { amplitude: rng.between(0, amplitude), rates: [rate(), 2.3 * rate()], phases: [phase(), phase()] };
}

/** The gesturing hand at time `t`, in frames. */
export function gestureHand({ performance, timeline, rest }: Scene, t: number): HandState {
  return performance.hand ? handAt(t, timeline, rest, performance.hand) : rest;
}

export const swayAt = ({ amplitude, rates, phases }: Sway, t: number): number =>
  amplitude * (0.7 * Math.sin(rates[0] * t + phases[0]) + 0.3 * Math.sin(rates[1] * t + phases[1]));
