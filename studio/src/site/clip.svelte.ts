/** The chosen clip, shared by all figures: as decoded, and as the network sees it. */

import { type Frames, prepareClip } from '@kinora/clip';
import type { SiteClip } from 'kinora/site';
import { type Volume, volume } from '../learn/arithmetic/volume.js';
import { clipBytes, site } from './open.js';

export interface ShownClip {
  readonly about: SiteClip;
  /** As decoded, before resize and crop. */
  readonly source: Frames;
  /** As the network sees it, before normalisation: uint8 RGB `[T, crop, crop, 3]`. */
  readonly frames: Frames;
}

let chosen = $state<number>();
let shown = $state.raw<ShownClip>();

export const clip = {
  /** Initially the first clip that the network gets right. */
  get index(): number {
    const { clips } = site();
    return (
      chosen ??
      Math.max(
        0,
        clips.findIndex(({ label, answer }) => label === answer),
      )
    );
  },
  /** Undefined until the first clip has been read. */
  get now(): ShownClip | undefined {
    return shown;
  },
  /** Throws if the clip's file cannot be read. */
  async choose(index: number): Promise<void> {
    chosen = index;
    const read = await readClip(index);
    if (chosen === index) shown = read;
  },
};

export async function readClip(index: number): Promise<ShownClip> {
  const about = site().clips[index]!;
  const { count, height, width } = about;
  const source = { data: await clipBytes(about), count, height, width };
  const { spec } = site();
  return { about, source, frames: { ...spec.crop, count, data: prepareClip(source, spec) } };
}

/** Brightness of every pixel in [0, 1], `[T, H, W]`. */
export function grey({ data, count, height, width }: Frames): Volume {
  return volume([count, height, width], (t, y, x) => {
    const p = ((t * height + y) * width + x) * 3;
    return (0.299 * data[p]! + 0.587 * data[p + 1]! + 0.114 * data[p + 2]!) / 255;
  });
}
