/** Clips on disk, in Node: folders of JPEG frames and video files, decoded by the trainer's own code. */
import type { ClipSource } from '../../kinora/src/data/decode/source.js';
import { KinoraError } from './error.js';
import type { TimedFrame } from './types.js';

/** Opens a folder of JPEG frames (needs `@julusian/jpeg-turbo`) or a video file (needs `node-av` or the program ffmpeg). */
export async function openSource(path: string): Promise<ClipSource> {
  const { openClip } = await import('../../kinora/src/data/decode/open.js').catch((cause: Error) => {
    throw new KinoraError({
      code: 'recognizer/decoder',
      where: path,
      expected: 'the packages that decode pictures',
      received: cause.message,
      hint: 'npm install @julusian/jpeg-turbo (and node-av for video files)',
      cause,
    });
  });
  return openClip(path);
}

/** Bytes of decoded frames to hold at once. */
const HELD = 64e6;

/** All frames of a source one after the other, with their times; those of a folder come at `rate` a second. */
export async function* playSource(source: ClipSource, rate: number): AsyncGenerator<TimedFrame> {
  let together = 1;
  for (let first = 0; first < source.count; ) {
    const positions = Array.from({ length: Math.min(together, source.count - first) }, (_, i) => first + i);
    const { data, height, width } = await source.read(positions);
    const size = height * width * 3;
    for (const [i, position] of positions.entries()) {
      const time = source.times?.[position] ?? position / rate;
      yield { data: data.subarray(i * size, (i + 1) * size), height, width, time };
    }
    first += positions.length;
    together = Math.max(1, Math.floor(HELD / size));
  }
}
