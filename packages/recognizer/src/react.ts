/** `useRecognizer` for React 18 and newer: the recognizer as state of a component. */
import { useEffect, useState } from 'react';
import { type BrowserRecognizer, createRecognizer, type RecognizerOptions } from './browser.js';
import { keepFollowing } from './live/keep-following.js';
import type { Gesture, GestureFile, Prediction, Status } from './types.js';

/** Options of `createRecognizer`. A new `model`, `backend`, `threads` or `runtime` opens another recognizer. */
export interface UseRecognizerOptions extends Omit<RecognizerOptions, 'signal'> {
  /** Taught gestures to recognise instead of the model's labels. */
  readonly gestures?: GestureFile | null;
  /** As of `attach`. */
  readonly mirror?: boolean;
}

export interface UsedRecognizer {
  /** The `<video>` to follow: `<video ref={video} muted playsInline />`. You give it a camera or a file. */
  readonly video: (element: HTMLVideoElement | null) => void;
  /** The recognizer, once the model is open. */
  readonly recognizer?: BrowserRecognizer;
  /** The newest prediction. */
  readonly prediction?: Prediction;
  /** The gesture that lasts, if one does. */
  readonly gesture?: Gesture;
  /** Whether frames arrive, and if not, why. */
  readonly status: Status;
  /** What went wrong. */
  readonly error?: Error;
}

const IDLE: Status = { state: 'idle', reason: 'the model is being opened' };

/** What changes while a recognizer is used. */
type Seen = Omit<UsedRecognizer, 'video' | 'recognizer'>;

/** Opens a model, follows the `<video>` that gets `video` as its ref, and renders again with every prediction. */
export function useRecognizer(options: UseRecognizerOptions): UsedRecognizer {
  const { model, backend, threads, runtime, mirror, settings = {}, gestures = null } = options;
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const [recognizer, setRecognizer] = useState<BrowserRecognizer | undefined>(undefined);
  const [seen, setSeen] = useState<Seen>({ status: IDLE });
  const settingsText = JSON.stringify(settings);

  useEffect(() => {
    const gone = new AbortController();
    const { signal } = gone;
    const failed = (error: Error): void => {
      if (!signal.aborted) setSeen((before) => ({ ...before, error }));
    };
    const opening = createRecognizer({ ...options, signal });
    opening
      .then((opened) => {
        signal.addEventListener('abort', () => void opened.close());
        if (signal.aborted) return opened.close();
        opened.on('prediction', (prediction) => setSeen((before) => ({ ...before, prediction })));
        opened.on('gesture', (gesture) =>
          setSeen(({ gesture: _, ...before }) =>
            gesture.phase === 'started' ? { ...before, gesture } : before,
          ),
        );
        opened.on('status', (status) => setSeen((before) => ({ ...before, status })));
        opened.on('error', failed);
        return setRecognizer(opened);
      })
      .catch(failed);
    return () => {
      gone.abort();
      setRecognizer(undefined);
      setSeen({ status: IDLE });
    };
    // The rest of the options has effects of its own.
  }, [model, backend, threads, runtime]);

  useEffect(() => {
    if (recognizer === undefined || video === null) return;
    const gone = new AbortController();
    keepFollowing(recognizer, video, { signal: gone.signal, ...(mirror !== undefined && { mirror }) });
    return () => gone.abort();
  }, [recognizer, video, mirror]);

  useEffect(() => {
    const changes = JSON.parse(settingsText);
    try {
      recognizer?.configure(changes);
    } catch (error) {
      setSeen((before) => ({ ...before, error: error as Error }));
    }
  }, [recognizer, settingsText]);

  useEffect(() => {
    if (recognizer === undefined) return;
    const gone = new AbortController();
    recognizer.useGestures(gestures, { signal: gone.signal }).catch((error: Error) => {
      if (!gone.signal.aborted) setSeen((before) => ({ ...before, error }));
    });
    return () => gone.abort();
  }, [recognizer, gestures]);

  return { video: setVideo, ...(recognizer && { recognizer }), ...seen };
}
