/** The optical flow of a clip as pictures, in the colours of the Middlebury benchmark. */
import { flowPicture, usualMost } from '@kinora/clip';
import type { SiteClip } from 'kinora/site';
import { imageAddress, rgbImage } from '../../design/paint.js';
import { clipFlow } from '../../site/open.js';

/**
 * Of each of these moments, in frames, the address of a picture of how pixels move there, or at the nearest moment whose
 * flow the site has; none for a clip in which nothing can move. One scale for all.
 */
export async function readFlowPictures(clip: SiteClip, moments: readonly number[]): Promise<string[]> {
  const fields = await clipFlow(clip);
  if (fields === undefined) return [];
  const most = usualMost(fields);
  const { places } = clip.flow!;
  return moments.map((moment) => {
    const picture = flowPicture(fields, nearest(places, moment), most);
    return imageAddress(rgbImage(picture, 0, fields.height, fields.width));
  });
}

/** Position of the value that is nearest. */
export function nearest(values: readonly number[], wanted: number): number {
  const distances = values.map((value) => Math.abs(value - wanted));
  return distances.indexOf(Math.min(...distances));
}
