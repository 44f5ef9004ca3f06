/** The contents of a report: plain data, collected by training and evaluation. Does not need the engine. */
import type { Frames } from '@kinora/clip';
import type { Evaluation } from '../measure/metrics.js';
import type { PeopleAccuracy } from '../measure/per-person.js';
import type { Rejection } from '../measure/rejection.js';
import type { EpochMetrics } from '../run/metrics-log.js';
import type { StreamReport } from './stream-data.js';

/** A clip to show: row of the evaluation and its decoded frames. */
export interface ShownClip {
  index: number;
  frames: Frames;
}

export interface ReportData {
  /** Name of the run. */
  name: string;
  /** Which clips were evaluated: `validation`, or a name chosen by the caller. */
  split: string;
  /** ISO date and time of the evaluation. */
  date: string;
  /** The effective configuration. */
  config: Record<string, unknown>;
  /** Class names, in the order of the logits. */
  labels: readonly string[];
  history: readonly EpochMetrics[];
  evaluation: Evaluation;
  /** Frames of some of the worst clips (metrics.ts, `worstClips`), in the order in which they are shown. */
  worst: readonly ShownClip[];
  /** Facts about the network and the run, as `[name, value]`: parameters, GMAC, device, training time. */
  facts: readonly (readonly [string, string])[];
  /** How well clips that show none of the labels can be rejected, where such clips were given. */
  rejection?: readonly Rejection[];
  /** Accuracy by person, where people are known. */
  people?: PeopleAccuracy;
  /** What was detected in streams, where they were evaluated too. */
  streams?: StreamReport;
}
