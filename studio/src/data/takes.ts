/** Records takes from a running camera, and the order of takes in a series. */
import { kinoraError } from '@kinora/torch/error';

/** What browsers can record and the engine can read, best first. */
const FORMATS = ['video/webm;codecs=vp8', 'video/webm', 'video/mp4'];
/** Bits per second: plenty for 640 x 480. */
const RATE = 2_500_000;

/** Records until the time is over or `signal` fires, which rejects. Throws `camera/*`. */
export async function recordTake(stream: MediaStream, seconds: number, signal: AbortSignal): Promise<Blob> {
  signal.throwIfAborted();
  const mimeType = FORMATS.find((format) => MediaRecorder.isTypeSupported(format));
  const recorder = new MediaRecorder(stream, { ...(mimeType && { mimeType }), videoBitsPerSecond: RATE });
  const parts: Blob[] = [];
  const [track] = stream.getVideoTracks();
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      if (recorder.state !== 'inactive') recorder.stop();
    };
    const timer = setTimeout(stop, seconds * 1000);
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      reject(error);
      stop();
    };
    track?.addEventListener('ended', () => fail(pulled()), { once: true });
    signal.addEventListener('abort', () => fail(signal.reason), { once: true });
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.onerror = () => fail(pulled());
    recorder.onstop = () => {
      clearTimeout(timer);
      resolve(new Blob(parts, { type: recorder.mimeType }));
    };
    recorder.start();
  });
}

const pulled = (): Error =>
  kinoraError('camera/gone', 'camera', 'a camera that stays connected', 'one that was disconnected', {
    hint: 'this take was not saved, the earlier ones were; connect the camera and record again',
  });

/** Rejects if the signal fires. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}

export type Mode = 'one' | 'series' | 'all';

/** Classes of the takes in turn. All classes alternate, so that what changes slowly, like the light, differs within each. */
export function takesOf(
  mode: Mode,
  chosen: string,
  classes: readonly string[],
  count: number,
): readonly string[] {
  if (mode === 'one') return [chosen];
  const round = mode === 'all' ? classes : [chosen];
  return Array.from({ length: count }, () => round).flat();
}
