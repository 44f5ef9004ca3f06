/** What surfaces are made of: a fixed list of names, and colours as linear light in [0, 1]. */

export type Color = readonly [red: number, green: number, blue: number];

export const materialNames = [
  'skin',
  'limb',
  'nail',
  'crease',
  'sleeve',
  'shirt',
  'collar',
  'hair',
  'brow',
  'eye',
  'iris',
  'lips',
  'glasses',
  'prop',
] as const;

/** Index of each material in the table that the shader reads. */
export const materials = Object.fromEntries(materialNames.map((name, i) => [name, i])) as Readonly<
  Record<(typeof materialNames)[number], number>
>;

export interface Material {
  readonly color: Color;
  /** Colour of the side that faces the palm's direction; the same as `color` if left out. */
  readonly palm?: Color;
  /** Strength of the highlight. */
  readonly gloss?: number;
  /** How much darker it is beside something nearer; 1 if left out. */
  readonly crevice?: number;
  /** Contrast of the woven or striped pattern, 0 for none. */
  readonly pattern?: number;
}

/** Numbers a material takes: two colours, gloss, pattern, crevice. */
export const materialSize = 9;

/** The table `[materials, materialSize]` that the shader reads. */
export function materialTable(
  list: Readonly<Record<(typeof materialNames)[number], Material>>,
): Float32Array {
  return Float32Array.from(
    materialNames.flatMap((name) => {
      const { color, palm = color, gloss = 0, pattern = 0, crevice = 1 } = list[name];
      return [...color, ...palm, gloss, pattern, crevice];
    }),
  );
}

/** A colour given as on a screen, `#rrggbb`, as linear light (IEC 61966-2-1, the sRGB curve). */
export function hex(code: string): Color {
  const channel = (at: number) => toLinear(Number.parseInt(code.slice(at, at + 2), 16) / 255);
  return [channel(1), channel(3), channel(5)];
}

const toLinear = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

export const mixColor = (a: Color, b: Color, t: number): Color => [
  a[0] + t * (b[0] - a[0]),
  a[1] + t * (b[1] - a[1]),
  a[2] + t * (b[2] - a[2]),
];

export const dim = (a: Color, k: number): Color => [a[0] * k, a[1] * k, a[2] * k];
