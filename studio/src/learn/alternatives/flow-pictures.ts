/** The optical flow of a clip as pictures, in the colours of the Middlebury benchmark. */
import { flowPicture, usualMost } from '@kinora/clip';
import type { SiteClip } from 'kinora/site';
import { imageAddress, rgbImage } from '../../design/paint.js';
import { clipFlow } from '../../site/open.js';

/**
 * For each of these times, in frames, the data URL of a picture of the flow at the nearest time for which the site has one.
 * Empty for a clip without flow. All pictures share one scale.
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

/** Index of the nearest value. */
export function nearest(values: readonly number[], wanted: number): number {
  const distances = values.map((value) => Math.abs(value - wanted));
  return distances.indexOf(Math.min(...distances));
}
