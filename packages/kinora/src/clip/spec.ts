/**
 * The preprocessing spec: everything that turns decoded frames into the network's input, as one JSON object.
 * It lives in the config, in every checkpoint and in every exported model, and is executed everywhere by
 * the same arithmetic (`prepare.ts`, `normalise.ts`). It says nothing about augmentation.
 */
import { KinoraError } from '@kinora/torch/error';
import * as z from 'zod';
import { nearest } from '../nearest.js';

const pixels = z.int().min(1).max(8192);

/**
 * What happens to the size of a frame before the crop. The aspect ratio is kept except by `exact`.
 * - `none`: nothing.
 * - `shrink`: frames higher than `height` are made `height` pixels high; smaller ones stay as they are.
 * - `height`: every frame is made `height` pixels high.
 * - `exact`: every frame is made `height` x `width`.
 */
export const resizeSchema = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('none') }),
  z.strictObject({ rule: z.literal('shrink'), height: pixels }),
  z.strictObject({ rule: z.literal('height'), height: pixels }),
  z.strictObject({ rule: z.literal('exact'), height: pixels, width: pixels }),
]);

const channels = z.tuple([z.number(), z.number(), z.number()]);
const positiveChannels = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]);

export const preprocessSchema = z.strictObject({
  /** Frames per second of the clips the network knows. Videos are resampled to it by their timestamps. */
  frameRate: z.number().positive().max(1000).default(12),
  /** Frames a clip fed to the network (`clip_size`). */
  frames: z.int().min(1).max(1024).default(18),
  /** Every how many-th frame is taken (`step_size`). */
  stride: z.int().min(1).max(256).default(2),
  /** Consecutive clips of `frames` frames each, joined along time (`nclips`); -1 takes the whole video. */
  clips: z
    .int()
    .min(-1)
    .max(256)
    .refine((n) => n !== 0, 'a positive number, or -1')
    .default(1),
  /** `dense`: the starting point's; `centre`: dense, from the middle; `uniform`: one frame per equal segment. */
  sampling: z.enum(['dense', 'centre', 'uniform']).default('dense'),
  resize: resizeSchema.default({ rule: 'shrink', height: 100 }),
  /** The centred window that the network sees, in pixels. */
  crop: z.strictObject({ height: pixels, width: pixels }).default({ height: 84, width: 84 }),
  /** Frames smaller than the crop: surrounded by `zeros`, or enlarged by `resize` until they fill it. */
  pad: z.enum(['zeros', 'resize']).default('zeros'),
  /** Per RGB channel, on the scale [0, 1]. */
  mean: channels.default([0.485, 0.456, 0.406]),
  std: positiveChannels.default([0.229, 0.224, 0.225]),
  /** The classes, in the order of the logits. */
  labels: z.array(z.string().min(1)).default([]),
  /** The label of a mirrored clip, where it is another one; null: clips of this label must not be mirrored. */
  flipMap: z.record(z.string(), z.string().nullable()).default({}),
});

export type PreprocessSpec = z.infer<typeof preprocessSchema>;
export type ResizeRule = z.infer<typeof resizeSchema>;

/** The starting point's preprocessing of Jester, for these labels. */
export function defaultSpec(labels: readonly string[] = []): PreprocessSpec {
  return preprocessSchema.parse({ labels: [...labels] });
}

/** Reads a spec from JSON data. Absent fields take their defaults; unknown ones are an error. */
export function parseSpec(value: unknown, where = 'preprocessing spec'): PreprocessSpec {
  const result = preprocessSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    const near = nearest(issue.keys[0]!, Object.keys(preprocessSchema.shape));
    throw new KinoraError({
      code: 'spec/unknown-key',
      where,
      expected: 'only known fields',
      received: `"${issue.keys[0]}"`,
      ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
    });
  }
  throw new KinoraError({
    code: 'spec/invalid',
    where: [where, ...issue.path].join('.'),
    expected: issue.message.replace(/^Invalid input: expected /, ''),
  });
}

/** Frames `[T]` that a clip of this spec holds. Undefined where it depends on the video (`clips: -1`). */
export function clipLength(spec: Pick<PreprocessSpec, 'frames' | 'clips'>): number | undefined {
  return spec.clips === -1 ? undefined : spec.frames * spec.clips;
}

/** `[T, H, W]` of the clips that networks see; where the length depends on the video, T of the shortest. */
export const clipSize = ({ frames, clips, crop }: PreprocessSpec): [t: number, h: number, w: number] => [
  frames * Math.max(1, clips),
  crop.height,
  crop.width,
];
