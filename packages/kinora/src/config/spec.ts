/** The preprocessing spec that a configuration amounts to: the same values under the names of clip/spec.ts. */
import type { PreprocessSpec } from '@kinora/clip';
import type { RunConfig } from './schema.js';

/** The preprocessing spec of a run whose network tells these labels apart. */
export function preprocessSpec(config: RunConfig, labels: readonly string[]): PreprocessSpec {
  return {
    frameRate: config.frame_rate,
    frames: config.clip_size,
    stride: config.step_size,
    clips: config.nclips,
    sampling: config.sampling,
    resize: config.resize,
    crop: config.crop,
    pad: config.pad,
    mean: config.mean,
    std: config.std,
    labels: [...labels],
    flipMap: config.flip_map,
  };
}
