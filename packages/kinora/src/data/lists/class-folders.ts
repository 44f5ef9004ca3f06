/** A data set as folders: `<root>/<class>/<clip>`, where a clip is a folder of frames or a video file. */
import { type Dirent, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { kinoraError } from '@kinora/torch/error';
import type { ListOptions } from './annotations.js';
import type { ClipItem, ClipList } from './clip-list.js';
import { className, unknownLabel } from './labels.js';

const VIDEO = new Set([
  '.mp4',
  '.mov',
  '.mkv',
  '.webm',
  '.avi',
  '.gif',
  '.m4v',
  '.mpg',
  '.mpeg',
  '.ts',
  '.wmv',
  '.ogv',
  '.3gp',
]);

/** Whether a file is a video, by its extension. */
export function isVideoName(name: string): boolean {
  return VIDEO.has(extname(name).toLowerCase());
}

/** Reads the folder. The classes are `labels`, or the subfolders in alphabetical order. */
export function readClassFolders(root: string, options: ListOptions = {}): ClipList {
  const classes = entriesOf(root)
    .filter(isFolder)
    .map(({ name }) => name);
  const labels = options.labels ?? classes.map((name) => className(name, () => root));
  const items: ClipItem[] = [];
  let dropped = 0;
  for (const name of classes) {
    const label = labels.indexOf(className(name, () => root));
    if (label < 0 && options.unknownLabels !== 'drop')
      throw unknownLabel(join(root, name), name, labels, 'folders');
    const clips = entriesOf(join(root, name)).filter((entry) => isFolder(entry) || isVideoName(entry.name));
    if (label < 0) dropped += clips.length;
    else
      items.push(
        ...clips.map((clip) => ({ id: `${name}/${clip.name}`, path: join(root, name, clip.name), label })),
      );
  }
  if (items.length > 0) return { labels, items, dropped };
  throw kinoraError('data/empty-list', root, 'folders named after classes, with clips in them', 'none');
}

/** Links are followed; hidden files are ignored. */
function isFolder(entry: Dirent): boolean {
  return entry.isDirectory() || (entry.isSymbolicLink() && !isVideoName(entry.name));
}

function entriesOf(folder: string): Dirent[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    throw kinoraError('data/missing-file', folder, {
      expected: 'a folder with one subfolder per class',
      received:
        (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'nothing there' : (cause as Error).message,
      cause,
    });
  }
}
