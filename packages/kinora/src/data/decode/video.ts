/**
 * Video files in any codec that FFmpeg supports: their frame times and the requested frames. Decoding itself is in
 * `video-libav.ts` (FFmpeg's libraries, preferred) and `video-ffmpeg.ts` (the `ffmpeg` program).
 */
import { statSync } from 'node:fs';
import { type KinoraError, kinoraError } from '@kinora/clip';
import type { ClipSource } from './source.js';
import type { VideoDecoder } from './video-decoder.js';
import { ffmpegDecoder } from './video-ffmpeg.js';
import { libavDecoder } from './video-libav.js';

/** The decoder on this machine: `node-av` if it is installed, otherwise the `ffmpeg` program, otherwise undefined. */
export async function findVideoDecoder(): Promise<VideoDecoder | undefined> {
  return (await libavDecoder()) ?? (await ffmpegDecoder());
}

/** Seconds. With damaged timestamps, frames could be repeated for years. */
const LONGEST = 1e6;

let decoder: Promise<VideoDecoder | undefined> | undefined;

/** Opens a video file. Throws KinoraError `clip/...` if it is empty, damaged or holds no video. */
export async function openVideo(path: string, use?: VideoDecoder): Promise<ClipSource> {
  if (statSync(path).size === 0) throw corruptVideo(path, 'an empty file');
  decoder ??= findVideoDecoder();
  const found = use ?? (await decoder) ?? noDecoder(path);
  const stamps = await found.times(path);
  if (stamps.length === 0) throw corruptVideo(path, 'one without any frame');
  const span = stamps.at(-1)! - stamps[0]!;
  if (!(span < LONGEST)) throw corruptVideo(path, `timestamps that are ${span} seconds apart`);
  return {
    path,
    count: stamps.length,
    times: stamps.map((stamp) => stamp - stamps[0]!),
    read: (positions, storage) => found.decode(path, stamps, positions, storage),
    verify: () => found.verify(path, stamps),
  };
}

function noDecoder(path: string): never {
  throw kinoraError('video/no-decoder', path, {
    expected: 'a video decoder on this machine',
    received: 'neither node-av nor the program ffmpeg',
    hint: 'npm install node-av, or install ffmpeg (Debian, Ubuntu: apt-get install ffmpeg; macOS: brew install ffmpeg)',
  });
}

function corruptVideo(path: string, received: string): KinoraError {
  return kinoraError('clip/corrupt-video', path, 'a video file', received);
}
