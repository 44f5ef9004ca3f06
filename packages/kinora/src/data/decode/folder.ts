/**
 * A clip as a folder of JPEG frames, in the order of their names. Only the requested frames are read.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { kinoraError } from '@kinora/clip';
import { MEBIBYTE, readBounded } from '../../files/bounded.js';
import { fileError } from './file-error.js';
import { decodeFrames, type EncodedFrame, verifyFrames } from './jpeg-frames.js';
import type { ClipSource } from './source.js';

const FRAME = /\.jpe?g$/i;

/** Whether a file name is the name of a frame. */
export function isFrameName(name: string): boolean {
  return FRAME.test(name) && !name.startsWith('.');
}

/** Names of the frames in a folder, sorted as the tutorial sorts them: by code unit. */
export function frameNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter(isFrameName).sort();
  } catch (error) {
    throw fileError(error, folder, 'a folder of JPEG frames');
  }
}

/** Opens a folder of frames. They have no timestamps and are assumed to be at the spec's frame rate. */
export function openFolder(path: string): ClipSource {
  const files = frameFiles(path);
  const encoded = (position: number): EncodedFrame => readFrame(files[position]!);
  return {
    path,
    count: files.length,
    read: async (positions, storage) => decodeFrames(encoded, positions, storage),
    encoded: async () => encoded,
    verify: async () => verifyFrames(encoded, files.length),
  };
}

/** The files of a folder's frames, in order. Throws KinoraError `clip/...` if there are none. */
export function frameFiles(folder: string): string[] {
  const names = frameNames(folder);
  if (names.length > 0) return names.map((name) => join(folder, name));
  throw kinoraError('clip/empty-folder', folder, 'frames named *.jpg', 'a folder with none');
}

/** Most bytes of a frame's file. */
const LIMIT = 256 * MEBIBYTE;

/** Reads the frame's whole file. Throws KinoraError `clip/...`. */
export function readFrame(file: string): EncodedFrame {
  try {
    return { bytes: readBounded(file, { expected: 'a JPEG frame', limit: LIMIT, kind: 'clip' }), name: file };
  } catch (error) {
    throw fileError(error, file, 'a JPEG frame');
  }
}
