/** Replaces the network's answers by those of a head, with the same smoothing and gesture rules. */
import {
  GestureTracker,
  type Head,
  type Prediction,
  predictHead,
  type Settings,
  Smoother,
} from '@kinora/recognizer';
import type { Reader } from '../live/following.svelte.js';

/** Fraction of the clip that must be filled before gestures count, because the head was taught whole clips. */
const MIN_FILLED = 0.75;

export function taughtReader(head: Head, settings: () => Settings): Reader {
  const smoother = new Smoother();
  const gestures = new GestureTracker();
  return (prediction) => {
    const probabilities = predictHead(head, prediction.features);
    const { time } = prediction;
    const smoothed = smoother.add(time, probabilities, settings().window);
    const top = head.labels
      .map((label, i) => ({ label, score: smoothed[i]! }))
      .sort((a, b) => b.score - a.score);
    const read: Prediction = { ...prediction, probabilities, smoothed, top };
    const gesture = prediction.filled < MIN_FILLED ? undefined : gestures.update(time, top, settings());
    return { prediction: read, gesture };
  };
}
