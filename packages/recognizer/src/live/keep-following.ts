/** A `<video>` for as long as it is on the page: recognised now, and again whenever it is played after its end. */
import type { BrowserRecognizer } from '../browser.js';

/** Until `signal` is aborted. What goes wrong is an `error` event of the recognizer. */
export function keepFollowing(
  recognizer: BrowserRecognizer,
  video: HTMLVideoElement,
  signal: AbortSignal,
): void {
  const follow = (): void => {
    const { ended } = recognizer.attach(video, { signal });
    void ended.then(() => {
      if (!signal.aborted) video.addEventListener('play', follow, { once: true, signal });
    });
  };
  follow();
}
