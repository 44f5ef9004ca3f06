/**
 * Invented signs, for networks whose features are to serve gestures that nobody has rendered. Each is a fixed choice of what
 * tells the signs of a sign language apart: shape of the hand, place, movement and orientation (Stokoe 1960; Battison 1978),
 * and whether one hand acts or both. None is meant to be a sign of an actual language.
 */
import { random } from '../random.js';
import { add, type Vec3 } from '../render/vector.js';
import { blend, type Pose, poses } from '../scene/hand.js';
import {
  drawEase,
  drawHold,
  type HandState,
  type Path,
  type Performance,
  type Setting,
} from '../scene/motion.js';

/** How many there are. */
export const signCount = 48;

/** Where a sign is made: relative to the middle of the gesturing space, or to the head. */
const places: readonly { readonly head: boolean; readonly at: Vec3 }[] = [
  { head: false, at: [0, 0, 0] },
  { head: false, at: [0, -0.55, -0.1] },
  { head: false, at: [-0.7, -0.1, -0.1] },
  { head: false, at: [0.5, -0.3, -0.2] },
  { head: true, at: [0, -0.65, 0.6] },
  { head: true, at: [-0.1, 0.35, 0.62] },
  { head: true, at: [-0.6, 0.05, 0.35] },
  { head: true, at: [-0.75, 0.7, 0.3] },
];

/** Offset, in hand lengths, and turn, in degrees, at phase `e` of a movement, from 0 to 1. */
type Movement = (e: number) => { readonly shift: Vec3; readonly roll?: number; readonly pitch?: number };

const line =
  (x: number, y: number, z: number): Movement =>
  (e) => ({ shift: [x * (2 * e - 1), y * (2 * e - 1), z * (2 * e - 1)] });
const circle =
  (rx: number, ry: number, rz: number, turns: number): Movement =>
  (e) => {
    const angle = 2 * Math.PI * turns * e;
    return { shift: [rx * Math.cos(angle), ry * Math.sin(angle), rz * Math.sin(angle)] };
  };
const wave = (e: number, cycles: number): number => Math.sin(2 * Math.PI * cycles * e);

const movements: readonly Movement[] = [
  () => ({ shift: [0, 0, 0] }),
  line(0.55, 0, 0),
  line(-0.55, 0, 0),
  line(0, 0.5, 0),
  line(0, -0.5, 0),
  line(0, 0, 0.6),
  line(0, 0, -0.6),
  line(0.4, 0.4, 0),
  line(-0.4, 0.4, 0),
  circle(0.28, 0.28, 0, 1.5),
  circle(0.28, -0.28, 0, 1.5),
  circle(0, 0.25, 0.4, 1.5),
  circle(0.3, 0, 0.4, 1.5),
  (e) => ({ shift: [0.25 * wave(e, 2.5), 0, 0] }),
  (e) => ({ shift: [0, 0.18 * wave(e, 2.5), 0] }),
  (e) => ({ shift: [0, 0, 0], roll: 35 * wave(e, 2.5) }),
  (e) => ({ shift: [0, 0, 0], pitch: 35 * wave(e, 2.5) }),
  (e) => ({ shift: [0.45 * (2 * e - 1), 0.14 * wave(e, 3), 0] }),
  (e) => ({ shift: [0, 0.45 * (1 - 2 * e), 0], roll: 70 * (2 * e - 1) }),
];

interface Sign {
  readonly from: Pose;
  readonly to: Pose;
  /** How often the hand changes between the two shapes. */
  readonly changes: number;
  readonly place: (typeof places)[number];
  readonly movement: Movement;
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  readonly other: 'none' | 'mirrored' | 'alternating' | 'base';
}

/** Sign number `k`: the same one in every data set. */
function signOf(k: number): Sign {
  const rng = random(0, 'sign', k);
  const shapes = Object.values(poses);
  const from = rng.pick(shapes);
  const changing = rng.chance(0.35);
  return {
    from,
    to: changing ? rng.pick(shapes) : from,
    changes: rng.pick([0.5, 0.5, 1, 2]),
    // Each place and most movements occur equally often.
    place: places[k % places.length]!,
    movement: movements[(5 * k + rng.integer(0, 2)) % movements.length]!,
    yaw: rng.pick([0, 0, 90, 180]),
    pitch: rng.pick([0, 0, 30, 60]),
    roll: rng.pick([0, 0, -40, 40, 80]),
    other: rng.pick(['none', 'none', 'mirrored', 'alternating', 'base'] as const),
  };
}

/** Draws a performance of sign number `k`. */
export function drawSign(k: number, setting: Setting): Performance {
  const { rng, side, vigour, anchors } = setting;
  const sign = signOf(k);
  const size = vigour * rng.between(0.75, 1.3);
  const eased = drawEase(rng);
  const repeats = rng.pick([1, 1, 2]);
  const scatter: Vec3 = [rng.normal(0, 0.1), rng.normal(0, 0.1), rng.normal(0, 0.08)];
  const drawHand = (of: 1 | -1, phase: number, moves: boolean): Path => {
    const hold = drawHold({ ...setting, side: of }, sign.from);
    const apart = sign.other === 'none' ? 0 : 0.38;
    const [x, y, z] = sign.place.at;
    // Offsets are those of a right hand, which is at the left of the picture.
    const at: Vec3 = [of * (x - apart), y, z];
    const center = add(sign.place.head ? anchors.head : hold.center, add(at, scatter));
    const difference = sign.to.map((angle, i) => angle - sign.from[i]!);
    return (u) => {
      const along = repeats === 1 ? eased(u) : 0.5 - 0.5 * Math.cos(2 * Math.PI * (repeats - 0.5) * u);
      const { shift, roll = 0, pitch = 0 } = moves ? sign.movement((along + phase) % 1.0001) : still;
      const open = 0.5 - 0.5 * Math.cos(2 * Math.PI * sign.changes * u);
      return {
        center: add(center, [of * size * shift[0], size * shift[1], size * shift[2]]),
        yaw: hold.yaw + sign.yaw,
        pitch: hold.pitch + sign.pitch + pitch,
        roll: hold.roll + of * (sign.roll + roll),
        pose: hold.pose.map((angle, i) => angle + open * difference[i]!),
      } satisfies HandState;
    };
  };
  const other = side === 1 ? -1 : 1;
  return {
    frames: rng.between(9, 22),
    hand: drawHand(side, 0, true),
    ...(sign.other === 'mirrored' && { other: drawHand(other, 0, true) }),
    ...(sign.other === 'alternating' && { other: drawHand(other, 0.5, true) }),
    ...(sign.other === 'base' && { other: drawHand(other, 0, false) }),
  };
}

const still: ReturnType<Movement> = { shift: [0, 0, 0] };

/** A pose that is none of the named ones. */
export const anyPose = (setting: Setting): Pose => {
  const shapes = Object.values(poses);
  return blend(setting.rng.pick(shapes), setting.rng.pick(shapes), setting.rng.between(0, 1));
};
