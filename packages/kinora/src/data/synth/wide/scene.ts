/**
 * A scene of the wide variety: the scene of a clip, drawn again with people, clothes, cameras, light, rooms and timing from
 * far wider ranges. It is for networks that are to work, or to serve as a beginning, on videos of real people, who do not sit
 * at one distance in front of a plain wall. The played label decides nothing but what the hands do.
 */
import type { GestureLabel, PlayedLabel } from '../labels.js';
import { type Random, random } from '../random.js';
import { type materialNames, materialSize, materials } from '../render/shading.js';
import { add, type Basis, degrees, normalize, type Vec3 } from '../render/vector.js';
import { anchorsOf, type Stance } from '../scene/body.js';
import { drawPerformance } from '../scene/gestures.js';
import { poses } from '../scene/hand.js';
import {
  drawTimeline,
  type HandState,
  type Path,
  type Performance,
  type Setting,
  type Side,
  type Timeline,
} from '../scene/motion.js';
import type { Person } from '../scene/person.js';
import { drawScene, drawSway, frameHeight, type Scene } from '../scene/scene.js';
import { drawWideActivity } from './activities.js';
import { drawFilm } from './film.js';
import { anyColor, drawBehind, drawInFront, paintWideRoom } from './room.js';
import { anyPose } from './signs.js';

/** Draws the scene of one take. @param activity what is done in "Doing other things": one of `wideActivities` */
export function drawWideScene(
  seed: number,
  personId: number,
  take: number,
  label: PlayedLabel,
  height = frameHeight,
  activity?: string,
): Scene {
  const base = drawScene(seed, personId, take, label, height);
  const { zoom } = base;
  const rng = random(seed, 'wide', personId, take);
  const person = varyPerson(base.person, random(seed, 'wide', personId), rng);
  // Hand lengths of 26 to 50 pixels; a quarter of the takes shows people further away, down to the whole body.
  const [near, far] = rng.chance(0.75) ? [50, 26] : [26, 15];
  const scale = Math.exp(rng.between(Math.log(far), Math.log(near)));
  const stance = drawStance(rng);
  const anchors = anchorsOf(person, stance);
  const side: Side = base.side;
  const setting: Setting = { rng, side, vigour: person.vigour * rng.between(0.75, 1.3), anchors };
  const rest = drawRest(stance, side, rng);
  const otherRest = drawRest(stance, side === 1 ? -1 : 1, rng);
  const performance = drawWhat(label, activity, setting, rest, otherRest);
  const timeline = shiftTimeline(
    drawTimeline(performance.frames, person.pace * Math.exp(rng.between(-0.4, 0.4)), rng),
    rng,
  );
  const { width } = base;
  const studio = rng.integer(0, 3);
  const behind = drawBehind(rng, zoom, timeline.frames);
  const inFront = drawInFront(rng, zoom);
  // The further away the camera, the further from its middle people may be.
  const off = zoom * Math.min(24, Math.max(4, 42 - 0.8 * scale));
  const body = rng.pick([1, 1, 3, 7]);
  return {
    ...base,
    person,
    stance,
    anchors,
    side,
    performance,
    timeline,
    rest,
    otherRest,
    camera: {
      scale: zoom * scale,
      distance: rng.between(2.4, 8),
      centerX: width / 2 + rng.between(-off, off),
      centerY: height / 2 + rng.between(-0.7 * off, 0.7 * off),
    },
    view: drawView(rng),
    sensor: {
      shutter: rng.between(0.05, 0.95),
      noise: zoom * rng.between(0, 7),
      vignette: rng.between(0, 0.5),
      softness: zoom * rng.between(0.1, 2.2),
      jpegQuality: rng.integer(30, 95),
    },
    light: drawLight(rng),
    paintRoom: () => paintWideRoom(width, height, zoom, random(seed, 'wideRoom', personId, studio)),
    ...(rng.chance(0.3) && { mouth: drawTalk(rng) }),
    sways: {
      x: drawSway(rng, (zoom * body * scale) / 40),
      y: drawSway(rng, (0.6 * zoom * body * scale) / 40),
      tremor: drawSway(rng, 0.04),
      gain: drawSway(rng, 0.01),
    },
    ...(behind && { behind }),
    ...(inFront && { inFront }),
    film: drawFilm(rng, zoom, timeline.frames),
  };
}

/** Proportions and colours of the person, and clothes of the take. */
function varyPerson(person: Person, own: Random, rng: Random): Person {
  const table = Float32Array.from(person.materials);
  const paint = (name: (typeof materialNames)[number], color: readonly number[]) => {
    const at = materials[name] * materialSize;
    for (let c = 0; c < 3; c++) table[at + c] = table[at + 3 + c] = color[c]!;
  };
  const tint = [0, 1, 2].map(() => Math.exp(own.normal(0, 0.1)));
  for (const name of ['skin', 'limb', 'nail', 'crease', 'lips'] as const) {
    const at = materials[name] * materialSize;
    for (let c = 0; c < 6; c++) table[at + c] = Math.min(1, table[at + c]! * tint[c % 3]!);
  }
  if (own.chance(0.25)) paint('hair', anyColor(own, 0.005, 0.7));
  const shirt = anyColor(rng);
  paint('shirt', shirt);
  paint('sleeve', rng.chance(0.8) ? shirt : anyColor(rng));
  paint('collar', rng.chance(0.5) ? shirt : anyColor(rng));
  const pattern = rng.chance(0.35) ? rng.between(0.15, 0.9) : 0;
  for (const name of ['shirt', 'sleeve'] as const) table[materials[name] * materialSize + 7] = pattern;
  if (rng.chance(0.03)) for (const name of ['skin', 'nail', 'crease'] as const) paint(name, anyColor(rng));
  const build = own.between(0.8, 1.3);
  return {
    ...person,
    materials: table,
    hand: {
      fingerLength: own.between(0.85, 1.18),
      thickness: own.between(0.8, 1.3),
      palmWidth: own.between(0.85, 1.2),
    },
    arm: {
      upperLength: own.between(1.4, 1.8),
      foreLength: own.between(1.2, 1.5),
      thickness: build * own.between(0.75, 1.2),
      sleeve: rng.chance(0.5) ? rng.between(1.3, 1.95) : rng.between(0, 1.3),
    },
    head: { ...person.head, size: own.between(0.85, 1.15), width: own.between(0.85, 1.1) },
    shoulders: own.between(0.78, 1.25),
    waist: 6,
    vigour: own.between(0.75, 1.3),
    pace: own.between(0.75, 1.35),
  };
}

function drawStance(rng: Random): Stance {
  const still = rng.chance(0.7);
  return {
    head: [rng.normal(0, 0.3), rng.between(0.4, 1.1), rng.between(-2.1, -1.2)],
    turn: still ? rng.between(-20, 20) : rng.between(-55, 55),
    tilt: rng.normal(0, 7),
  };
}

/** The camera looks from a side, from above or below, or is tilted: the axes of the world as it sees them. */
function drawView(rng: Random): Basis {
  const [yaw, pitch, roll] = [rng.normal(0, 11), rng.normal(0, 8), rng.normal(0, 3)].map(
    (a) => a * degrees,
  ) as [number, number, number];
  const turn = ([x, y, z]: Vec3): Vec3 => {
    const [x1, z1] = [Math.cos(yaw) * x + Math.sin(yaw) * z, -Math.sin(yaw) * x + Math.cos(yaw) * z];
    const [y2, z2] = [Math.cos(pitch) * y - Math.sin(pitch) * z1, Math.sin(pitch) * y + Math.cos(pitch) * z1];
    return [Math.cos(roll) * x1 - Math.sin(roll) * y2, Math.sin(roll) * x1 + Math.cos(roll) * y2, z2];
  };
  return [turn([1, 0, 0]), turn([0, 1, 0]), turn([0, 0, 1])];
}

function drawLight(rng: Random): Scene['light'] {
  const warmth = rng.between(-1, 1);
  const color = [1 + 0.22 * warmth, 1, 1 - 0.3 * warmth] as const;
  const [key, ambient] = [rng.between(0.15, 1.1), rng.between(0.2, 0.75)];
  return {
    direction: normalize([rng.between(-1, 1), rng.between(-0.3, 1), rng.between(0.2, 1)]),
    key: [color[0] * key, color[1] * key, color[2] * key],
    ambient: [ambient * Math.exp(rng.normal(0, 0.08)), ambient, ambient * Math.exp(rng.normal(0, 0.08))],
  };
}

/** In the lap, at the side, on a desk, in front of the body, or out of the picture. */
function drawRest({ head }: Stance, side: Side, rng: Random): HandState {
  const [x, y, z] = head;
  const places: readonly Vec3[] = [
    [x - side * rng.between(0.1, 0.65), rng.between(-2.2, -1.6), rng.between(-0.9, -0.2)],
    [x - side * rng.between(0.7, 1.4), y - rng.between(3.2, 4), z + rng.between(-0.2, 0.4)],
    [x - side * rng.between(0.1, 0.9), rng.between(-1.7, -1), rng.between(-0.6, 0.4)],
    [x - side * rng.between(1.5, 2.8), rng.between(-2.2, -0.8), rng.between(-0.6, 0.3)],
  ];
  return {
    center: rng.pick(places),
    yaw: rng.between(30, 150),
    pitch: rng.between(0, 70),
    roll: side * rng.between(-25, 60),
    pose: rng.chance(0.6) ? poses.relaxed : rng.pick([poses.fist, poses.flat, poses.grip]),
  };
}

const alike = new Set<GestureLabel>([
  'Pushing Hand Away',
  'Rolling Hand Forward',
  'Zooming In With Full Hand',
  'Zooming In With Two Fingers',
  'Thumb Up',
  'Thumb Down',
  'Shaking Hand',
  'Stop Sign',
  'Drumming Fingers',
]);

function drawWhat(
  label: PlayedLabel,
  activity: string | undefined,
  setting: Setting,
  rest: HandState,
  otherRest: HandState,
): Performance {
  const { rng, side } = setting;
  const fidgets = rng.chance(0.3) ? { other: fidget(otherRest, rng) } : {};
  if (label === 'Doing other things') {
    const done =
      activity === undefined ? drawPerformance(label, setting) : drawWideActivity(activity, setting);
    return done.other === undefined ? { ...done, ...fidgets } : done;
  }
  if (label === 'No gesture')
    return { frames: rng.between(10, 30), ...(rng.chance(0.5) && { hand: fidget(rest, rng) }), ...fidgets };
  const played = drawPerformance(label, setting);
  const { hand } = played;
  if (hand === undefined) return played;
  const two = alike.has(label) && rng.chance(0.1);
  const aside = two ? 0.55 : 0;
  const offset: Vec3 = [
    rng.normal(0, 0.28) - side * aside,
    Math.max(-0.8, Math.min(0.4, rng.normal(-0.12, 0.3))),
    rng.normal(0, 0.12),
  ];
  const turn = { yaw: rng.normal(0, 9), pitch: rng.normal(0, 8), roll: rng.normal(0, 7) };
  const bent = played.frames > 0 ? poses.flat.map(() => rng.normal(0, 4)) : [];
  const path: Path = (u) => {
    const state = hand(u);
    return {
      center: add(state.center, offset),
      yaw: state.yaw + turn.yaw,
      pitch: state.pitch + turn.pitch,
      roll: state.roll + turn.roll,
      pose: state.pose.map((angle, i) => angle + bent[i]!),
    };
  };
  if (two) return { ...played, hand: path, other: mirrored(path) };
  return { ...played, hand: path, ...fidgets };
}

const mirrored =
  (path: Path): Path =>
  (u) => {
    const state = path(u);
    const [x, y, z] = state.center;
    return { ...state, center: [-x, y, z], roll: -state.roll };
  };

/** A hand that is not quite still. */
function fidget(rest: HandState, rng: Random): Path {
  const size = rng.between(0.02, 0.3);
  const [a, b, c] = [rng.between(0.3, 2.5), rng.between(0.3, 2.5), rng.between(0, 1)];
  const turn = rng.between(0, 35);
  const pose = rng.chance(0.5) ? rest.pose : anyPose({ rng } as Setting);
  return (u) => ({
    ...rest,
    pose,
    center: add(rest.center, [
      size * Math.sin(2 * Math.PI * (a * u + c)),
      size * Math.sin(2 * Math.PI * b * u),
      0.5 * size * Math.cos(2 * Math.PI * a * u),
    ]),
    roll: rest.roll + turn * Math.sin(2 * Math.PI * b * u),
  });
}

/** Earlier or later in the clip; now and then the hand is up when the clip begins, or still up when it ends. */
function shiftTimeline(timeline: Timeline, rng: Random): Timeline {
  const by = rng.between(-5, 5);
  const moved = {
    rise: timeline.rise + by,
    raised: timeline.raised + by,
    start: timeline.start + by,
    end: timeline.end + by,
    fall: timeline.fall + by,
    fallen: timeline.fallen + by,
    frames: timeline.frames,
  };
  const far = 10;
  return {
    ...moved,
    ...(rng.chance(0.15) && { rise: -far, raised: -far + 1 }),
    ...(rng.chance(0.15) && { fall: moved.frames + far, fallen: moved.frames + far + 1 }),
  };
}

function drawTalk(rng: Random): (t: number) => number {
  const [rate, phase] = [rng.between(1.2, 2.6), rng.between(0, 6.3)];
  const [pause, shift] = [rng.between(0.1, 0.4), rng.between(0, 6.3)];
  return (t) => (Math.sin(pause * t + shift) < -0.4 ? 0 : 0.5 - 0.5 * Math.cos(rate * t + phase));
}
