/** Adds the flow of one clip of a list to the cache. */
import { type PreprocessSpec, resizedSize } from '@kinora/clip';
import { type ClipPart, clipTimeline, openClip, partOf } from '../open.js';
import { cacheFlow } from './clip-flow.js';

/** Computes the clip's flow unless the cache has it. Resolves to whether it was computed. Throws `clip/*` and `flow/*`. */
export async function keepFlow(item: ClipPart, spec: PreprocessSpec, cache: string): Promise<boolean> {
  const source = await openClip(item.path);
  const timeline = clipTimeline(source, item, spec);
  const first = await source.read(timeline.subarray(0, 1));
  const size = resizedSize(first, spec);
  return cacheFlow({ source, timeline, part: partOf(item, spec), size }, cache);
}
