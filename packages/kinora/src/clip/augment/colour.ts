/**
 * Colour jitter as one matrix a clip: brightness, contrast, saturation and hue composed, applied once,
 * rounded once. Linear in RGB where torchvision's ColorJitter clamps after each step and turns hue in HSV;
 * small changes look the same. Runs in browsers too.
 */

export interface ColourChange {
  /** Factors; 1 changes nothing. */
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  /** Turns round the colour circle, in [-0.5, 0.5]. */
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
 * `[3, 4]` row by row: the linear part and the offset added to each channel (pixel values 0-255).
 * Contrast turns about `meanLuma`, the clip's mean grey level.
 */
export function colourMatrix(change: ColourChange, meanLuma: number): Float64Array {
  const angle = change.hue * 2 * Math.PI;
  const cos = change.saturation * Math.cos(angle);
  const sin = change.saturation * Math.sin(angle);
  const turned = product(RGB, product([[1, 0, 0], [0, cos, -sin], [0, sin, cos]], YIQ)); // biome-ignore format: a matrix
  const gain = change.brightness * change.contrast;
  const offset = change.brightness * (1 - change.contrast) * meanLuma;
  return Float64Array.from(turned.flatMap(([r, g, b]) => [r * gain, g * gain, b * gain, offset]));
}

/** Changes the RGB pixels in `data[from, to)` in place. */
export type ColourMap = (data: Uint8Array, from: number, to: number) => void;

/** What a `[3, 4]` matrix does to pixels, in 16-bit fixed point. Made once a clip, as the tables take a while. */
export function colourMap(matrix: Float64Array): ColourMap {
  const m = Int32Array.from(matrix, (value, i) => Math.round(value * 65536) + (i % 4 === 3 ? 32768 : 0));
  const [rr, rg, rb, ro, gr, gg, gb, go, br, bg, bb, bo] = m as unknown as number[];
  if (rg === 0 && rb === 0 && gr === 0 && gb === 0 && br === 0 && bg === 0) {
    const [red, green, blue] = [table(rr!, ro!), table(gg!, go!), table(bb!, bo!)];
    return (data, from, to) => applyTables(data, from, to, red, green, blue);
  }
  return (data, from, to) => applyMatrix(data, from, to, m);
}

function applyMatrix(data: Uint8Array, from: number, to: number, matrix: Int32Array): void {
  const [rr, rg, rb, ro, gr, gg, gb, go, br, bg, bb, bo] = matrix as unknown as number[];
  for (let p = from; p < to; p += 3) {
    const r = data[p]!;
    const g = data[p + 1]!;
    const b = data[p + 2]!;
    data[p] = clamp((rr! * r + rg! * g + rb! * b + ro!) >> 16);
    data[p + 1] = clamp((gr! * r + gg! * g + gb! * b + go!) >> 16);
    data[p + 2] = clamp((br! * r + bg! * g + bb! * b + bo!) >> 16);
  }
}

/** Each channel by itself, as brightness and contrast change it: what becomes of the 256 values is worked out once. */
function applyTables(
  data: Uint8Array,
  from: number,
  to: number,
  red: Uint8Array,
  green: Uint8Array,
  blue: Uint8Array,
): void {
  for (let p = from; p < to; p += 3) {
    data[p] = red[data[p]!]!;
    data[p + 1] = green[data[p + 1]!]!;
    data[p + 2] = blue[data[p + 2]!]!;
  }
}

function table(gain: number, offset: number): Uint8Array {
  const values = new Uint8Array(256);
  for (let value = 0; value < 256; value++) values[value] = clamp((gain * value + offset) >> 16);
  return values;
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
