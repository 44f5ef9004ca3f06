/** Clips and files that Node has: folders of JPEG frames, video files, frames in memory. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Frames, kinoraError, type PreprocessSpec } from '@kinora/clip';
import type { ClipSource } from '../../../kinora/src/data/decode/source.js';
import { clipPositions, framesOf, mirroredCopy, prepareChosen, prepareFrames } from './clip.js';
import type { NodeClip } from './node-types.js';

/** The prepared clip, uint8 RGB `[T, crop.height, crop.width, 3]`. */
export async function clipPixels(clip: NodeClip, spec: PreprocessSpec, mirror: boolean): Promise<Uint8Array> {
  const oriented = (frames: Frames): Frames => (mirror ? mirroredCopy(frames) : frames);
  if (Array.isArray(clip)) return prepareFrames(oriented(framesOf(clip)), spec);
  if (typeof clip !== 'string' && !(clip instanceof URL))
    return prepareFrames(oriented(clip as Frames), spec);
  const source = await openSource(pathOf(clip));
  return prepareChosen(oriented(await source.read(clipPositions(source.count, source.times, spec))), spec);
}

/** Decodes with the trainer's own code. Opens a folder of JPEG frames (needs `@julusian/jpeg-turbo`) or a video file (needs `node-av` or the program ffmpeg). */
export async function openSource(path: string): Promise<ClipSource> {
  const { openClip } = await import('../../../kinora/src/data/open.js').catch((cause: Error) => {
    throw kinoraError('recognizer/decoder', path, 'the packages that decode pictures', cause.message, {
      hint: 'npm install @julusian/jpeg-turbo (and node-av for video files)',
      cause,
    });
  });
  return openClip(path);
}

/** The bytes of a file; what is wrong with it is an error of this code. */
export async function readNamed(
  path: string | URL,
  code: string,
  expected: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  try {
    return await readFile(path, { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    const received = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : String(cause);
    throw kinoraError(code, String(path), expected, received, { cause });
  }
}

export const pathOf = (path: string | URL): string => (path instanceof URL ? fileURLToPath(path) : path);
