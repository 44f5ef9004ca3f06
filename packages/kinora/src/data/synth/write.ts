/**
 * One clip on disk: a folder of JPEG frames `00001.jpg ...`, written beside its place and renamed, so that a
 * folder with a clip's name is a whole clip. Frames are not synced one by one: they can be rendered again.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeJpeg } from '../../clip/read/jpeg.js';
import { type ClipRequest, renderClip } from './clip.js';

/** What the main thread asks a worker for. */
export interface WriteRequest {
  readonly folder: string;
  readonly id: string;
  readonly request: ClipRequest;
}

/** Name of an unfinished clip's folder. */
export const partialName = (id: string): string => `.${id}.partial`;

/** Renders and writes a clip. Returns the number of frames and of bytes. */
export async function writeClip({
  folder,
  id,
  request,
}: WriteRequest): Promise<{ frames: number; bytes: number }> {
  const partial = join(folder, partialName(id));
  const clip = renderClip(request);
  const size = clip.height * clip.width * 3;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial);
  try {
    let bytes = 0;
    const files = Array.from({ length: clip.count }, (_, i) => {
      const jpeg = encodeJpeg(clip.data.subarray(i * size, (i + 1) * size), clip, clip.jpegQuality);
      bytes += jpeg.length;
      return writeFile(join(partial, frameName(i)), jpeg);
    });
    await Promise.all(files);
    await rename(partial, join(folder, id));
    return { frames: clip.count, bytes };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** Frames are counted from 1, as in Jester. */
export const frameName = (index: number): string => `${String(index + 1).padStart(5, '0')}.jpg`;
