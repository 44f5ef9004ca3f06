/**
 * "Doing other things" of the wide variety: the activities of all clips, further ones with one arm, with both and with the
 * whole arm stretched, and the invented signs. Names are those of `activities.csv`.
 */
import { add, mix, type Vec3 } from '../render/vector.js';
import { activities, gesticulate } from '../scene/activities.js';
import { poses } from '../scene/hand.js';
import { drawHold, type Path, type Performance, type Setting, type Side } from '../scene/motion.js';
import { anyPose, drawSign, signCount } from './signs.js';

type Activity = (setting: Setting) => Performance;

const wave = (u: number, cycles: number): number => Math.sin(2 * Math.PI * cycles * u);
const opposite = (side: Side): Side => (side === 1 ? -1 : 1);

/** A path from point to point, each reached with zero speed. */
function through(
  setting: Setting,
  points: readonly Vec3[],
  turn: Partial<ReturnType<typeof drawHold>> = {},
): Path {
  const hold = { ...drawHold(setting, anyPose(setting)), ...turn };
  return (u) => {
    const at = Math.min(points.length - 1.001, (points.length - 1) * u);
    const i = Math.floor(at);
    const t = 0.5 - 0.5 * Math.cos(Math.PI * (at - i));
    return { ...hold, center: mix(points[i]!, points[i + 1]!, t) };
  };
}

/** The point of the mirrored arm. */
const mirror = ([x, y, z]: Vec3): Vec3 => [-x, y, z];

/** Both arms do the same, mirrored about the head. */
function both(setting: Setting, points: (side: Side) => readonly Vec3[], frames: number): Performance {
  const hand = through(setting, points(setting.side));
  return {
    frames,
    hand,
    other: through({ ...setting, side: opposite(setting.side) }, points(opposite(setting.side))),
  };
}

/** Points around the shoulder of a side, in hand lengths: x outwards, y up, z to the camera. */
function around({ anchors }: Setting, side: Side, x: number, y: number, z: number): Vec3 {
  return add(side === 1 ? anchors.shoulder.right : anchors.shoulder.left, [-side * x, y, z]);
}

const repeat = <T>(list: readonly T[], times: number): T[] =>
  Array.from({ length: times }, () => list).flat();

const further = {
  'waving with the whole arm': (s) => {
    const [x, y] = [s.rng.between(0.5, 1.4), s.rng.between(1.6, 2.5)];
    const swing = [around(s, s.side, x + 0.8, y - 0.5, 0.3), around(s, s.side, x - 0.8, y, 0.3)];
    return {
      frames: s.rng.between(14, 26),
      hand: through(s, repeat(swing, s.rng.integer(1, 3)), { pitch: 0 }),
    };
  },
  'waving with both arms': (s) => {
    const points = (side: Side) =>
      repeat([around(s, side, 1.7, 1.2, 0.2), around(s, side, 0.4, 2.3, 0.2)], 1 + Math.round(s.vigour));
    return both(s, points, s.rng.between(14, 26));
  },
  'raising both arms': (s) => {
    const top = s.rng.between(1.8, 2.6);
    return both(
      s,
      (side) => [around(s, side, 0.6, -2.2, 0.2), around(s, side, 2.3, 0, 0), around(s, side, 0.5, top, 0)],
      s.rng.between(9, 20),
    );
  },
  'lowering both arms': (s) =>
    both(
      s,
      (side) => [around(s, side, 0.5, 2.2, 0), around(s, side, 2.3, 0, 0), around(s, side, 0.6, -2.2, 0.2)],
      s.rng.between(9, 20),
    ),
  'swinging an arm': (s) => {
    const reach = s.rng.between(1.6, 2.4);
    const swing = [around(s, s.side, 0.4, -2.3, 0.2), around(s, s.side, reach, 0.2, 0.5)];
    return { frames: s.rng.between(12, 24), hand: through(s, repeat(swing, s.rng.integer(1, 3))) };
  },
  'reaching across': (s) => {
    const points = [around(s, s.side, 0.9, -0.6, 0.8), around(s, s.side, -2, s.rng.between(-1, 0.4), 1)];
    return { frames: s.rng.between(8, 18), hand: through(s, s.rng.chance(0.5) ? points : points.reverse()) };
  },
  'reaching out': (s) => {
    const to = around(s, s.side, s.rng.between(-0.3, 1.8), s.rng.between(-0.8, 1.2), s.rng.between(1, 2.2));
    const back = around(s, s.side, 0.2, -1.4, 0.5);
    return { frames: s.rng.between(10, 20), hand: through(s, [back, to, back]) };
  },
  'crossing the arms': (s) =>
    both(
      s,
      (side) => [
        around(s, side, 0.2, -1.6, 0.6),
        around(s, side, -0.9, -1, 0.55),
        around(s, side, -0.9, -1, 0.55),
      ],
      s.rng.between(14, 24),
    ),
  'holding the head': (s) => {
    const spot = (side: Side): Vec3 => add(s.anchors.head, [-side * 0.55, s.rng.between(-0.1, 0.5), 0.1]);
    return both(s, (side) => [spot(side), spot(side)], s.rng.between(12, 24));
  },
  'adjusting glasses': (s) => {
    const spot = add(s.anchors.head, [-s.side * 0.35, 0.05, 0.55]);
    return {
      frames: s.rng.between(8, 16),
      hand: through(s, [add(spot, [0, -0.1, 0]), spot, add(spot, [0, 0.06, 0])], {
        pose: poses.pinched,
        yaw: 160,
        pitch: 0,
        roll: -s.side * 30,
      }),
    };
  },
  'hand to the chest': (s) => {
    const spot = around(s, s.side, -0.6, -0.9, 0.6);
    return {
      frames: s.rng.between(10, 20),
      hand: through(s, [add(spot, [0, 0, 0.5]), spot, spot, spot], {
        yaw: 180,
        roll: -s.side * 60,
        pose: poses.flat,
      }),
    };
  },
  typing: (s) => {
    const path = (of: Side): Path => {
      const hold = { ...drawHold({ ...s, side: of }, poses.relaxed), pitch: 70, roll: of * 10 };
      const [x, rate, shift] = [-of * s.rng.between(0.3, 0.6), s.rng.between(3, 7), s.rng.between(0, 1)];
      const y = s.rng.between(-1.4, -0.8);
      return (u) => ({
        ...hold,
        center: [x + 0.05 * wave(u, 0.4 * rate), y + 0.05 * wave(u + shift, rate), 0.5],
      });
    };
    return { frames: s.rng.between(16, 26), hand: path(s.side), other: path(opposite(s.side)) };
  },
  'rubbing the hands': (s) => {
    const y = s.rng.between(-0.9, 0);
    const rate = s.rng.between(2, 4);
    const path = (of: Side): Path => {
      const hold = { ...drawHold({ ...s, side: of }, poses.flat), yaw: 80, roll: -of * 35 };
      return (u) => ({ ...hold, center: [-of * 0.1, y + of * 0.14 * wave(u, rate), -0.1] });
    };
    return { frames: s.rng.between(14, 24), hand: path(s.side), other: path(opposite(s.side)) };
  },
  'showing a thing': (s) => {
    const from = around(s, s.side, 0.1, -1.8, 0.6);
    const to: Vec3 = [s.rng.normal(0, 0.3), s.rng.between(-0.4, 0.3), s.rng.between(0.2, 0.7)];
    return {
      frames: s.rng.between(14, 24),
      prop: s.rng.pick(['cup', 'telephone'] as const),
      hand: through(s, [from, to, to, add(to, [0.1, 0.05, 0])], {
        pose: poses.grip,
        yaw: s.rng.between(60, 150),
      }),
    };
  },
  'talking with a hand': (s) => gesticulate(s),
  'talking with both hands': (s) => {
    const point = (side: Side): Vec3 =>
      around(s, side, s.rng.between(-0.6, 0.8), s.rng.between(-1.8, -0.6), s.rng.between(0.4, 1.2));
    return both(
      s,
      (side) => Array.from({ length: s.rng.integer(3, 7) }, () => point(side)),
      s.rng.between(16, 28),
    );
  },
  'moving a hand anywhere': (s) => {
    const point = (): Vec3 =>
      around(s, s.side, s.rng.between(-1.6, 1.6), s.rng.between(-1.6, 1.8), s.rng.between(0.3, 1.6));
    return {
      frames: s.rng.between(14, 28),
      hand: through(s, Array.from({ length: s.rng.integer(2, 6) }, point), {
        yaw: s.rng.between(-40, 220),
        pitch: s.rng.between(-30, 70),
        roll: s.rng.between(-90, 90),
      }),
    };
  },
  'moving both hands alike': (s) => {
    const list = Array.from(
      { length: s.rng.integer(2, 5) },
      (): Vec3 => [-s.rng.between(0.15, 1.8), s.rng.between(-1.4, 1.4), s.rng.between(-0.4, 0.6)],
    );
    return both(s, (side) => (side === 1 ? list : list.map(mirror)), s.rng.between(14, 26));
  },
} satisfies Record<string, Activity>;

const all: Readonly<Record<string, Activity>> = {
  ...activities,
  ...further,
  ...Object.fromEntries(
    Array.from({ length: signCount }, (_, k) => [`sign ${k + 1}`, (s: Setting) => drawSign(k, s)]),
  ),
};

/** Names of everything that may be drawn for "Doing other things". */
export const wideActivities: readonly string[] = Object.keys(all);

/** @param name one of `wideActivities` */
export const drawWideActivity = (name: string, setting: Setting): Performance => all[name]!(setting);
