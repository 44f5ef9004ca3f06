/**
 * Video decoding by FFmpeg's libraries through the optional package `node-av`, in this thread.
 * Packets are listed first, without decoding, which gives the times of all frames. Then only the requested frames are
 * converted to RGB, and decoding stops at the last of them.
 */

import { type Frames, frameBytes, framesIn } from '@kinora/clip';
import type * as NodeAv from 'node-av';
import { uninterrupted, uninterruptedAsync, withPauses } from './addon-threads.js';
import { checkClipSize, checkVideoFrame, LARGEST_VIDEO_FRAME } from './limits.js';
import { copyOriented, type Orientation, orientedSize, readDisplayMatrix } from './orient.js';
import { type VideoDecoder, videoError } from './video-decoder.js';

type Av = typeof NodeAv;

/** Seconds of video that take longer to decode than a seek. */
const WORTH_SEEKING = 1;

/** Timestamps closer than this, in seconds, count as equal. */
const SAME = 1e-6;

/** The decoder, or undefined if `node-av` is not installed or has no build for this platform. */
export async function libavDecoder(): Promise<VideoDecoder | undefined> {
  const av = await loadNodeAv();
  if (av === undefined) return undefined;
  return {
    name: 'node-av',
    times: async (path) => guard(path, () => listTimes(av, path)),
    decode: async (path, times, positions, storage) =>
      guard(path, () => decodeFrames(av, path, times, positions, storage)),
    // Reading the last frame from the start decodes all before it.
    verify: async (path, times) => guard(path, () => void decodeFrom(av, path, times, [times.length - 1])),
  };
}

/** FFmpeg's libraries; undefined if `node-av` is not installed or has no build for this platform. */
export async function loadNodeAv(): Promise<Av | undefined> {
  polyfillWithResolvers();
  try {
    const av = await uninterruptedAsync(() => import('node-av'));
    av.Log.setLevel(av.AV_LOG_QUIET);
    return av;
  } catch {
    return undefined;
  }
}

/** Node 20 lacks `Promise.withResolvers` and node-av 6 uses it. */
function polyfillWithResolvers(): void {
  const promise = Promise as unknown as { withResolvers?: () => object };
  promise.withResolvers ??= () => {
    const parts = {};
    return Object.assign(parts, {
      promise: new Promise((resolve, reject) => Object.assign(parts, { resolve, reject })),
    });
  };
}

function guard<T>(path: string, work: () => T): T {
  try {
    return uninterrupted(work);
  } catch (error) {
    throw videoError(path, error);
  }
}

function listTimes(av: Av, path: string): Float64Array {
  using file = openFile(av, path);
  const times: number[] = [];
  for (const packet of withPauses(file.demuxer.packetsSync(file.stream.index))) {
    if (packet === null) break;
    if (!packet.hasFlags(av.AV_PKT_FLAG_DISCARD)) times.push(packetTime(av, file, packet, times.length));
    packet.free();
  }
  return Float64Array.from(times).sort();
}

interface OpenFile extends Disposable {
  readonly demuxer: NodeAv.Demuxer;
  readonly stream: NodeAv.Stream;
  /** Seconds per unit of a timestamp. */
  readonly tick: number;
}

function openFile(av: Av, path: string): OpenFile {
  const demuxer = av.Demuxer.openSync(path, { copyTs: true });
  const stream = demuxer.video();
  if (stream === undefined) {
    demuxer.closeSync();
    throw new Error('a file without a video stream');
  }
  const close = () => demuxer.closeSync();
  try {
    checkVideoFrame(path, stream.codecpar);
  } catch (error) {
    close();
    throw error;
  }
  const tick = stream.timeBase.num / stream.timeBase.den;
  return { demuxer, stream, tick, [Symbol.dispose]: close };
}

/** Seconds; derived from the order of frames if the file has no timestamps. */
function packetTime(av: Av, { stream, tick }: OpenFile, { pts, dts }: NodeAv.Packet, order: number): number {
  if (pts !== av.AV_NOPTS_VALUE) return Number(pts) * tick;
  if (dts !== av.AV_NOPTS_VALUE) return Number(dts) * tick;
  const rate = stream.avgFrameRate;
  return rate.num > 0 ? (order * rate.den) / rate.num : order * tick;
}

function decodeFrames(
  av: Av,
  path: string,
  times: Float64Array,
  positions: ArrayLike<number>,
  storage?: Uint8Array,
): Frames {
  const first = times[positions[0]!]!;
  const jumped =
    first - times[0]! > WORTH_SEEKING ? decodeFrom(av, path, times, positions, storage, first) : undefined;
  return jumped ?? decodeFrom(av, path, times, positions, storage)!;
}

/**
 * Decodes from the start, or from the key frame before `seek` seconds. Undefined if the seek went past the first
 * requested frame, which happens in files with a poor index.
 */
function decodeFrom(
  av: Av,
  path: string,
  times: Float64Array,
  positions: ArrayLike<number>,
  storage?: Uint8Array,
  seek?: number,
): Frames | undefined {
  using file = openFile(av, path);
  if (seek !== undefined && !jump(av, file, seek)) return undefined;
  using decoder = av.Decoder.createSync(file.stream, {
    threadCount: 1,
    exitOnError: true,
    // Not by `options`: node-av 6 frees that dictionary twice.
    configure: (context) => void context.setOption('max_pixels', LARGEST_VIDEO_FRAME),
  });
  using painter = framePainter(av, path, file, positions.length, storage);
  let next = 0;
  let shown = 0;
  for (const frame of withPauses(decoder.framesSync(file.demuxer.packetsSync(file.stream.index)))) {
    if (frame === null) continue;
    const stamped = frame.bestEffortTimestamp !== av.AV_NOPTS_VALUE;
    const time = stamped ? Number(frame.bestEffortTimestamp) * file.tick : times[shown]!;
    if (seek !== undefined && shown === 0 && (!stamped || time > seek + SAME)) return undefined;
    // A requested frame that the decoder skips (before a stream's first key frame) is replaced by the next one.
    for (; next < positions.length && times[positions[next]!]! <= time + SAME; next++)
      painter.paint(frame, next);
    shown++;
    frame.free();
    if (next === positions.length) return painter.frames();
  }
  throw new Error(`one that ends after ${shown} of ${times.length} frames`);
}

function jump(av: Av, { demuxer, stream, tick }: OpenFile, seconds: number): boolean {
  const target = BigInt(Math.floor(seconds / tick));
  return demuxer.getFormatContext().seekFrameSync(stream.index, target, av.AVSEEK_FLAG_BACKWARD) >= 0;
}

/** Converts decoded pictures to upright RGB at given places of the result. */
function framePainter(av: Av, path: string, { stream }: OpenFile, count: number, storage?: Uint8Array) {
  const turn = readDisplayMatrix(stream.codecpar.getCodedSideData(av.AV_PKT_DATA_DISPLAYMATRIX));
  const scaler = new av.SoftwareScaleContext();
  scaler.allocContext();
  let rgb: NodeAv.Frame | undefined;
  let frames: Frames | undefined;
  return {
    paint(frame: NodeAv.Frame, place: number): void {
      if (frames === undefined) checkClipSize(path, count, frame);
      rgb ??= rgbFrame(av, frame);
      frames ??= emptyFrames(rgb, turn, count, storage);
      av.FFmpegError.throwIfError(scaler.scaleFrameSync(rgb, frame), 'colour conversion');
      const bytes = frameBytes(frames.height, frames.width);
      const out = frames.data.subarray(place * bytes, (place + 1) * bytes);
      copyOriented(rgb.data![0]!, rgb.linesize[0]!, rgb, turn, out);
    },
    frames: (): Frames => frames!,
    [Symbol.dispose](): void {
      rgb?.free();
      scaler.freeContext();
    },
  };
}

function emptyFrames(rgb: NodeAv.Frame, turn: Orientation, count: number, storage?: Uint8Array): Frames {
  const { height, width } = orientedSize(rgb, turn);
  return framesIn(storage, count, height, width);
}

/** Rows keep FFmpeg's alignment: without it the fast converters leave the last columns of odd widths unwritten. */
function rgbFrame(av: Av, like: NodeAv.Frame): NodeAv.Frame {
  const frame = new av.Frame();
  frame.alloc();
  frame.width = like.width;
  frame.height = like.height;
  frame.format = av.AV_PIX_FMT_RGB24;
  av.FFmpegError.throwIfError(frame.getBuffer(), 'memory for a picture');
  return frame;
}
