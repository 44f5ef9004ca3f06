/**
 * The preprocessing spec: everything that turns decoded frames into the network's input, as one JSON object. It is
 * stored in the config, in every checkpoint and in every exported model, and executed everywhere by the same arithmetic
 * (`prepare.ts`, `normalise.ts`). It does not include augmentation.
 */
import {
  above,
  boolean,
  type Check,
  channels,
  fields,
  finite,
  list,
  oneOf,
  printable,
  record,
  refuse,
  whole,
} from './checks.js';
import { type KinoraError, kinoraError } from './error.js';
import type { Size } from './frames.js';

/**
 * How decoded frames become network input: frame rate, sampling, resizing, crop, normalisation,
 * labels. It is part of every configuration, checkpoint and exported model.
 */
export interface PreprocessSpec {
  /** Frames per second of the network's clips. Videos are resampled to this rate by their timestamps. */
  readonly frameRate: number;
  /** Number of frames in a clip. */
  readonly frames: number;
  /** Distance between two frames of a clip, in frames. */
  readonly stride: number;
  /** Consecutive clips of `frames` frames each, joined along time; -1 takes the whole video. */
  readonly clips: number;
  /** `dense`: the tutorial's; `centre`: dense, from the middle; `uniform`: one frame per equal segment. */
  readonly sampling: 'dense' | 'centre' | 'uniform';
  readonly resize: ResizeRule;
  /** The centre crop that the network sees, in pixels. */
  readonly crop: Size;
  /** Frames smaller than the crop: surrounded by `zeros`, or enlarged by `resize` until they fill it. */
  readonly pad: 'zeros' | 'resize';
  /** Per RGB channel, on the scale [0, 1]. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** The classes, in the order of the logits. */
  readonly labels: readonly string[];
  /** The label of a mirrored clip, if it differs; null: clips of this label must not be mirrored. */
  readonly flipMap: Readonly<Record<string, string | null>>;
  /**
   * Whether the clips show people as a mirror does, their left hand at the left of the picture, as synthetic gestures do.
   * Cameras show people as others see them, so pictures of a running camera are then mirrored before the network sees them.
   */
  readonly mirrored: boolean;
}

/**
 * How frames are resized before the crop. All rules except `exact` keep the aspect ratio.
 * - `none`: not resized.
 * - `shrink`: frames higher than `height` are made `height` pixels high; smaller ones stay as they are.
 * - `height`: every frame is made `height` pixels high.
 * - `exact`: every frame is made `height` x `width`.
 */
export type ResizeRule =
  | { readonly rule: 'none' }
  | { readonly rule: 'shrink' | 'height'; readonly height: number }
  | { readonly rule: 'exact'; readonly height: number; readonly width: number };

/** Lowest and highest value of each number. `frameRate` must be above its lowest; `clips` may also be -1. */
export const specLimits = {
  frameRate: [0, 1000],
  frames: [1, 1024],
  stride: [1, 256],
  clips: [1, 256],
  /** Sides of the crop and of resized frames. */
  pixels: [1, 8192],
  /** Numbers in a clip: frames x 3 x height x width. As float32 they are 256 MiB. */
  numbers: [1, 67_108_864],
} as const;

/** The tutorial's preprocessing of Jester. */
export const specDefaults: PreprocessSpec = {
  frameRate: 12,
  frames: 18,
  stride: 2,
  clips: 1,
  sampling: 'dense',
  resize: { rule: 'shrink', height: 100 },
  crop: { height: 84, width: 84 },
  pad: 'zeros',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  labels: [],
  flipMap: {},
  mirrored: false,
};

const pixels = whole(specLimits.pixels);
const height = { rule: oneOf('shrink', 'height'), height: pixels };
const resizeChecks = {
  none: fields({ rule: oneOf('none') }),
  shrink: fields(height),
  height: fields(height),
  exact: fields({ rule: oneOf('exact'), height: pixels, width: pixels }),
};
const rule = oneOf('none', 'shrink', 'height', 'exact');

const resize: Check<ResizeRule> = (value, where) =>
  resizeChecks[rule((value as Partial<ResizeRule> | null)?.rule, `${where}.rule`)](value, where);

const clips: Check<number> = (value, where) => {
  if (value === 0) refuse(where, 'a positive number, or -1', value);
  return value === -1 ? -1 : whole(specLimits.clips)(value, where);
};

const checkSpec = fields<PreprocessSpec>(
  {
    frameRate: above(specLimits.frameRate),
    frames: whole(specLimits.frames),
    stride: whole(specLimits.stride),
    clips,
    sampling: oneOf('dense', 'centre', 'uniform'),
    resize,
    crop: fields({ height: pixels, width: pixels }),
    pad: oneOf('zeros', 'resize'),
    mean: channels(finite),
    std: channels(above([0, Number.POSITIVE_INFINITY])),
    labels: list(printable),
    flipMap: record((value, where) =>
      typeof value === 'string' ? value : value === null ? null : refuse(where, 'a label or null', value),
    ),
    mirrored: boolean,
  },
  specDefaults,
);

/** The tutorial's preprocessing of Jester, for these labels. */
export function defaultSpec(labels: readonly string[] = []): PreprocessSpec {
  return { ...structuredClone(specDefaults), labels: [...labels] };
}

/** Reads a spec from JSON data. Missing fields get their defaults; unknown fields are an error. */
export function parseSpec(value: unknown, where = 'preprocessing spec'): PreprocessSpec {
  const spec = checkSpec(value, where);
  if (clipNumbers(spec) > specLimits.numbers[1]) throw tooLarge(spec, where);
  return spec;
}

/** How many numbers a clip has; if its length depends on the video, the shortest. */
export const clipNumbers = (spec: Pick<PreprocessSpec, 'frames' | 'clips' | 'crop'>): number =>
  3 * clipSize(spec).reduce((product, size) => product * size);

function tooLarge(spec: PreprocessSpec, where: string): KinoraError {
  const [t, h, w] = clipSize(spec);
  return kinoraError('spec/invalid', where, {
    expected: `clips of at most ${specLimits.numbers[1]} numbers (frames x 3 x height x width)`,
    received: `${t} x 3 x ${h} x ${w}`,
    hint: 'use fewer frames, fewer clips or a smaller crop',
  });
}

/** Number of frames in a clip of this spec. Undefined if it depends on the video (`clips: -1`). */
export function clipLength(spec: Pick<PreprocessSpec, 'frames' | 'clips'>): number | undefined {
  return spec.clips === -1 ? undefined : spec.frames * spec.clips;
}

/** `[T, H, W]` of the network's clips; if the length depends on the video, T of the shortest. */
export const clipSize = ({
  frames,
  clips,
  crop,
}: Pick<PreprocessSpec, 'frames' | 'clips' | 'crop'>): [t: number, h: number, w: number] => [
  frames * Math.max(1, clips),
  crop.height,
  crop.width,
];
