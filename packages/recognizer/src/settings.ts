/** From predictions to gestures: the settings, their defaults and what they may be. */
import { KinoraError } from './error.js';
import type { Settings } from './types.js';

export const defaultSettings: Settings = {
  stride: 1 / 6,
  window: 0.5,
  threshold: 0.6,
  hysteresis: 0.2,
  coolDown: 0.5,
  ignored: ['No gesture', 'Doing other things'],
};

/** Lowest and highest value of each number. */
const RANGES = {
  stride: [0.01, 60],
  window: [0, 60],
  threshold: [0.01, 1],
  hysteresis: [0, 1],
  coolDown: [0, 60],
  span: [0.1, 60],
} as const;

/** Settings with these changes. Throws `recognizer/settings` naming the one that is impossible. */
export function withChanges(settings: Settings, changes: Partial<Settings>): Settings {
  for (const [name, value] of Object.entries(changes)) check(name, value);
  return { ...settings, ...changes };
}

function check(name: string, value: unknown): void {
  if (name === 'ignored') {
    if (Array.isArray(value) && value.every((label) => typeof label === 'string')) return;
    throw impossible(name, 'a list of labels', value);
  }
  if (!Object.hasOwn(RANGES, name))
    throw impossible(name, `one of ${[...Object.keys(RANGES), 'ignored'].join(', ')}`, name);
  const [low, high] = RANGES[name as keyof typeof RANGES];
  if (value === undefined && name === 'span') return;
  if (typeof value !== 'number' || !(value >= low && value <= high))
    throw impossible(name, `a number from ${low} to ${high}`, value);
}

const impossible = (name: string, expected: string, value: unknown): KinoraError =>
  new KinoraError({
    code: 'recognizer/settings',
    where: `settings.${name}`,
    expected,
    received: JSON.stringify(value) ?? String(value),
  });
