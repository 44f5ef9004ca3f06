/** What the network sees of a running video: the frames of its clip, and their differences, as one picture. */
import { type Frames, frameAt } from '@kinora/clip';

/** How much brighter a difference is drawn: movements change pixels by a small part of their range. */
const GAIN = 3;

/** The frames side by side, and below each but the first how it differs from the one before; black is no change. */
export function filmImage(frames: Frames): ImageData {
  const { count, height, width } = frames;
  const image = new ImageData(count * width, 2 * height);
  for (let t = 0; t < count; t++) {
    const [now, before] = [frameAt(frames, t), frameAt(frames, Math.max(0, t - 1))];
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const from = (y * width + x) * 3;
        const [shown, changed] = [y, y + height].map((row) => (row * count * width + t * width + x) * 4) as [
          number,
          number,
        ];
        for (let c = 0; c < 3; c++) {
          image.data[shown + c] = now[from + c]!;
          image.data[changed + c] = GAIN * Math.abs(now[from + c]! - before[from + c]!);
        }
        image.data[shown + 3] = 255;
        image.data[changed + 3] = 255;
      }
  }
  return image;
}
