/** Opens the camera; its errors say why that failed and what to do. */
import { type KinoraError, kinoraError } from '@kinora/torch/error';

/** More than the networks need, and small enough for any machine. */
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

/** Whether the reader has already allowed it, so that no prompt appears. */
export async function cameraIsAllowed(): Promise<boolean> {
  const permission = navigator.permissions?.query({ name: 'camera' as PermissionName });
  // Browsers without this permission name reject it; there the reader starts the camera with a button.
  return (await permission?.catch(() => undefined))?.state === 'granted';
}

export const closeCamera = (stream: MediaStream): void => {
  for (const track of stream.getTracks()) track.stop();
};

/** Why a camera that was running shows nothing any more. */
export const disconnected = (): KinoraError =>
  kinoraError('camera/gone', 'camera', 'a camera that stays connected', 'one that was disconnected', {
    hint: 'connect it, and use it again',
  });

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
    received: 'an unencrypted page',
    hint: 'open it over https, or on this machine as http://127.0.0.1 or http://localhost',
  },
  denied: {
    expected: 'permission to use it',
    received: 'a refusal',
    hint: "allow the camera in the browser's settings for this page (the icon next to the address), or choose a video",
  },
  none: {
    expected: 'a connected camera',
    received: 'none on this machine',
    hint: 'connect one, or choose a video',
  },
  busy: {
    expected: 'a free camera',
    received: 'one that another program is using',
    hint: 'close that program, or choose a video',
  },
  failed: { expected: 'a camera that opens', hint: 'try again, or choose a video' },
};

function problem(kind: Kind, cause?: Error): KinoraError {
  const { expected, hint, received = cause?.message ?? 'nothing' } = PARTS[kind];
  return kinoraError(`camera/${kind}`, 'camera', expected, received, { hint, cause });
}
