/**
 * What a clip may take once it is decoded. A header of a few bytes can promise any size, so sizes are checked before
 * memory is taken for them.
 */
import { frameBytes, kinoraError, type Size } from '@kinora/clip';

/** Pixels of a frame of a video: those of 8K (7680 x 4320), and a little more. */
export const LARGEST_VIDEO_FRAME = 2 ** 25;

/** Bytes of the frames that one reading of a clip decodes, or resizes: 85 of 4K, 21 of 8K. */
export const LARGEST_CLIP = 2 ** 31;

/** Throws KinoraError `clip/too-large` for a video whose frames are too large to decode. */
export function checkVideoFrame(path: string, { height, width }: Size): void {
  if (height * width <= LARGEST_VIDEO_FRAME) return;
  const expected = `frames of at most ${LARGEST_VIDEO_FRAME} pixels`;
  throw kinoraError('clip/too-large', path, expected, `frames of ${width} x ${height}`, {
    hint: 'scale the video down',
  });
}

/** Throws KinoraError `clip/too-large` unless `count` frames of this size fit into the memory of a clip. */
export function checkClipSize(where: string, count: number, { height, width }: Size): void {
  if (frameBytes(height, width, count) <= LARGEST_CLIP) return;
  const expected = `at most ${LARGEST_CLIP} bytes of frames in a clip`;
  throw kinoraError('clip/too-large', where, expected, `${count} frames of ${width} x ${height}`, {
    hint: 'scale the frames down, or sample fewer',
  });
}
