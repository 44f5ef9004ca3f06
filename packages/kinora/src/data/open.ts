/** Opens any clip: looks whether the path is a folder of frames, a video file or a place in a packed shard. */
import { type Stats, statSync } from 'node:fs';
import { fileError } from './decode/file-error.js';
import { openFolder } from './decode/folder.js';
import type { ClipSource } from './decode/source.js';
import { openVideo } from './decode/video.js';
import { packedPlace } from './pack/description.js';
import { openPacked } from './pack/packed.js';

/** Opens a folder of JPEG frames, a video file or a packed clip. Throws KinoraError `clip/...` if there is no clip. */
export async function openClip(path: string): Promise<ClipSource> {
  const place = packedPlace(path);
  if (place !== undefined) return openPacked(path, place);
  return statClip(path).isDirectory() ? openFolder(path) : openVideo(path);
}

function statClip(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw fileError(error, path, 'a folder of JPEG frames or a video file');
  }
}
