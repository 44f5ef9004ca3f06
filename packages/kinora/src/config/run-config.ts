/** The types of a configuration, complete and as written, and its preprocessing spec. */
import type { AugmentSpec, PreprocessSpec } from '@kinora/clip';
import type * as z from 'zod';
import type { RunConfig, ScheduleInput } from './run-config.generated.js';
import type { runConfigSchema } from './schema.js';

export type { RunConfig, ScheduleInput };

type Input = z.input<typeof runConfigSchema>;

/** A configuration as written: every key is optional. */
export type RunConfigInput = {
  [Key in keyof RunConfig]?: Key extends 'augment'
    ? AugmentInput
    : Key extends 'schedule'
      ? ScheduleInput
      : Input[Key];
};

/** Augmentation as written: what differs from the defaults, or `false` for none. */
type AugmentInput =
  | false
  | {
      readonly [Key in keyof AugmentSpec]?: Key extends 'erasing'
        ? number | Partial<AugmentSpec['erasing']>
        : Key extends 'randAugment'
          ? Partial<NonNullable<AugmentSpec['randAugment']>> | null
          : AugmentSpec[Key];
    };

/** The preprocessing spec of a run with these labels. */
export function preprocessSpec(config: RunConfig, labels: readonly string[]): PreprocessSpec {
  const { frameRate, frames, stride, clips, sampling, resize, crop, pad, mean, std, flipMap, mirrored } =
    config;
  return {
    ...{ frameRate, frames, stride, clips, sampling, resize, crop, pad, mean, std },
    labels: [...labels],
    flipMap,
    mirrored,
  };
}
