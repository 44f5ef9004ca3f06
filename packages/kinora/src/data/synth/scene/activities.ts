/**
 * "Doing other things": what people do in front of a camera other than gestures. Each activity is drawn anew for
 * every clip and looks like none of the 25 gestures.
 */

import { add, mix, type Vec3 } from '../render/vector.js';
import { blend, type Pose, poses } from './hand.js';
import { drawHold, type HandState, type Path, type Performance, type Setting } from './motion.js';

type Activity = (setting: Setting) => Performance;

export const drawActivity: Activity = (setting) => setting.rng.pick(Object.values(activities))(setting);

/** Held near the head: further back than gestures are. */
function atHead(setting: Setting, offset: Vec3, pose: Pose): HandState {
  return { ...drawHold(setting, pose), center: add(setting.anchors.head, offset) };
}

const wave = (u: number, cycles: number): number => Math.sin(2 * Math.PI * cycles * u);

const scratchHead: Activity = (setting) => {
  const { rng, side } = setting;
  const spot: Vec3 = [-side * rng.between(0.25, 0.5), rng.between(0.3, 0.6), rng.between(0.3, 0.45)];
  const hold = atHead(setting, spot, poses.claw);
  const cycles = rng.between(2, 4);
  const hand: Path = (u) => ({
    ...hold,
    center: add(hold.center, [0, 0.07 * wave(u, cycles), 0]),
    yaw: 175,
    roll: -side * 35,
  });
  return { frames: rng.between(12, 22), hand };
};

const rubFace: Activity = (setting) => {
  const { rng, side } = setting;
  const spot: Vec3 = [-side * rng.between(0.05, 0.25), rng.between(-0.5, -0.1), rng.between(0.55, 0.7)];
  const hold = atHead(setting, spot, poses.grip);
  const cycles = rng.between(1, 3);
  const hand: Path = (u) => ({
    ...hold,
    center: add(hold.center, [0.1 * wave(u, cycles), 0.03 * wave(u, 2 * cycles), 0]),
    yaw: 190,
    roll: -side * 20,
  });
  return { frames: rng.between(12, 22), hand };
};

const drink: Activity = (setting) => {
  const { rng, side } = setting;
  const low = { ...drawHold(setting, poses.grip), yaw: 105, roll: -side * 25, pitch: 20 };
  const mouth = add(setting.anchors.head, [-side * 0.28, -0.42, 0.7]);
  const hand: Path = (u) => {
    const t = Math.sin(Math.PI * u) ** 0.7;
    return { ...low, center: mix(low.center, mouth, t), roll: low.roll + side * 18 * t, pitch: 20 + 15 * t };
  };
  return { frames: rng.between(14, 22), hand, prop: 'cup' };
};

const telephone: Activity = (setting) => {
  const { rng, side } = setting;
  const hold = { ...drawHold(setting, poses.grip), yaw: 180, pitch: rng.between(-10, 25) };
  const ear = add(setting.anchors.head, [-side * 0.55, -0.1, 0.2]);
  const atEar = rng.chance(0.5);
  const hand: Path = (u) => ({
    ...hold,
    center: add(atEar ? ear : hold.center, [0.03 * wave(u, 1.3), 0.02 * wave(u, 2), 0]),
  });
  return { frames: rng.between(14, 22), hand, prop: 'telephone' };
};

const drawInAir: Activity = (setting) => {
  const { rng } = setting;
  const hold = drawHold(setting, poses.point);
  const [rounds, radius] = [rng.between(1.5, 2.6) * rng.pick([-1, 1]), rng.between(0.22, 0.36)];
  const hand: Path = (u) => {
    const offset: Vec3 = [radius * wave(u, rounds), radius * wave(u + 0.25 / rounds, rounds), 0.2];
    return { ...hold, center: add(hold.center, offset) };
  };
  return { frames: rng.between(14, 24), hand };
};

const count: Activity = (setting) => {
  const hold = drawHold(setting, poses.fist);
  const steps = [poses.fist, poses.point, poses.two, poses.open, poses.fist];
  const hand: Path = (u) => {
    const at = Math.min(3.999, 4 * u);
    const step = Math.floor(at);
    const t = Math.min(1, 2.5 * (at - step));
    return { ...hold, pose: blend(steps[step]!, steps[step + 1]!, t) };
  };
  return { frames: setting.rng.between(18, 26), hand };
};

const shakeFist: Activity = (setting) => {
  const { rng, side } = setting;
  const hold = drawHold(setting, poses.fist);
  const cycles = rng.between(2, 3.5);
  const hand: Path = (u) => ({
    ...hold,
    center: add(hold.center, [0, 0.3 * wave(u, cycles), 0]),
    yaw: 60,
    roll: -side * 10,
  });
  return { frames: rng.between(13, 22), hand };
};

const okSign: Activity = (setting) => {
  const hold = { ...drawHold(setting, poses.ring), yaw: setting.rng.between(-10, 35) };
  return { frames: setting.rng.between(10, 20), hand: () => hold };
};

/** The hand reaches below the lower edge of the picture, as if to a keyboard. */
const reachDown: Activity = (setting) => {
  const { rng } = setting;
  const hold = { ...drawHold(setting, poses.relaxed), pitch: 65 };
  const [x, cycles] = [rng.between(-0.5, 0.5), rng.between(1.5, 4)];
  const hand: Path = (u) => ({
    ...hold,
    center: [x + 0.06 * wave(u, cycles * 0.6), -0.75 + 0.08 * wave(u, cycles), 0.75],
  });
  return { frames: rng.between(12, 22), hand };
};

/** Both hands meet in front of the chest. */
const clap: Activity = (setting) => {
  const { rng, side } = setting;
  const claps = rng.between(2, 4);
  const hold = { ...drawHold(setting, poses.flat), yaw: 82 };
  const y = rng.between(-0.35, 0.05);
  const gap = (u: number) => 0.09 + 0.32 * (0.5 + 0.5 * Math.cos(2 * Math.PI * claps * u));
  const path =
    (of: 1 | -1): Path =>
    (u) => ({ ...hold, center: [-of * gap(u), y, -0.2], roll: -of * 22 });
  return { frames: rng.between(13, 22), hand: path(side), other: path(side === 1 ? -1 : 1) };
};

/** The hand moves low in the picture, in time with speech. Not among the activities of clips. */
export const gesticulate: Activity = (setting) => {
  const { rng, side } = setting;
  const hold = { ...drawHold(setting, poses.relaxed), pitch: rng.between(20, 50) };
  const [x, y] = [-side * rng.between(0.05, 0.4), rng.between(-1.15, -0.75)];
  const [beats, width, height] = [rng.between(3, 8), rng.between(0.04, 0.14), rng.between(0.05, 0.16)];
  const hand: Path = (u) => ({
    ...hold,
    center: [x + width * wave(u, 0.6 * beats), y + height * wave(u, beats), 0.1],
    roll: hold.roll + 10 * wave(u, 0.5 * beats),
  });
  return { frames: rng.between(36, 80), hand };
};

/** By name. Their order is part of "same seed, same bytes". */
export const activities = {
  'scratching the head': scratchHead,
  'rubbing the face': rubFace,
  drinking: drink,
  telephoning: telephone,
  'drawing in the air': drawInAir,
  counting: count,
  'shaking a fist': shakeFist,
  'making an OK sign': okSign,
  'reaching down': reachDown,
  clapping: clap,
} satisfies Record<string, Activity>;
