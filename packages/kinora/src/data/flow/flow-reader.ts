/** A clip's optical flow as the network sees it: the fields of its sampled frames, cropped and augmented as they are. */
import { type ClipDraw, type Matrix, type PreprocessSpec, prepareFlow } from '@kinora/clip';
import { type FlowClip, fieldPlaces, readFlow } from './clip-flow.js';

export interface FlowOptions {
  /** Folder that caches flow; absent: flow is computed every time. */
  readonly cache?: string;
}

/** The output, and the augmentation drawn for the clip. */
export interface FlowTarget {
  readonly out?: Uint8Array | undefined;
  readonly draw?: ClipDraw | undefined;
  /** How pixels moved within the crop afterwards, from output to source. */
  readonly view?: Matrix | undefined;
}

/**
 * `FLOW_FIELDS` fields, spread over the sampled `moments` of the clip's timeline, uint8 `[K, crop, crop, 2]`, in `out`
 * if that is given.
 */
export async function readClipFlow(
  clip: FlowClip,
  moments: Int32Array,
  { crop }: PreprocessSpec,
  { cache }: FlowOptions,
  { out, draw, view }: FlowTarget = {},
): Promise<Uint8Array> {
  const places = fieldPlaces(moments.length);
  const fields = await readFlow(
    clip,
    places.map((place) => moments[place]!),
    cache,
  );
  return prepareFlow(fields, crop, places, out, draw, view);
}
