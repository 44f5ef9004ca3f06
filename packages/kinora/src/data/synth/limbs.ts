/** Arms and hands of a scene at one moment, as round cones. */
import { addArm } from './arm.js';
import { addProp } from './props.js';
import { type Cones, scaleAt } from './render/cones.js';
import { add, type Vec3 } from './render/vector.js';
import { addHand } from './scene/hand.js';
import { type HandState, placeOf, type Side } from './scene/motion.js';
import { type Scene, swayAt } from './scene/scene.js';
import { handAt } from './timeline.js';

const opposite = (side: Side): Side => (side === 1 ? -1 : 1);

/** The share of the head's sway that the shoulders follow, across and up. */
export const shoulderSway = [0.45, 0.3] as const;

/** The gesture's hand at moment `t`. */
export function gestureHand({ performance, timeline, rest }: Scene, t: number): HandState {
  return performance.hand ? handAt(t, timeline, rest, performance.hand) : rest;
}

/** Adds what moves: the gesture's arm, and the other one if it takes part. */
export function addMovingLimbs(cones: Cones, scene: Scene, t: number): void {
  const { performance, timeline, otherRest, side } = scene;
  addLimb(cones, scene, gestureHand(scene, t), side, t);
  if (performance.other) {
    addLimb(cones, scene, handAt(t, timeline, otherRest, performance.other), opposite(side), t);
  }
}

/** Adds the arm that takes no part: it is drawn once, with the body. */
export function addRestingLimb(cones: Cones, scene: Scene): void {
  if (!scene.performance.other) addLimb(cones, scene, scene.otherRest, opposite(scene.side));
}

/** @param t moment for sway and tremor; left out, there are none. */
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

/** How the sway of the body moves a shoulder, in the units of the world. */
function shoulderShift({ sways, camera, stance }: Scene, t: number): Vec3 {
  const pixel = 1 / scaleAt(camera, stance.head[2]);
  return [shoulderSway[0] * swayAt(sways.x, t) * pixel, -shoulderSway[1] * swayAt(sways.y, t) * pixel, 0];
}
