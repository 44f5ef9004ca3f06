/**
 * Features of clips that show all sorts of movements, which travel with a model: they tell where its features lie, and along
 * which directions they vary from clip to clip of the same movement. Gestures that are taught on them are compared by what is
 * left. A byte a number, between the smallest and the largest value of each feature.
 */
import { type Check, fields, list, refuse, whole } from './checks.js';
import { kinoraError } from './error.js';

export interface BackgroundSpec {
  /** Number of clips, N. */
  readonly clips: number;
  /** Length of the input of the network's last layer, F. */
  readonly features: number;
  /** The movement of each clip, `[N]`: clips of the same one have the same number. */
  readonly movements: readonly number[];
  /** In base64: the smallest values, float32 `[F]`; the steps, float32 `[F]`; how many steps above, uint8 `[N, F]`. */
  readonly data: string;
}

/** Clips and features that no model needs more of. */
const MOST = { clips: 4096, features: 2 ** 16, bytes: 2 ** 24 } as const;
const STEPS = 255;

/**
 * Features `[F]` of one clip each, as they are stored. Throws `background/clips` for too many or for different lengths.
 * @param movements number of what each clip shows, `[N]`
 */
export function encodeBackground(
  rows: readonly Float32Array[],
  movements: readonly number[],
): BackgroundSpec {
  const size = rows[0]?.length ?? 0;
  const fits = rows.length <= MOST.clips && size <= MOST.features && bytesOf(rows.length, size) <= MOST.bytes;
  if (size === 0 || !fits || rows.some((row) => row.length !== size || !row.every(Number.isFinite)))
    throw kinoraError('background/clips', 'background', {
      expected: `1 to ${MOST.clips} clips with finite features of one length, ${MOST.bytes} numbers in all at most`,
      received: `${rows.length} clips with ${size} features`,
    });
  const bytes = new Uint8Array(bytesOf(rows.length, size));
  const view = new DataView(bytes.buffer);
  for (let f = 0; f < size; f++) {
    const values = rows.map((row) => row[f]!);
    const low = values.reduce((a, b) => Math.min(a, b));
    const step = (values.reduce((a, b) => Math.max(a, b)) - low) / STEPS;
    view.setFloat32(4 * f, low, true);
    view.setFloat32(4 * (size + f), step, true);
    for (const [n, value] of values.entries())
      bytes[8 * size + n * size + f] = step === 0 ? 0 : Math.round((value - low) / step);
  }
  return {
    clips: rows.length,
    features: size,
    movements: [...movements],
    data: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')),
  };
}

/** The features, `[F]` of each clip. */
export function decodeBackground({ clips, features, data }: BackgroundSpec): Float32Array[] {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Array.from({ length: clips }, (_, n) =>
    Float32Array.from(
      { length: features },
      (_, f) =>
        view.getFloat32(4 * f, true) +
        view.getFloat32(4 * (features + f), true) * bytes[8 * features + n * features + f]!,
    ),
  );
}

const bytesOf = (clips: number, features: number): number => features * (8 + clips);

const data: Check<string> = (value, where) =>
  typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value) ? value : refuse(where, 'base64', value);

const checkFields = fields<BackgroundSpec>({
  clips: whole([1, MOST.clips]),
  features: whole([1, MOST.features]),
  movements: list(whole([0, MOST.clips])),
  data,
});

/** Checks JSON data; decoding what it returns allocates no more than its text takes. */
export const checkBackground: Check<BackgroundSpec | undefined> = (value, where) => {
  if (value === undefined) return undefined;
  const spec = checkFields(value, where);
  const bytes = bytesOf(spec.clips, spec.features);
  if (bytes > MOST.bytes || spec.data.length !== 4 * Math.ceil(bytes / 3))
    return refuse(`${where}.data`, `${4 * Math.ceil(bytes / 3)} letters of base64`, spec.data.length);
  return spec.movements.length === spec.clips
    ? spec
    : refuse(`${where}.movements`, `${spec.clips} numbers`, spec.movements.length);
};
