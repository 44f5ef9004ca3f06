/** What the reader chooses, and the link that brings it back. */
import type { Augmentation, MotionName } from './motions.js';

export interface Setting {
  readonly motion: MotionName;
  readonly frames: number;
  /** Frames that a kernel spans. */
  readonly depth: number;
  readonly layers: number;
  readonly channels: number;
  readonly augmentation: Augmentation;
  readonly rate: number;
  readonly seed: number;
}

/** Everything that can be chosen, the default of each first in `defaults`. */
export const CHOICES = {
  motion: ['left-right', 'up-down', 'towards-away', 'turning', 'all'],
  frames: [4, 8, 12],
  depth: [1, 3, 5],
  layers: [1, 2, 3],
  channels: [4, 8, 16],
  augmentation: ['none', 'mirror', 'reverse'],
  rate: [0.001, 0.003, 0.01, 0.03, 0.1],
} as const satisfies { [K in Exclude<keyof Setting, 'seed'>]: readonly Setting[K][] };

export const defaults: Setting = {
  motion: 'left-right',
  frames: 8,
  depth: 3,
  layers: 1,
  channels: 8,
  augmentation: 'none',
  rate: 0.01,
  seed: 1,
};

/** The most steps that a link may ask for: training is repeated when it is opened. */
export const MOST_STEPS = 1000;
const MOST_SEED = 9999;

/** A moment of the playground. */
export interface Moment {
  readonly setting: Setting;
  /** Training steps done. */
  readonly step: number;
  /** The clip that is watched. */
  readonly clip: number;
  /** Step of the guided tour, from 1; 0 without it. */
  readonly tour: number;
}

/** `depth=1&step=120`: what differs from the defaults. */
export function linkOf({ setting, step, clip, tour }: Moment): string {
  const changed = Object.entries(setting).filter(([key, value]) => value !== defaults[key as keyof Setting]);
  const moment = Object.entries({ step, clip, tour }).filter(([, value]) => value !== 0);
  return [...changed, ...moment].map(([key, value]) => `${key}=${value}`).join('&');
}

/** Values that a link does not have, or that mean nothing, are those of the defaults. */
export function momentOf(link: string, tourSteps: number): Moment {
  const given = new Map(
    link.split('&').map((part): [string, string] => {
      const [key = '', value = ''] = part.split('=');
      return [key, value];
    }),
  );
  const chosen = Object.entries(CHOICES).map(([key, choices]) => [
    key,
    (choices as readonly (string | number)[]).find((choice) => String(choice) === given.get(key)) ??
      defaults[key as keyof Setting],
  ]);
  const count = (key: string, most: number, otherwise = 0): number => {
    const value = given.get(key) ?? '';
    return /^\d{1,5}$/.test(value) ? Math.min(Number(value), most) : otherwise;
  };
  return {
    setting: { ...(Object.fromEntries(chosen) as Setting), seed: count('seed', MOST_SEED, defaults.seed) },
    step: count('step', MOST_STEPS),
    clip: count('clip', MOST_SEED),
    tour: count('tour', tourSteps),
  };
}
