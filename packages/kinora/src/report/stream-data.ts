/** Streams and what was detected in them, for reports: plain data. */
import type { LiveSettings } from '@kinora/clip';
import type { StreamResult } from '../measure/streams.js';

/** The probability over time, for a picture. */
export interface StreamTrace {
  /** Seconds, `[N]`. */
  readonly times: readonly number[];
  /** The highest averaged probability among labels that are gestures, `[N]`. */
  readonly top: readonly number[];
  readonly threshold: number;
}

export interface StreamReport {
  /** The list of streams. */
  readonly list: string;
  /** What was detected with; absent for a recognizer's own log. */
  readonly settings?: LiveSettings;
  readonly labels: readonly string[];
  readonly results: readonly StreamResult[];
  /** Of each stream; undefined for a recognizer's own log. */
  readonly traces: readonly (StreamTrace | undefined)[];
}
