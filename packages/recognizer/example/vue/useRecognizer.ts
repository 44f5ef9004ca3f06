/** A recipe to copy: the recognizer as a Vue composable. */
import {
  type BrowserRecognizer,
  createRecognizer,
  type Gesture,
  type Prediction,
  type RecognizerOptions,
  type Status,
} from '@kinora/recognizer';
import { onScopeDispose, type Ref, shallowRef, watch } from 'vue';

export function useRecognizer(video: Ref<HTMLVideoElement | null>, options: RecognizerOptions) {
  const recognizer = shallowRef<BrowserRecognizer>();
  const prediction = shallowRef<Prediction>();
  const gesture = shallowRef<Gesture>();
  const status = shallowRef<Status>({ state: 'idle', reason: 'the model is being opened' });
  const error = shallowRef<Error>();
  const gone = new AbortController();
  const failed = (problem: Error): void => {
    if (!gone.signal.aborted) error.value = problem;
  };

  createRecognizer({ ...options, signal: gone.signal })
    .then((opened) => {
      gone.signal.addEventListener('abort', () => void opened.close());
      opened.on('prediction', (one) => {
        prediction.value = one;
      });
      opened.on('gesture', (one) => {
        gesture.value = one.phase === 'started' ? one : undefined;
      });
      opened.on('status', (one) => {
        status.value = one;
      });
      opened.on('error', failed);
      recognizer.value = opened;
    })
    .catch(failed);
  watch([recognizer, video], ([opened, element]) => {
    if (opened !== undefined && element !== null) opened.attach(element, { signal: gone.signal });
  });
  onScopeDispose(() => gone.abort());
  return { recognizer, prediction, gesture, status, error };
}
