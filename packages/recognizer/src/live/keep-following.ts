/** A `<video>` for as long as it is on the page: recognised now, and again whenever it is played after its end. */
import type { BrowserRecognizer } from '../browser.js';
import type { PrepareOptions } from '../types.js';

/** Until `signal` is aborted. What goes wrong is an `error` event of the recognizer. */
export function keepFollowing(
  recognizer: BrowserRecognizer,
  video: HTMLVideoElement,
  options: PrepareOptions & { readonly signal: AbortSignal },
): void {
  const { signal } = options;
  const follow = (): void => {
    const { ended } = recognizer.attach(video, options);
    void ended.then(() => {
      if (!signal.aborted) video.addEventListener('play', follow, { once: true, signal });
    });
  };
  follow();
}
