/** The clips in a folder: folders of frames and video files, at any depth. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { kinoraError } from '@kinora/torch/error';
import { fileError } from '../decode/file-error.js';
import { isFrameName } from '../decode/folder.js';
import { isVideoName } from '../lists/class-folders.js';
import type { ClipPart } from '../open.js';

/** Sorted by path. Hidden files and folders are ignored. Throws `data/empty-list` if there are none. */
export function clipsBelow(root: string): ClipPart[] {
  const clips = [...walk(root)].sort();
  if (clips.length > 0) return clips.map((path) => ({ path }));
  throw kinoraError('data/empty-list', root, 'folders of JPEG frames or video files', 'none');
}

function* walk(folder: string): Generator<string> {
  const entries = entriesOf(folder).filter(({ name }) => !name.startsWith('.'));
  if (entries.some(({ name }) => isFrameName(name))) {
    yield folder;
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (isVideoName(entry.name)) yield path;
    else if (entry.isDirectory()) yield* walk(path);
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw fileError(error, folder, 'a folder of clips');
  }
}
