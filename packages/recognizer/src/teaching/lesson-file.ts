/**
 * A lesson as one file: the gestures that somebody teaches, and the recordings of each. It is a safetensors file, so that
 * other programs can open it: one uint8 tensor `take.<n>` `[T, H, W, 3]` a recording, and the rest as JSON in its metadata.
 */
import { clipTicks, type Frames, type KinoraError, kinoraError, type PreprocessSpec } from '@kinora/clip';
import { mirroredCopy } from '../inputs/clip.js';
import { product, readSafetensors, type StoredTensor, writeSafetensors } from '../model/safetensors.js';

/** One recording of a gesture: prepared frames at the spec's rate, longer than the clip that the network sees. */
export interface Take {
  /** Milliseconds since 1970. */
  readonly made: number;
  readonly frames: Frames;
}

/** A gesture that is taught, with its recordings. */
export interface LessonGesture {
  readonly label: string;
  readonly takes: readonly Take[];
}

/** What somebody teaches. */
export interface Lesson {
  /** How the frames of the recordings were made: networks with another `takeGeometry` cannot use them. */
  readonly geometry: string;
  readonly gestures: readonly LessonGesture[];
}

const FORMAT = 'kinora-lesson';
const VERSION = 1;

/** What nobody records; larger files are not read. */
export const lessonLimits = {
  bytes: 2_147_483_648,
  gestures: 200,
  takes: 5000,
  frames: 32_768,
  side: 4096,
  name: 200,
} as const;

/** The part of a spec that decides the frames of a recording. Networks that agree in it can learn from the same ones. */
export function takeGeometry({ frameRate, resize, crop, pad, mirrored }: PreprocessSpec): string {
  return JSON.stringify({ frameRate, resize, crop, pad, ...(mirrored && { mirrored }) });
}

/** Whether a recording is of use to a network with another `takeGeometry`: mirrored, where that is the only difference. */
export const isTakeFor = (made: string, wanted: string): boolean => unturned(made) === unturned(wanted);

/** The frames of a recording for a network with another `takeGeometry`; undefined where they are of no use to it. */
export function takeFor(frames: Frames, made: string, wanted: string): Frames | undefined {
  if (made === wanted) return frames;
  return isTakeFor(made, wanted) ? mirroredCopy(frames) : undefined;
}

const unturned = (geometry: string): string => geometry.replace(',"mirrored":true', '');

/** A lesson as the bytes of a file. */
export function writeLesson({ geometry, gestures }: Lesson): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, StoredTensor>();
  const listed = gestures.map(({ label, takes }) => ({
    label,
    takes: takes.map(({ made, frames: { data, count, height, width } }) => {
      const tensor = `take.${tensors.size + 1}`;
      tensors.set(tensor, { dtype: 'U8', shape: [count, height, width, 3], bytes: data });
      return { tensor, made };
    }),
  }));
  const metadata = { format: FORMAT, version: String(VERSION), geometry, gestures: JSON.stringify(listed) };
  return writeSafetensors({ tensors, metadata });
}

/** The lesson in such a file, whose memory the recordings share. Throws `lesson/file` naming it. */
export function readLesson(file: Uint8Array, name: string): Lesson {
  if (file.length > lessonLimits.bytes)
    throw wrong(name, `at most ${lessonLimits.bytes} bytes`, `${file.length}`);
  const { tensors, metadata } = opened(file, name);
  if (metadata.format !== FORMAT)
    throw wrong(name, 'a lesson saved by Teach', 'a safetensors file of something else');
  if (metadata.version !== String(VERSION))
    throw wrong(
      name,
      `version ${VERSION}`,
      `version ${printable(metadata.version)}`,
      'open it with the version of Kinora that saved it',
    );
  if (typeof metadata.geometry !== 'string' || metadata.geometry.length > 1000)
    throw wrong(name, 'how its frames were made (geometry)', 'nothing');
  const listed = parsed(metadata.gestures, name);
  if (!Array.isArray(listed) || listed.length > lessonLimits.gestures)
    throw wrong(`${name}: gestures`, `a list of at most ${lessonLimits.gestures}`, printable(listed));
  const gestures = listed.map((one, i) => readGesture(one, `${name}: gestures.${i}`, tensors));
  const takes = gestures.reduce((sum, gesture) => sum + gesture.takes.length, 0);
  if (takes > lessonLimits.takes) throw wrong(name, `at most ${lessonLimits.takes} recordings`, `${takes}`);
  return { geometry: metadata.geometry, gestures };
}

function readGesture(
  value: unknown,
  where: string,
  tensors: ReadonlyMap<string, StoredTensor>,
): LessonGesture {
  const { label, takes } = (value ?? {}) as { label?: unknown; takes?: unknown };
  if (typeof label !== 'string' || label.length > lessonLimits.name)
    throw wrong(`${where}.label`, `a name of at most ${lessonLimits.name} letters`, printable(label));
  if (!Array.isArray(takes)) throw wrong(`${where}.takes`, 'a list', printable(takes));
  return { label, takes: takes.map((take, i) => readTake(take, `${where}.takes.${i}`, tensors)) };
}

function readTake(value: unknown, where: string, tensors: ReadonlyMap<string, StoredTensor>): Take {
  const { tensor, made } = (value ?? {}) as { tensor?: unknown; made?: unknown };
  const stored = typeof tensor === 'string' ? tensors.get(tensor) : undefined;
  if (stored === undefined)
    throw wrong(`${where}.tensor`, 'the name of a tensor in the file', printable(tensor));
  if (typeof made !== 'number' || !Number.isFinite(made))
    throw wrong(`${where}.made`, 'a time in milliseconds', printable(made));
  const { dtype, shape, bytes } = stored;
  const [count = 0, height = 0, width = 0, channels = 0] = shape;
  const within = (size: number, most: number): boolean => Number.isInteger(size) && size >= 1 && size <= most;
  const isTake =
    dtype === 'U8' &&
    shape.length === 4 &&
    channels === 3 &&
    within(count, lessonLimits.frames) &&
    within(height, lessonLimits.side) &&
    within(width, lessonLimits.side) &&
    bytes.length === product(shape);
  if (!isTake) throw wrong(where, 'frames, U8 [T, H, W, 3]', `${printable(dtype)} [${shape.join(', ')}]`);
  return { made, frames: { data: bytes, count, height, width } };
}

function opened(file: Uint8Array, name: string): ReturnType<typeof readSafetensors> {
  try {
    return readSafetensors(file, name);
  } catch (error) {
    const { received = 'another file' } = (error as KinoraError).parts ?? {};
    throw wrong(name, 'a lesson saved by Teach', received);
  }
}

function parsed(text: unknown, name: string): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    throw wrong(`${name}: gestures`, 'JSON', printable(text));
  }
}

/** What a file says may hold anything. */
const printable = (value: unknown): string =>
  (JSON.stringify(value) ?? 'nothing').replaceAll(/\p{C}/gu, '?').slice(0, 60);

const wrong = (
  where: string,
  expected: string,
  received: string,
  hint = 'choose a file that Teach saved with its recordings',
): KinoraError => kinoraError('lesson/file', where, expected, received, { hint });

/** Frames between two windows of a recording. */
const EVERY = 3;

/**
 * The windows of a recording that the network would see live, so that a gesture is learned at any moment of a window:
 * prepared clips `[N, T, H, W, 3]`, one every three frames. A recording that is too short stays on its last frame, as a source
 * that stops does.
 */
export function takeWindows({ data, count, height, width }: Frames, spec: PreprocessSpec): Uint8Array {
  const frames = spec.frames * spec.clips;
  const length = clipTicks(spec);
  const size = height * width * 3;
  const windows = Math.max(1, Math.floor((count - length) / EVERY) + 1);
  const clips = new Uint8Array(windows * frames * size);
  for (let w = 0; w < windows; w++)
    for (let k = 0; k < frames; k++) {
      const frame = Math.min(count - 1, w * EVERY + Math.floor((k * length) / frames));
      clips.set(data.subarray(frame * size, (frame + 1) * size), (w * frames + k) * size);
    }
  return clips;
}
