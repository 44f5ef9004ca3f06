/** Opens the reader's video file in a `<video>`. The file never leaves the page. */
import { type KinoraError, kinoraError } from '@kinora/torch/error';

/** Puts the file into `video` and waits for its first picture. Returns a function that frees it. Throws `video/*`. */
export async function openVideoFile(video: HTMLVideoElement, file: File): Promise<() => void> {
  const address = URL.createObjectURL(file);
  video.srcObject = null;
  video.src = address;
  try {
    await firstPicture(video);
  } catch {
    URL.revokeObjectURL(address);
    video.removeAttribute('src');
    throw notPlayable(file);
  }
  return () => {
    // An element that still referred to a revoked address would fetch it again and log an error.
    if (video.src === address) {
      video.removeAttribute('src');
      video.load();
    }
    URL.revokeObjectURL(address);
  };
}

/** Rejects if the browser cannot read it, or if it has sound but no picture. */
function firstPicture(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      if (video.videoWidth > 0) resolve();
      else reject(new Error('no picture'));
    };
    video.addEventListener('loadeddata', settle, { once: true });
    video.addEventListener('error', () => reject(new Error('not readable')), { once: true });
  });
}

const notPlayable = (file: File): KinoraError =>
  kinoraError('video/unreadable', file.name, {
    expected: 'a video that this browser can play',
    received: `${file.type || 'a file of unknown type'}, ${(file.size / 1e6).toFixed(1)} MB`,
    hint: 'MP4 with H.264 and WebM play everywhere; convert other formats, for example with ffmpeg',
  });

/** Pixels of full HD: above this, reading a frame takes longer than its duration on ordinary machines. */
const MANY = 1920 * 1088;

/** A warning about a video that is larger than necessary; undefined for others. */
export function tooLarge({ videoWidth: width, videoHeight: height }: HTMLVideoElement): string | undefined {
  if (width * height <= MANY) return undefined;
  return (
    `The video has ${width} × ${height} pixels, and each of them is read before the picture is scaled down as in training. ` +
    'Some frames may be skipped. The same video at 640 × 480 gives equivalent predictions, and faster ones.'
  );
}
