/**
 * Random numbers for the renderer. A stream is identified by its purpose and up to two numbers, so that a person or a
 * take is the same whatever was drawn before it.
 */
import { randomStream } from '@kinora/clip';

/** What a stream is for. Positions are part of "same seed, same bytes": add at the end, never reorder. */
const purposes = [
  'person',
  'take',
  'camera',
  'room',
  'noise',
  'light',
  'stream',
  'wide',
  'wideRoom',
  'sign',
] as const;

export interface Random {
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Integer, uniform in [low, high], both included. */
  integer(low: number, high: number): number;
  /** Normal with the given mean and standard deviation. */
  normal(mean?: number, deviation?: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of the values, with equal probability. */
  pick<T>(values: readonly T[]): T;
}

/** The stream for a purpose, such as `random(seed, 'person', 12)`. Same arguments, same numbers. */
export function random(seed: number, purpose: (typeof purposes)[number], a = 0, b = 0): Random {
  const stream = randomStream(seed, purposes.indexOf(purpose), a, b);
  return {
    between: (low, high) => stream.uniform(low, high),
    integer: (low, high) => low + stream.below(high - low + 1),
    normal: (mean = 0, deviation = 1) => mean + deviation * gaussian(stream.uniform),
    chance: (probability) => stream.uniform() < probability,
    pick: (values) => values[stream.below(values.length)]!,
  };
}

/** The Box-Muller transform, one of its two numbers. */
function gaussian(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
