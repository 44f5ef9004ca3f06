/** For tests only: a film that Chromium plays as its camera, uncompressed (Y4M keeps its speed, MJPEG does not). */
import { closeSync, openSync, writeSync } from 'node:fs';

/** Writes frames, RGB `[height, width, 3]` each, at a rate in frames per second. */
export function writeY4m(
  file: string,
  { height, width }: { height: number; width: number },
  rate: number,
  frames: Iterable<Uint8Array>,
): void {
  const handle = openSync(file, 'w');
  writeSync(handle, `YUV4MPEG2 W${width} H${height} F${rate}:1 Ip A1:1 C420jpeg\n`);
  for (const frame of frames) {
    writeSync(handle, 'FRAME\n');
    writeSync(handle, planes(frame, height, width));
  }
  closeSync(handle);
}

/** Y, then U and V at half the size (BT.601, full range). */
function planes(rgb: Uint8Array, height: number, width: number): Uint8Array {
  const luma = width * height;
  const out = new Uint8Array(luma * 1.5);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      const [r, g, b] = [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!];
      out[y * width + x] = 0.299 * r + 0.587 * g + 0.114 * b;
      if (y % 2 === 1 || x % 2 === 1) continue;
      const half = (y / 2) * (width / 2) + x / 2;
      out[luma + half] = 128 - 0.169 * r - 0.331 * g + 0.5 * b;
      out[luma * 1.25 + half] = 128 + 0.5 * r - 0.419 * g - 0.081 * b;
    }
  }
  return out;
}
