/**
 * Takes files into a project: clips under the next free number of their person, recordings likewise. A file is written beside
 * its place, read, and only then given its name, which never replaces another file.
 */
import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import { jpegSize } from '../data/decode/jpeg.js';
import { Numbers, temporary, type Workplace } from './changes.js';
import { MOST_FRAMES, UPLOAD_LIMIT } from './limits.js';
import { NOBODY, nextNumber } from './names.js';
import { type Project, pathsOf } from './project.js';
import { fileFacts, readLists, type ScannedClip } from './scan.js';
import { checkEditable, followClips } from './split.js';

/** Extensions of files by their content types. */
export const EXTENSIONS: Readonly<Record<string, string>> = {
  'video/mp4': '.mp4',
  'video/webm': '.webm',
  'video/quicktime': '.mov',
  'video/x-matroska': '.mkv',
  'video/x-msvideo': '.avi',
  'video/mpeg': '.mpg',
  'video/ogg': '.ogv',
  'video/3gpp': '.3gp',
  'image/gif': '.gif',
};

/**
 * Writes a stream to a file of its own. Throws `upload/too-large`, `upload/empty`, `project/disk-full`; removes what it wrote
 * then, and when the sender breaks off.
 */
export async function receive(
  project: Project,
  body: AsyncIterable<Uint8Array>,
  extension: string,
  limit = UPLOAD_LIMIT,
): Promise<string> {
  const path = temporary(project, extension);
  let bytes = 0;
  try {
    await using file = await open(path, 'wx');
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > limit) throw kinoraError('upload/too-large', 'upload', `at most ${limit} bytes`, 'more');
      for (let done = 0; done < chunk.length; ) done += (await file.write(chunk, done)).bytesWritten;
    }
    if (bytes === 0) throw kinoraError('upload/empty', 'upload', 'a video', 'no bytes');
    await file.datasync();
    return path;
  } catch (error) {
    rmSync(path, { force: true });
    throw diskFull(error as NodeJS.ErrnoException);
  }
}

/** Writes JPEG frames to a folder of their own. */
export async function receiveFrames(project: Project, frames: readonly Uint8Array[]): Promise<string> {
  if (frames.length === 0) throw kinoraError('upload/empty', 'frame', 'JPEG frames', 'none');
  if (frames.length > MOST_FRAMES)
    throw kinoraError('upload/too-large', 'frame', `at most ${MOST_FRAMES} frames`, `${frames.length}`);
  const sizes = frames.map((bytes, n) => jpegSize(bytes, `frame ${n + 1}`));
  const other = sizes.findIndex(
    ({ height, width }) => height !== sizes[0]!.height || width !== sizes[0]!.width,
  );
  if (other >= 0)
    throw kinoraError(
      'upload/frames',
      `frame ${other + 1}`,
      `${sizes[0]!.width} x ${sizes[0]!.height} pixels, as the first`,
      `${sizes[other]!.width} x ${sizes[other]!.height}`,
    );
  const path = temporary(project, '');
  try {
    mkdirSync(path);
    for (const [n, bytes] of frames.entries()) {
      await using file = await open(join(path, `${String(n + 1).padStart(5, '0')}.jpg`), 'wx');
      await file.writeFile(bytes);
    }
    return path;
  } catch (error) {
    rmSync(path, { recursive: true, force: true });
    throw diskFull(error as NodeJS.ErrnoException);
  }
}

/**
 * Gives a file in `.kinora/incoming` its place among the clips. Throws `clip/...` for one that cannot be read, and removes it.
 */
export async function addClip(
  { project, index, threads }: Workplace,
  file: string,
  { class: name, person = NOBODY }: { readonly class: string; readonly person?: string | undefined },
): Promise<ScannedClip> {
  checkEditable(project);
  try {
    const facts = await threads.read('probe', { path: file, rate: project.frameRate });
    const { clips } = pathsOf(project);
    mkdirSync(join(clips, name), { recursive: true });
    const extension = statSync(file).isDirectory() ? '' : extensionOf(file);
    const scan = index.scan();
    const numbers = new Numbers(scan);
    const former = readLists(project).parts;
    const id = place(
      file,
      () => numbers.next(name, person, extension),
      (id) => join(clips, id),
    );
    const path = join(clips, id);
    index.keep(path, fileFacts(path)!.version, facts);
    const after = index.scan();
    followClips(project, after, former);
    return index.scan().clips.find((clip) => clip.id === id)!;
  } catch (error) {
    rmSync(file, { recursive: true, force: true });
    throw plain(error as Error, file);
  }
}

/** Gives a file its place among the recordings, and returns its name. */
export async function addRecordingFile(
  { project, threads }: Workplace,
  file: string,
  person = NOBODY,
): Promise<string> {
  try {
    await threads.read('probe', { path: file, rate: project.frameRate });
    const { recordings } = pathsOf(project);
    mkdirSync(recordings, { recursive: true });
    const extension = statSync(file).isDirectory() ? '' : extensionOf(file);
    let number = nextNumber(readdirSync(recordings), person);
    return place(
      file,
      () => `${person}-${number++}${extension}`,
      (name) => join(recordings, name),
    );
  } catch (error) {
    rmSync(file, { recursive: true, force: true });
    throw plain(error as Error, file);
  }
}

const extensionOf = (file: string): string => /\.[^./\\]+$/.exec(file)?.[0] ?? '';

/** Another program may take a name at any moment: files are linked to theirs, which fails where there is one. */
function place(file: string, next: () => string, pathOf: (name: string) => string): string {
  for (;;) {
    const name = next();
    const path = pathOf(name);
    if (existsSync(path)) continue;
    if (statSync(file).isDirectory()) {
      renameSync(file, path);
      return name;
    }
    try {
      linkSync(file, path);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') continue;
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code))
        throw diskFull(error as NodeJS.ErrnoException);
      renameSync(file, path);
      return name;
    }
    rmSync(file);
    return name;
  }
}

/** The reader's errors name a file that nobody knows. */
function plain(error: Error, file: string): Error {
  const { parts } = error as Partial<KinoraError>;
  if (parts?.where === undefined || !parts.where.startsWith(file)) return error;
  return kinoraError(parts.code, 'upload', parts.expected ?? 'a video', parts.received ?? 'another file', {
    ...(parts.hint !== undefined && { hint: parts.hint }),
  });
}

export function diskFull(error: NodeJS.ErrnoException): Error {
  if (error.code !== 'ENOSPC' && error.code !== 'EDQUOT') return error;
  return kinoraError('project/disk-full', error.path, 'room on the disk', 'none', {
    hint: 'free some, and try again; nothing was kept of it',
    cause: error,
  });
}

/** Names of incoming files that nobody will finish: of a killed server. Only for who holds the project. */
export function sweepIncoming(project: Project, olderThan = 3_600_000): void {
  const folder = join(pathsOf(project).hidden, 'incoming');
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.mtimeMs > olderThan)
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}
