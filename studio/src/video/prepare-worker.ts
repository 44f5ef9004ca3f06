/** A worker that turns pictures into network input: read at full size, then prepared with the trainer's arithmetic. */
import { type GeometrySpec, mirrorFrames, type PreprocessSpec, prepareClip } from '@kinora/clip';

export interface PrepareAsk {
  readonly id: number;
  readonly bitmap: ImageBitmap;
  readonly spec: GeometrySpec & Pick<PreprocessSpec, 'mirrored'>;
}

self.onmessage = ({ data: { id, bitmap, spec } }: MessageEvent<PrepareAsk>) => {
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data: rgba } = context.getImageData(0, 0, width, height);
  const frame = { data: withoutAlpha(rgba), count: 1, height, width };
  if (spec.mirrored) mirrorFrames(frame);
  const prepared = prepareClip(frame, spec);
  self.postMessage({ id, prepared });
};

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let read = 0, write = 0; write < rgb.length; read += 4, write += 3) {
    rgb[write] = rgba[read]!;
    rgb[write + 1] = rgba[read + 1]!;
    rgb[write + 2] = rgba[read + 2]!;
  }
  return rgb;
}
