/** The camera, or in the project's words why there is none and what to do. */
import { KinoraError } from '@kinora/torch/error';

/** More than networks look at, and little enough for every machine. */
const WANTED: MediaTrackConstraints = {
  width: { ideal: 640 },
  height: { ideal: 480 },
  frameRate: { ideal: 30 },
};

/** Throws `camera/*`. */
export async function openCamera(): Promise<MediaStream> {
  if (navigator.mediaDevices === undefined) throw problem('insecure');
  try {
    return await navigator.mediaDevices.getUserMedia({ video: WANTED, audio: false });
  } catch (cause) {
    throw problem(KINDS[(cause as Error).name] ?? 'failed', cause as Error);
  }
}

/** Whether the reader has allowed it before, so that asking again disturbs nobody. */
export async function cameraIsAllowed(): Promise<boolean> {
  const asked = navigator.permissions?.query({ name: 'camera' as PermissionName });
  // Browsers that do not know this permission reject the name: there the reader is asked with a button.
  return (await asked?.catch(() => undefined))?.state === 'granted';
}

export const closeCamera = (stream: MediaStream): void => {
  for (const track of stream.getTracks()) track.stop();
};

type Kind = 'insecure' | 'denied' | 'none' | 'busy' | 'failed';

const KINDS: Readonly<Record<string, Kind>> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'none',
  OverconstrainedError: 'none',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

const PARTS: Record<Kind, { expected: string; received?: string; hint: string }> = {
  insecure: {
    expected: 'a page that may use a camera',
    received: 'one that came without encryption',
    hint: 'open it by https, or on this machine as http://127.0.0.1 or localhost',
  },
  denied: {
    expected: 'leave to use it',
    received: 'a refusal',
    hint: "allow the camera in the browser's settings for this page (the icon left of the address), or choose a video",
  },
  none: { expected: 'one', received: 'none on this machine', hint: 'connect one, or choose a video' },
  busy: {
    expected: 'one that is free',
    received: 'one that another program holds',
    hint: 'close that program, or choose a video',
  },
  failed: { expected: 'one that opens', hint: 'try again, or choose a video' },
};

function problem(kind: Kind, cause?: Error): KinoraError {
  const { expected, hint, received = cause?.message ?? 'nothing' } = PARTS[kind];
  return new KinoraError({ code: `camera/${kind}`, where: 'camera', expected, received, hint, cause });
}
