/**
 * Colour jitter as one matrix per clip: brightness, contrast, saturation and hue are composed, applied once and rounded
 * once. Linear in RGB where torchvision's ColorJitter clamps after each step and turns hue in HSV; small changes look
 * the same.
 */

export interface ColourChange {
  /** Factors; 1 changes nothing. */
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  /** Hue shift, as a fraction of the colour circle, in [-0.5, 0.5]. */
  readonly hue: number;
}

export const sameColours: ColourChange = { brightness: 1, contrast: 1, saturation: 1, hue: 0 };

type Rows = readonly (readonly [number, number, number])[];

/** The luma and two chroma axes of NTSC, on which saturation is a scale and hue a rotation. */
const YIQ: Rows = [
  [0.299, 0.587, 0.114],
  [0.596, -0.274, -0.322],
  [0.211, -0.523, 0.312],
];
const RGB: Rows = inverse(YIQ);

/** Whether a change leaves every pixel as it is. */
export function changesNothing(change: ColourChange): boolean {
  return change.brightness === 1 && change.contrast === 1 && change.saturation === 1 && change.hue === 0;
}

/**
 * `[3, 4]` row by row, 16.16 fixed point: the weights of red, green and blue (0-255) for each channel, and an offset
 * that includes one half for rounding.
 */
export type ColourMatrix = Int32Array;

/** The matrix of a change. Contrast is relative to `meanLuma`, the clip's mean grey level. */
export function colourMatrix(change: ColourChange, meanLuma: number): ColourMatrix {
  const angle = change.hue * 2 * Math.PI;
  const cos = change.saturation * Math.cos(angle);
  const sin = change.saturation * Math.sin(angle);
  const turned = product(RGB, product([[1, 0, 0], [0, cos, -sin], [0, sin, cos]], YIQ)); // biome-ignore format: a matrix
  const gain = change.brightness * change.contrast;
  const offset = change.brightness * (1 - change.contrast) * meanLuma;
  const point = (value: number): number => Math.round(value * 65536);
  return Int32Array.from(
    turned.flatMap((row) => [...row.map((weight) => point(weight * gain)), point(offset) + 32768]),
  );
}

/**
 * A change that treats channels separately, as brightness and contrast do; 16.16 fixed point, with rounding in the
 * offset.
 */
export interface Gain {
  readonly gain: readonly number[];
  readonly offset: readonly number[];
}

export const noGain: Gain = { gain: [65536, 65536, 65536], offset: [32768, 32768, 32768] };

/** Undefined if channels mix. */
export function gainOf(matrix: ColourMatrix): Gain | undefined {
  const [rr, rg, rb, ro, gr, gg, gb, go, br, bg, bb, bo] = matrix as unknown as number[];
  if ([rg, rb, gr, gb, br, bg].some((weight) => weight !== 0)) return undefined;
  return { gain: [rr!, gg!, bb!], offset: [ro!, go!, bo!] };
}

/** Changes RGB pixels in place. */
export function recolour(data: Uint8Array, matrix: ColourMatrix): void {
  const [rr, rg, rb, ro, gr, gg, gb, go, br, bg, bb, bo] = matrix as unknown as number[];
  for (let p = 0; p < data.length; p += 3) {
    const r = data[p]!;
    const g = data[p + 1]!;
    const b = data[p + 2]!;
    data[p] = clamp((rr! * r + rg! * g + rb! * b + ro!) >> 16);
    data[p + 1] = clamp((gr! * r + gg! * g + gb! * b + go!) >> 16);
    data[p + 2] = clamp((br! * r + bg! * g + bb! * b + bo!) >> 16);
  }
}

/** Mean grey level (0-255) of RGB pixels, from every seventh of them. */
export function meanLuma(data: Uint8Array): number {
  let sum = 0;
  let pixels = 0;
  for (let p = 0; p + 2 < data.length; p += 21, pixels++) {
    sum += 0.299 * data[p]! + 0.587 * data[p + 1]! + 0.114 * data[p + 2]!;
  }
  return pixels === 0 ? 0 : sum / pixels;
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, value));
}

function product(a: Rows, b: Rows): Rows {
  const cell = (row: readonly number[], j: number): number =>
    row[0]! * b[0]![j]! + row[1]! * b[1]![j]! + row[2]! * b[2]![j]!;
  return a.map((row) => [cell(row, 0), cell(row, 1), cell(row, 2)] as const);
}

/** By cofactors. */
function inverse(m: Rows): Rows {
  const at = (i: number, j: number): number => m[i % 3]![j % 3]!;
  const cofactor = (i: number, j: number): number =>
    at(i + 1, j + 1) * at(i + 2, j + 2) - at(i + 1, j + 2) * at(i + 2, j + 1);
  const determinant = at(0, 0) * cofactor(0, 0) + at(0, 1) * cofactor(0, 1) + at(0, 2) * cofactor(0, 2);
  const cell = (i: number, j: number): number => cofactor(j, i) / determinant;
  return [0, 1, 2].map((i) => [cell(i, 0), cell(i, 1), cell(i, 2)] as const);
}
