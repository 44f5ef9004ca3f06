/** A video file of the reader's in a `<video>`: it never leaves the page. */
import { KinoraError } from '@kinora/torch/error';

/** Puts the file into `video` and waits for its first picture. Returns what gives the memory back. Throws `video/*`. */
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
    // An element that still named a revoked address would ask for it again, and complain.
    if (video.src === address) {
      video.removeAttribute('src');
      video.load();
    }
    URL.revokeObjectURL(address);
  };
}

/** Rejects where the browser cannot read it, or where there is sound but no picture. */
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
  new KinoraError({
    code: 'video/unreadable',
    where: file.name,
    expected: 'a video that this browser plays',
    received: `${file.type || 'a file of unknown kind'}, ${(file.size / 1e6).toFixed(1)} MB`,
    hint: 'MP4 with H.264 and WebM play everywhere; convert others, for instance with ffmpeg',
  });

/** Pixels of full HD: beyond them reading a frame takes longer than its turn on ordinary machines. */
const MANY = 1920 * 1088;

/** What to know of a video that is larger than it need be; undefined for others. */
export function tooLarge({ videoWidth: width, videoHeight: height }: HTMLVideoElement): string | undefined {
  if (width * height <= MANY) return undefined;
  return (
    `The video has ${width} × ${height} pixels, and every one is read before the picture is made small as in training. ` +
    'Frames may be left out; the same video in 640 × 480 is answered alike, and faster.'
  );
}
