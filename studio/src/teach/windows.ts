/** Cuts a recording into the windows that the network would see live, so that a head learns gestures at any offset. */
import type { Frames } from '@kinora/clip';
import type { PreprocessSpec } from '@kinora/recognizer';
import { clipSpan } from '../video/capture.js';

/** Prepared clips `[N, T, H, W, 3]` of prepared frames at the spec's rate, a window every `every` frames. */
export function windowsOf(recording: Frames, spec: PreprocessSpec, every: number): Uint8Array {
  const count = spec.frames * spec.clips;
  const length = Math.round(clipSpan(spec) * spec.frameRate);
  const size = recording.height * recording.width * 3;
  const windows = Math.max(1, Math.floor((recording.count - length) / every) + 1);
  const clips = new Uint8Array(windows * count * size);
  for (let w = 0; w < windows; w++)
    for (let k = 0; k < count; k++) {
      // A recording that is too short stays on its last frame, as it does live.
      const frame = Math.min(recording.count - 1, w * every + Math.floor((k * length) / count));
      clips.set(recording.data.subarray(frame * size, (frame + 1) * size), (w * count + k) * size);
    }
  return clips;
}
