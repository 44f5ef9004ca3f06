/**
 * Video decoding by the programs `ffprobe` and `ffmpeg`, for machines without `node-av`. Frames arrive as PPM
 * pictures through a pipe; those that were not requested are dropped on arrival.
 */
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { type Frames, frameBytes, framesIn } from '@kinora/clip';
import { checkClipSize, checkVideoFrame, LARGEST_VIDEO_FRAME } from './limits.js';
import { type VideoDecoder, videoError } from './video-decoder.js';

const run = promisify(execFile);

/** The decoder, or undefined if the programs are not on the PATH. */
export async function ffmpegDecoder(): Promise<VideoDecoder | undefined> {
  const passthrough = await passthroughOption();
  if (passthrough === undefined) return undefined;
  return {
    name: 'ffmpeg',
    times: listTimes,
    decode: (path, times, positions, storage) => decodeFrames(path, passthrough, times, positions, storage),
    // Reading the last frame decodes all before it.
    verify: async (path, times) => void (await decodeFrames(path, passthrough, times, [times.length - 1])),
  };
}

/** The option that outputs every frame exactly once. It was renamed in FFmpeg 5.1, and newer versions lack the old name. */
async function passthroughOption(): Promise<string | undefined> {
  try {
    await run('ffprobe', ['-version']);
    const { stdout } = await run('ffmpeg', ['-hide_banner', '-h', 'long'], { maxBuffer: 1 << 26 });
    return stdout.includes('-fps_mode') ? '-fps_mode' : '-vsync';
  } catch {
    return undefined;
  }
}

interface Packet {
  pts_time?: string;
  dts_time?: string;
  flags?: string;
}

interface Probe {
  packets?: Packet[];
  streams?: { avg_frame_rate?: string; width?: number; height?: number }[];
}

async function listTimes(path: string): Promise<Float64Array> {
  const entries = 'packet=pts_time,dts_time,flags:stream=avg_frame_rate,width,height';
  const what = ['-select_streams', 'v:0', '-show_entries', entries, '-of', 'json'];
  try {
    const { stdout } = await run('ffprobe', ['-v', 'error', ...what, `file:${path}`], { maxBuffer: 2 ** 30 });
    const { packets = [], streams = [] } = JSON.parse(stdout) as Probe;
    const { width = 0, height = 0 } = streams[0] ?? {};
    checkVideoFrame(path, { height, width });
    const [frames, seconds] = (streams[0]?.avg_frame_rate ?? '25/1').split('/').map(Number);
    const byOrder = (order: number): number => (order * seconds!) / (frames! || 25);
    const shown = packets.filter((packet) => !packet.flags?.includes('D'));
    const time = ({ pts_time, dts_time }: Packet, i: number): number =>
      Number(pts_time ?? dts_time ?? byOrder(i));
    return Float64Array.from(shown, time).sort();
  } catch (error) {
    throw videoError(path, (error as { stderr?: string }).stderr || error);
  }
}

async function decodeFrames(
  path: string,
  passthrough: string,
  times: Float64Array,
  positions: ArrayLike<number>,
  storage?: Uint8Array,
): Promise<Frames> {
  const last = positions[positions.length - 1]!;
  const flags = [
    '-v',
    'error',
    '-xerror',
    '-nostdin',
    '-threads',
    '1',
    '-max_pixels',
    `${LARGEST_VIDEO_FRAME}`,
  ];
  const picture = ['-pix_fmt', 'rgb24', '-f', 'image2pipe', '-c:v', 'ppm', '-'];
  const output = ['-map', '0:v:0', passthrough, 'passthrough', '-frames:v', `${last + 1}`, ...picture];
  const child = spawn('ffmpeg', [...flags, '-i', `file:${path}`, ...output]);
  let problem = '';
  child.stderr.on('data', (text: Buffer) => {
    problem += text;
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const collector = collectFrames(path, positions, storage);
  try {
    for await (const chunk of child.stdout) collector.push(chunk as Buffer);
  } catch (error) {
    child.kill();
    throw videoError(path, error);
  }
  const code = await exit;
  const frames = collector.frames();
  if (code === 0 && frames !== undefined) return frames;
  throw videoError(path, problem || `one that ends after ${collector.seen()} of ${times.length} frames`);
}

/** Splits a stream of PPM pictures (`P6 width height 255`, then the pixels) and keeps the requested positions. */
function collectFrames(path: string, positions: ArrayLike<number>, storage?: Uint8Array) {
  let frames: Frames | undefined;
  let seen = 0;
  let next = 0;
  const push = pictureCutter((height, width, pixels) => {
    if (frames === undefined) checkClipSize(path, positions.length, { height, width });
    frames ??= framesIn(storage, positions.length, height, width);
    for (; next < positions.length && positions[next] === seen; next++) {
      frames.data.set(pixels, next * frameBytes(height, width));
    }
    seen++;
  });
  return {
    push,
    frames: (): Frames | undefined => (next === positions.length ? frames : undefined),
    seen: (): number => seen,
  };
}

/** Joins chunks only when a whole picture has arrived, so that each byte is copied once. */
function pictureCutter(take: (height: number, width: number, pixels: Uint8Array) => void) {
  const chunks: Buffer[] = [];
  let have = 0;
  let need = 1;
  return (chunk: Buffer): void => {
    chunks.push(chunk);
    have += chunk.length;
    if (have < need) return;
    let rest: Buffer = Buffer.concat(chunks);
    let picture = pictureHeader(rest);
    for (; picture !== undefined && picture.end <= rest.length; picture = pictureHeader(rest)) {
      take(picture.height, picture.width, rest.subarray(picture.start, picture.end));
      rest = rest.subarray(picture.end);
    }
    chunks.splice(0, chunks.length, rest);
    have = rest.length;
    need = picture?.end ?? have + 1;
  };
}

function pictureHeader(bytes: Buffer) {
  const header = /^P6\s(\d+)\s(\d+)\s255\s/.exec(bytes.toString('latin1', 0, 40));
  if (header === null) return undefined;
  const [width, height] = [Number(header[1]), Number(header[2])];
  const start = header[0].length;
  return { width, height, start, end: start + width * height * 3 };
}
