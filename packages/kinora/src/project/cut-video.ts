/**
 * Writes a part of a video as a video of its own, in H.264: frames keep their times, and no frame outside of the part is
 * in the file. Where FFmpeg's libraries are missing, by the program `ffmpeg`; where that is missing too, and for folders of
 * frames, as a folder of frames.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { kinoraError } from '@kinora/clip';
import type * as NodeAv from 'node-av';
import { uninterrupted } from '../data/decode/addon-threads.js';
import { frameFiles } from '../data/decode/folder.js';
import { encodeJpeg } from '../data/decode/jpeg.js';
import type { ClipSource } from '../data/decode/source.js';
import { loadNodeAv } from '../data/decode/video-libav.js';
import { openClip } from '../data/open.js';
import { probe } from './pictures.js';
import type { Facts, Readings } from './reader.js';

/** Units of a second in the file. */
const TICKS = 90_000;

/** Constant rate factor: hardly visible loss. */
const QUALITY = '17';

/**
 * @returns what the new file holds
 * @throws KinoraError `clip/...` for a file that cannot be read, and `project/no-frames` for a part without frames
 */
export async function cutVideo({ path, rate, start, end, to }: Readings['cut']['ask']): Promise<Facts> {
  const source = await openClip(path);
  const positions = positionsIn(source, rate, start, end);
  if (positions.length === 0)
    throw kinoraError('project/no-frames', path, `a frame between ${start} and ${end} s`, 'none');
  try {
    if (statSync(path).isDirectory()) copyFrames(path, positions, to);
    else {
      const av = await loadNodeAv();
      if (av !== undefined) await encode(av, source, positions, to);
      else if (!(await encodeByProgram(path, start, end, to))) await writeFrames(source, positions, rate, to);
    }
    return await probe({ path: to, rate });
  } catch (error) {
    rmSync(to, { recursive: true, force: true });
    throw error;
  }
}

/** Frames that are shown from `start` until before `end`. */
function positionsIn({ count, times }: ClipSource, rate: number, start: number, end: number): number[] {
  const at = (position: number) => times?.[position] ?? position / rate;
  return Array.from({ length: count }, (_, position) => position).filter(
    (position) => at(position) >= start - 1e-6 && at(position) < end - 1e-6,
  );
}

function copyFrames(path: string, positions: readonly number[], to: string): void {
  const files = frameFiles(path);
  mkdirSync(to);
  for (const position of positions) copyFileSync(files[position]!, join(to, basename(files[position]!)));
}

/** At the rate of the project, because a folder of frames has no times. */
async function writeFrames(
  source: ClipSource,
  positions: readonly number[],
  rate: number,
  to: string,
): Promise<void> {
  mkdirSync(to);
  const [first, last] = [source.times![positions[0]!]!, source.times![positions.at(-1)!]!];
  let next = 0;
  for (let n = 0; n / rate <= last - first + 1e-6; n++) {
    while (next + 1 < positions.length && source.times![positions[next + 1]!]! <= first + n / rate + 1e-6)
      next++;
    const { data, height, width } = await source.read([positions[next]!]);
    writeFileSync(join(to, `${String(n + 1).padStart(5, '0')}.jpg`), encodeJpeg(data, { height, width }, 92));
  }
}

/** Frames decoded at a time. */
const CHUNK = 16;

async function encode(
  av: typeof NodeAv,
  source: ClipSource,
  positions: readonly number[],
  to: string,
): Promise<void> {
  const first = source.times![positions[0]!]!;
  const writer = uninterrupted(() => videoWriter(av, to));
  try {
    for (let from = 0; from < positions.length; from += CHUNK) {
      const chunk = positions.slice(from, from + CHUNK);
      const { data, height, width } = await source.read(chunk);
      const size = height * width * 3;
      for (const [i, position] of chunk.entries())
        uninterrupted(() =>
          writer.write(
            data.subarray(i * size, (i + 1) * size),
            height,
            width,
            source.times![position]! - first,
          ),
        );
    }
    uninterrupted(() => writer.finish());
  } finally {
    uninterrupted(() => writer.close());
  }
}

/** An MP4 file that grows by frames. */
export function videoWriter(av: typeof NodeAv, to: string) {
  // By `configure` and not by `options`: node-av 6 frees that dictionary twice.
  const encoder = av.Encoder.createSync(av.FF_ENCODER_LIBX264, {
    maxBFrames: 0,
    gopSize: 12,
    threadCount: 1,
    configure: (context) => {
      for (const [name, value] of [
        ['crf', QUALITY],
        ['preset', 'veryfast'],
      ] as const)
        av.FFmpegError.throwIfError(
          context.setOption(name, value, av.AV_OPT_TYPE_STRING, av.AV_OPT_SEARCH_CHILDREN),
          name,
        );
    },
  });
  const muxer = av.Muxer.openSync(to);
  const stream = muxer.addStream(encoder);
  const scaler = new av.SoftwareScaleContext();
  scaler.allocContext();
  let open = true;
  const put = (packets: Iterable<NodeAv.Packet | null>): void => {
    for (const packet of packets) {
      if (packet === null) continue;
      muxer.writePacketSync(packet, stream);
      packet.free();
    }
  };
  return {
    write(pixels: Uint8Array, height: number, width: number, seconds: number): void {
      const rgb = picture(av, av.AV_PIX_FMT_RGB24, height, width);
      const [row, line] = [width * 3, rgb.linesize[0]!];
      for (let y = 0; y < height; y++) rgb.data![0]!.set(pixels.subarray(y * row, (y + 1) * row), y * line);
      // H.264 with halved colours needs even sides.
      const yuv = picture(av, av.AV_PIX_FMT_YUV420P, height + (height % 2), width + (width % 2));
      av.FFmpegError.throwIfError(scaler.scaleFrameSync(yuv, rgb), 'colour conversion');
      yuv.pts = BigInt(Math.round(seconds * TICKS));
      yuv.timeBase = new av.Rational(1, TICKS);
      put(encoder.packetsSync(yuv));
      rgb.free();
      yuv.free();
    },
    finish(): void {
      put(encoder.flushPacketsSync());
      muxer.closeSync();
      open = false;
    },
    close(): void {
      if (open) muxer.closeSync();
      encoder.close();
      scaler.freeContext();
    },
  };
}

function picture(
  av: typeof NodeAv,
  format: NodeAv.AVPixelFormat,
  height: number,
  width: number,
): NodeAv.Frame {
  const frame = new av.Frame();
  frame.alloc();
  Object.assign(frame, { width, height, format });
  av.FFmpegError.throwIfError(frame.getBuffer(), 'memory for a picture');
  return frame;
}

const run = promisify(execFile);

/** False where there is no such program. */
async function encodeByProgram(path: string, start: number, end: number, to: string): Promise<boolean> {
  const output = ['-an', '-c:v', 'libx264', '-crf', QUALITY, '-pix_fmt', 'yuv420p', '-threads', '1', to];
  try {
    await run('ffmpeg', [
      '-v',
      'error',
      '-nostdin',
      '-y',
      '-ss',
      `${start}`,
      '-i',
      `file:${path}`,
      '-t',
      `${end - start}`,
      ...output,
    ]);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw kinoraError(
      'clip/corrupt-video',
      path,
      'a video that ffmpeg can cut',
      (error as Error).message.split('\n')[1] ?? 'another',
    );
  }
}
