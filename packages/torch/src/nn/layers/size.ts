/** Sizes as layers take them: one number for every axis, or one per axis. */
import { KinoraError } from '../../error.js';

/** A size per axis (`[T, H, W]`), or one number that holds for all. */
export type Size = number | readonly number[];

/**
 * One whole number of at least `least` per axis.
 * @throws KinoraError `nn/size`
 */
export function expandSize(size: Size, axes: number, least: number, where: string): number[] {
  const sizes = Array.isArray(size) ? [...size] : Array.from({ length: axes }, () => size);
  if (sizes.length === axes && sizes.every((value) => Number.isInteger(value) && value >= least))
    return sizes;
  throw new KinoraError({
    code: 'nn/size',
    where,
    expected: `a whole number >= ${least}, or ${axes} of them`,
    received: JSON.stringify(size) ?? 'nothing',
  });
}

/** @throws KinoraError `nn/size` */
export function checkCount(count: number, where: string): number {
  return expandSize(count, 1, 1, where)[0]!;
}

/** @throws KinoraError `nn/size` */
export function checkProbability(p: number, where: string): number {
  if (p >= 0 && p <= 1) return p;
  throw new KinoraError({
    code: 'nn/size',
    where,
    expected: 'a probability from 0 to 1',
    received: String(p),
  });
}
