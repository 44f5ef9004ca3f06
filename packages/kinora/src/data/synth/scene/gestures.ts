/**
 * The gestures: the path of the hand for each played label, drawn anew for every clip. Lengths are in hand
 * lengths around the middle of the picture, angles in degrees, times in frames at 12 per second.
 * The second labels of the order-only pairs are absent on purpose: they are these, played backwards.
 */

import type { PlayedLabel } from '../labels.js';
import type { Random } from '../random.js';
import type { Vec3 } from '../render/vector.js';
import { drawActivity } from './activities.js';
import { blend, fingerOffset, type Pose, poses } from './hand.js';
import { drawEase, drawHold, type HandState, type Path, type Performance, type Setting } from './motion.js';

/** Draws what the hands do for a label. */
export function drawPerformance(label: PlayedLabel, setting: Setting): Performance {
  return gestures[label](setting);
}

const gestures: Readonly<Record<PlayedLabel, (setting: Setting) => Performance>> = {
  'Swiping Left': (s) => sideways(s, drawFlat(s), s.rng.between(0.44, 0.58), s.rng.between(6, 11)),
  'Swiping Down': (s) => downwards(s, drawFlat(s), s.rng.between(0.4, 0.52), s.rng.between(6, 11)),
  'Pushing Hand Away': (s) => towardsCamera(s, drawFlat(s)),
  'Sliding Two Fingers Left': (s) => sideways(s, drawTwo(s), s.rng.between(0.38, 0.52), s.rng.between(7, 12)),
  'Sliding Two Fingers Down': (s) =>
    downwards(s, drawTwo(s), s.rng.between(0.32, 0.46), s.rng.between(7, 12)),
  'Pushing Two Fingers Away': (s) => towardsCamera(s, drawTwo(s)),
  'Rolling Hand Forward': rolling,
  'Turning Hand Clockwise': turning,
  'Zooming In With Full Hand': (s) => opening(s, poses.bunched, poses.spread, s.rng.between(-10, 25)),
  'Zooming In With Two Fingers': (s) => opening(s, poses.pinched, poses.pinchOpen, s.rng.between(-5, 45)),
  'Thumb Up': (s) => thumb(s, 1),
  'Thumb Down': (s) => thumb(s, -1),
  'Shaking Hand': shaking,
  'Stop Sign': stopSign,
  'Drumming Fingers': drumming,
  'No gesture': ({ rng }) => ({ frames: rng.between(10, 24) }),
  'Doing other things': drawActivity,
};

const drawFlat = ({ rng }: Setting): Pose => blend(poses.flat, poses.open, rng.between(0.3, 1.3));

/** Index and middle finger together, or a little apart. */
const drawTwo = ({ rng }: Setting): Pose => blend(poses.two, poses.vee, rng.between(0, 1));

const moved = ({ center: [x, y, z] }: HandState, dx: number, dy: number, dz: number): Vec3 => [
  x + dx,
  y + dy,
  z + dz,
];

/** From right to left in the picture, on an arc about the elbow. */
function sideways(setting: Setting, pose: Pose, reach: number, frames: number): Performance {
  const { rng, side, vigour } = setting;
  const hold = drawHold(setting, pose);
  const eased = drawEase(rng);
  const yaw = hold.yaw + drawFacing(rng);
  const sag = rng.between(0, 0.16);
  const lean = rng.between(10, 40);
  const amplitude = reach * vigour;
  const roll = hold.roll * 0.5 - side * rng.between(0, 12);
  const hand: Path = (u) => {
    const x = 1 - 2 * eased(u);
    const center = moved(hold, amplitude * x, -sag * x * x, 0);
    return { ...hold, center, yaw, roll: roll - lean * x };
  };
  return { frames, hand };
}

/** Palm to the camera, its back, or the hand's edge. */
function drawFacing(rng: Random): number {
  return rng.pick([0, 0, 0, 0, 40, 180]) + rng.normal(0, 10);
}

/** From the top to the bottom of the picture. */
function downwards(setting: Setting, pose: Pose, reach: number, frames: number): Performance {
  const { rng, side, vigour } = setting;
  const hold = drawHold(setting, pose);
  const eased = drawEase(rng);
  const yaw = hold.yaw + rng.pick([0, 0, 180]);
  const roll = -side * rng.between(15, 85);
  const nod = rng.between(0, 26);
  const hand: Path = (u) => {
    const y = 1 - 2 * eased(u);
    return { ...hold, center: moved(hold, 0, reach * vigour * y, 0), yaw, roll, pitch: hold.pitch - nod * y };
  };
  return { frames, hand };
}

/** Away from the body: the hand grows. */
function towardsCamera(setting: Setting, pose: Pose): Performance {
  const { rng, vigour } = setting;
  const hold = drawHold(setting, pose);
  const eased = drawEase(rng);
  const [near, far] = [rng.between(0.55, 0.75) * vigour, rng.between(0.55, 0.85) * vigour];
  const drop = rng.between(-0.08, 0.12);
  const hand: Path = (u) => {
    const e = eased(u);
    return { ...hold, center: moved(hold, 0, drop * (0.5 - e), e * near - (1 - e) * far) };
  };
  return { frames: rng.between(7, 13), hand };
}

/** The flat hand, held sideways, circles a horizontal axis: over the top towards the camera. */
function rolling(setting: Setting): Performance {
  const { rng, side, vigour } = setting;
  const hold = drawHold(setting, blend(poses.flat, poses.relaxed, rng.between(0, 0.8)));
  const rounds = rng.between(1.5, 2.4);
  const frames = rounds * rng.between(8.5, 11.5);
  const start = rng.between(0, 2 * Math.PI);
  const [high, deep] = [rng.between(0.24, 0.34) * vigour, rng.between(0.48, 0.68) * vigour];
  const nod = rng.between(15, 38);
  const tilt = rng.between(10, 30);
  const yaw = hold.yaw + rng.pick([180, 180, 0]);
  const roll = -side * rng.between(50, 88);
  const hand: Path = (u) => {
    const angle = start + 2 * Math.PI * rounds * u;
    const center = moved(hold, 0, high * Math.cos(angle), deep * Math.sin(angle));
    return {
      ...hold,
      center,
      yaw: yaw + tilt * Math.cos(angle),
      roll,
      pitch: hold.pitch + nod * Math.sin(angle),
    };
  };
  return { frames, hand };
}

/** Turns a large knob on the screen, or the raised hand like the hand of a clock. */
function turning(setting: Setting): Performance {
  const { rng, vigour } = setting;
  const knob = rng.chance(0.5);
  const hold = drawHold(setting, knob ? poses.claw : blend(poses.open, poses.claw, rng.between(0, 0.7)));
  const eased = drawEase(rng);
  const half = rng.between(46, 68) * vigour;
  const pitch = hold.pitch + (knob ? rng.between(15, 42) : 0);
  const hand: Path = (u) => ({ ...hold, pitch, roll: hold.roll * 0.6 + half * (1 - 2 * eased(u)) });
  return { frames: rng.between(8, 14), hand };
}

/** The fingertips move apart. */
function opening(setting: Setting, closed: Pose, open: Pose, yaw: number): Performance {
  const { rng } = setting;
  const hold = drawHold(setting, closed);
  const eased = drawEase(rng);
  const difference = open.map((angle, i) => angle - closed[i]!);
  const hand: Path = (u) => {
    const e = eased(u);
    return { ...hold, yaw: hold.yaw + yaw, pose: hold.pose.map((angle, i) => angle + e * difference[i]!) };
  };
  return { frames: rng.between(6, 13), hand };
}

/** A fist with the thumb out; `up` is +1 or -1. */
function thumb(setting: Setting, up: 1 | -1): Performance {
  const { rng, side } = setting;
  const hold = drawHold(setting, poses.thumbOut);
  const yaw = (up > 0 ? 175 : 0) + rng.between(-15, 15) + hold.yaw;
  const pitch = rng.between(12, 58);
  const roll = -side * rng.between(68, 104);
  const [bob, beats] = [rng.chance(0.5) ? rng.between(0, 0.08) : 0, rng.integer(1, 3)];
  const hand: Path = (u) => {
    const dy = up * bob * Math.abs(Math.sin(Math.PI * beats * u));
    return { ...hold, center: moved(hold, 0, dy, 0), yaw, roll, pitch };
  };
  return { frames: rng.between(9, 20), hand };
}

/** The open hand waves from side to side, as if to say no. */
function shaking(setting: Setting): Performance {
  const { rng, vigour } = setting;
  const hold = drawHold(setting, drawFlat(setting));
  const frames = rng.between(14, 24);
  const waves = frames / rng.between(5, 7.5);
  const [sway, lean] = [rng.between(0.1, 0.22) * vigour, rng.between(10, 24) * vigour];
  const sign = rng.pick([-1, 1]);
  const hand: Path = (u) => {
    const x = sign * Math.sin(2 * Math.PI * waves * u) * Math.min(1, 8 * u, 8 * (1 - u));
    return { ...hold, center: moved(hold, sway * x, 0, 0), roll: hold.roll - lean * x };
  };
  return { frames, hand };
}

/** Palm to the camera, and still. */
function stopSign(setting: Setting): Performance {
  const { rng } = setting;
  const hold = drawHold(setting, drawFlat(setting));
  const z = rng.between(0, 0.35);
  return { frames: rng.between(10, 22), hand: () => ({ ...hold, center: moved(hold, 0, 0, z) }) };
}

/** A wave runs through the fingers of a hand that stays in place. */
function drumming(setting: Setting): Performance {
  const { rng, side } = setting;
  const hold = drawHold(setting, blend(poses.relaxed, poses.claw, rng.between(0, 0.6)));
  const across = rng.chance(0.6);
  const view = across
    ? { yaw: hold.yaw + 180, roll: -side * rng.between(40, 85), pitch: hold.pitch }
    : { yaw: hold.yaw, roll: hold.roll, pitch: rng.between(25, 60) };
  const frames = rng.between(14, 24);
  const waves = frames / rng.between(5, 8);
  const [lift, lag] = [rng.between(20, 34), rng.between(45, 80) * rng.pick([-1, 1])];
  const hand: Path = (u) => ({ ...hold, ...view, pose: drummed(hold.pose, 360 * waves * u, lift, lag) });
  return { frames, hand };
}

/** Each finger lifts and falls, `lag` degrees of the wave after its neighbour. */
function drummed(pose: Pose, phase: number, lift: number, lag: number): Pose {
  const angles = [...pose];
  for (let finger = 0; finger < 4; finger++) {
    const wave = Math.sin(((phase - finger * lag) * Math.PI) / 180);
    angles[fingerOffset(finger) + 1]! += lift * wave;
    angles[fingerOffset(finger) + 2]! += 0.4 * lift * wave;
  }
  return angles;
}
