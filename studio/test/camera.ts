/**
 * For tests only: writes a clip as a Y4M file, which Chromium plays in a loop as its camera, and as a WebM file. Frames are
 * RGB as decoded.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { type Frames, mirrorFrames } from '@kinora/clip';
import { openClip } from '../../packages/kinora/dist/data/open.js';

/** Frames per second of synthetic clips. */
const RATE = 12;

async function readFrames(folder: string): Promise<Frames> {
  const source = await openClip(folder);
  return source.read(Array.from({ length: source.count }, (_, i) => i));
}

/** What a camera films of the person in a synthetic clip, which shows people as a mirror does. */
export async function readFilm(folder: string): Promise<Frames> {
  const frames = await readFrames(folder);
  mirrorFrames(frames);
  return frames;
}

/** Writes full-range BT.601 in 4:4:4, as Chromium reads cameras: 4:2:0, with sides cut to even numbers. */
export function writeY4m(file: string, frames: readonly Frames[]): void {
  const [{ height, width }] = frames as [Frames];
  const size = { height: height & ~1, width: width & ~1 };
  const parts = frames.flatMap((clip) =>
    Array.from({ length: clip.count }, (_, t) =>
      Buffer.concat([Buffer.from('FRAME\n'), planes(clip, t, size)]),
    ),
  );
  const header = `YUV4MPEG2 W${size.width} H${size.height} F${RATE}:1 Ip A1:1 C420jpeg\n`;
  writeFileSync(file, Buffer.concat([Buffer.from(header), ...parts]));
}

/** One frame as Y, U, V in the studio range (16 to 235) that cameras use. */
function planes({ data, height, width }: Frames, t: number, size: { height: number; width: number }): Buffer {
  const y = Buffer.alloc(size.height * size.width);
  const [u, v] = [Buffer.alloc(y.length / 4), Buffer.alloc(y.length / 4)];
  for (let row = 0; row < size.height; row++)
    for (let column = 0; column < size.width; column++) {
      const p = ((t * height + row) * width + column) * 3;
      const [r, g, b] = [data[p]!, data[p + 1]!, data[p + 2]!];
      y[row * size.width + column] = 16 + 0.257 * r + 0.504 * g + 0.098 * b;
      if (row % 2 === 1 || column % 2 === 1) continue;
      const quarter = (row / 2) * (size.width / 2) + column / 2;
      u[quarter] = 128 - 0.148 * r - 0.291 * g + 0.439 * b;
      v[quarter] = 128 + 0.439 * r - 0.368 * g - 0.071 * b;
    }
  return Buffer.concat([y, u, v]);
}

/** Why this machine cannot write video files; undefined if it can. */
export const noFfmpeg =
  spawnSync('ffmpeg', ['-version']).status === 0 ? undefined : 'no ffmpeg (apt-get install ffmpeg)';

/** Converts a Y4M file to WebM with ffmpeg. */
export function writeWebm(file: string, y4m: string, ...options: string[]): void {
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', y4m, ...options, '-c:v', 'libvpx', '-b:v', '2M', file]);
}
