/** Things that a hand can carry, in the axes of the hand. */

import { materials } from './materials.js';
import type { Prop } from './performance.js';
import type { Cones } from './render/cones.js';
import { add, transform, type Vec3 } from './render/vector.js';
import type { HandPlace } from './scene/hand.js';

/** Adds the cones of a prop. */
export function addProp(cones: Cones, prop: Prop, { wrist, basis }: HandPlace): void {
  const at = (p: Vec3): Vec3 => add(wrist, transform(basis, p));
  if (prop === 'cup') cones.push(at([0.22, 0.4, 0.2]), 0.17, at([-0.2, 0.4, 0.2]), 0.14, materials.prop);
  else {
    for (const x of [-0.08, 0, 0.08]) {
      cones.push(at([x, 0.2, 0.13]), 0.035, at([x, 0.85, 0.13]), 0.035, materials.prop, basis[2], 2);
    }
  }
}
