/** What gestures and other activities share: what they may depend on, what they give, how a hand is held. */

import type { Pose } from './pose.js';
import type { Random } from './random.js';
import type { Anchors } from './scene/body.js';
import type { HandState, Path, Side } from './scene/motion.js';

/** What a gesture may depend on besides chance. */
export interface Setting {
  readonly rng: Random;
  readonly side: Side;
  readonly vigour: number;
  readonly anchors: Anchors;
}

/** Something that the hand carries. */
export type Prop = 'cup' | 'telephone';

/** What the hands do in a clip, and for about how many frames. A hand without a path stays at rest. */
export interface Performance {
  readonly frames: number;
  readonly hand?: Path;
  readonly other?: Path;
  readonly prop?: Prop;
}

/** Where the hand is held, how it leans, and how this person's fingers differ from the pose in the table. */
export function drawHold({ rng, side }: Setting, pose: Pose): HandState {
  return {
    center: [rng.between(-0.12, 0.12) - 0.04 * side, rng.between(-0.12, 0.12), rng.between(-0.15, 0.12)],
    yaw: rng.normal(0, 9),
    pitch: rng.between(-12, 14),
    roll: -side * rng.between(-4, 18),
    pose: pose.map((angle) => angle + rng.normal(0, 3)),
  };
}
