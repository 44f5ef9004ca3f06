/**
 * RandAugment (Cubuk et al., "RandAugment: Practical automated data augmentation with a reduced search space", 2020): a
 * few operations from one table, at one common magnitude. Drawn once per clip, so that all frames change alike. The
 * table is torchvision's (`transforms.RandAugment`); operations.ts changes the pixels.
 */
import type { Frames } from '../frames.js';
import { compose, identity, type Matrix } from './matrix.js';
import { adjust, affine, autoContrast, equalize, posterize, sharpness, solarize } from './operations.js';
import type { Random } from './random.js';

export interface RandAugmentSpec {
  /** Number of operations per clip. */
  readonly number: number;
  /** How strong they are, 0 to 30. */
  readonly magnitude: number;
}

const STRONGEST = 30;

interface Operation {
  /**
   * Changes the clip in place. `level` is the magnitude from 0 to 1, negative half of the time where `signed`. An
   * operation that moves pixels returns its output-to-source matrix.
   */
  apply(clip: Frames, level: number): Matrix | undefined;
  readonly signed: boolean;
}

type Change = (clip: Frames, level: number) => void;
const colours = (change: Change, signed: boolean): Operation => ({
  apply: (clip, level) => {
    change(clip, level);
    return undefined;
  },
  signed,
});
const signed = (change: Change): Operation => colours(change, true);
const unsigned = (change: Change): Operation => colours(change, false);
const moving = (matrix: (clip: Frames, level: number) => Matrix): Operation => ({
  apply: (clip, level) => affine(clip, matrix(clip, level)),
  signed: true,
});

/** Shifts are whole pixels of up to 150 / 331 of the side, as on the ImageNet pictures the table comes from. */
const shift = (level: number, side: number): number => Math.trunc(level * (150 / 331) * side);

export const operations: Readonly<Record<string, Operation>> = {
  Identity: unsigned(() => undefined),
  ShearX: moving((_, level) => [1, 0.3 * level, 0, 0, 1, 0]),
  ShearY: moving((_, level) => [1, 0, 0, 0.3 * level, 1, 0]),
  TranslateX: moving((clip, level) => [1, 0, -shift(level, clip.width), 0, 1, 0]),
  TranslateY: moving((clip, level) => [1, 0, 0, 0, 1, -shift(level, clip.height)]),
  Rotate: moving((clip, level) => rotation(30 * level, clip)),
  Brightness: signed((clip, level) => adjust(clip, 'brightness', 1 + 0.9 * level)),
  Color: signed((clip, level) => adjust(clip, 'colour', 1 + 0.9 * level)),
  Contrast: signed((clip, level) => adjust(clip, 'contrast', 1 + 0.9 * level)),
  Sharpness: signed((clip, level) => sharpness(clip, 1 + 0.9 * level)),
  Posterize: unsigned((clip, level) => posterize(clip, 8 - Math.round(4 * level))),
  Solarize: unsigned((clip, level) => solarize(clip, 255 * (1 - level))),
  AutoContrast: unsigned(autoContrast),
  Equalize: unsigned(equalize),
};

/**
 * Applies `number` operations of the table, drawn with equal probability, to uint8 RGB frames in place. Returns the
 * output-to-source matrix of all that moved pixels.
 */
export function randAugment(clip: Frames, { number, magnitude }: RandAugmentSpec, random: Random): Matrix {
  const table = Object.values(operations);
  let view = identity;
  for (let i = 0; i < number; i++) {
    const operation = table[random.below(table.length)]!;
    const sign = random.below(2) === 0 ? 1 : -1;
    const moved = operation.apply(clip, (operation.signed ? sign : 1) * (magnitude / STRONGEST));
    if (moved !== undefined) view = compose(view, moved);
  }
  return view;
}

/** The output-to-source matrix of PIL's `rotate`: counter-clockwise about the centre. */
function rotation(degrees: number, { height, width }: Frames) {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [x, y] = [width / 2, height / 2];
  return [cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y] as const;
}
