/** How classes and choices are called in the playground. */
import type { Augmentation, MotionName } from './engine/motions.js';

export const MOTION_NAMES: Readonly<Record<MotionName, string>> = {
  'left-right': 'left or right',
  'up-down': 'up or down',
  'towards-away': 'towards or away',
  turning: 'turning',
  all: 'all eight',
};

export const AUGMENTATION_NAMES: Readonly<Record<Augmentation, string>> = {
  none: 'none',
  mirror: 'mirror half',
  reverse: 'reverse half',
};

/** A sign for each class, for places where its name is too long. */
export const SIGNS: Readonly<Record<string, string>> = {
  right: '→',
  left: '←',
  down: '↓',
  up: '↑',
  'towards you': '+',
  away: '−',
  clockwise: '↻',
  anticlockwise: '↺',
};

/** Whether a mirror turns a motion into another one, so that its label becomes a lie. */
export const mirrorLies = (motion: MotionName): boolean => motion !== 'up-down' && motion !== 'towards-away';
