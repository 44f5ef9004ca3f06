/**
 * The contents of a studio site's `data/site.json`: the interface between the builder of a site and its app. Types
 * only. File names are relative to `data/`.
 */
import type { PreprocessSpec } from '@kinora/clip';
import type { NetworkCost } from '../../model/cost/cost.js';
import type { EpochMetrics } from '../../run/metrics-log.js';

export const SITE_VERSION = 2;

export interface Site {
  readonly version: typeof SITE_VERSION;
  readonly run: SiteRun;
  /** A 2D network that processes single frames, trained on the same clips; absent if there is none. */
  readonly frameRun?: SiteRun;
  readonly spec: PreprocessSpec;
  readonly clips: readonly SiteClip[];
  /** Every registered network and its cost. */
  readonly networks: readonly SiteNetwork[];
  /** Results of a comparison of networks; absent if there is none. */
  readonly comparison?: readonly SiteRow[];
  /** Results of an ensemble; absent if there is none. */
  readonly ensemble?: SiteEnsemble;
}

export interface SiteRun {
  readonly name: string;
  /** Registered name of its network. */
  readonly network: string;
  /** ONNX with the maps of every layer, and the weights, as safetensors. */
  readonly model: string;
  readonly weights: string;
  /** Empty for a network that was trained elsewhere. */
  readonly epochs: readonly EpochMetrics[];
  /** What its clips were, where that is known: `synthetic` are those of `kinora synth`. */
  readonly trainedOn?: 'synthetic';
  /** How its first convolution changed during training; absent if it was not logged. */
  readonly kernels?: SiteKernels;
}

/** The first convolution at several moments of the training: float32 `[epochs, out, in, T, H, W]` (2D: no T), little-endian. */
export interface SiteKernels {
  readonly file: string;
  /** Name of the parameter. */
  readonly name: string;
  /** Finished epochs at each moment; 0 is before training. */
  readonly epochs: readonly number[];
  /** Shape of the kernels at one moment. */
  readonly shape: readonly number[];
}

/**
 * A clip of the validation list, sampled for the network, before resize and crop: uint8 RGB
 * `[count, height, width, 3]`, in a gzip file.
 */
export interface SiteClip {
  readonly id: string;
  readonly label: string;
  /** The prediction of the site's network. */
  readonly answer: string;
  readonly file: string;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** Absent for a clip with a single frame. */
  readonly flow?: SiteFlow;
}

/** Optical flow as in two-stream networks: bytes `[places, crop, crop, 2]` (FlowFields in @kinora/clip), in a gzip file. */
export interface SiteFlow {
  readonly file: string;
  /** The frame of the clip that each field starts from. */
  readonly places: readonly number[];
}

export interface SiteNetwork extends NetworkCost {
  readonly family: string;
  readonly name: string;
  readonly summary: string;
  /** `[T, H, W]` */
  readonly input: readonly number[];
}

/** The results of one network in a comparison. */
export interface SiteRow {
  readonly name: string;
  /** Its name in the registry. */
  readonly network: string;
  readonly seed: number;
  readonly steps: number;
  readonly validation: SiteScores;
  /** On a held-out test list; null if there is none. */
  readonly test: SiteScores | null;
  /** Of one clip, in milliseconds, and the device; null if it was not timed. */
  readonly latency: { readonly ms: number; readonly threads: number; readonly device: string } | null;
}

export interface SiteScores {
  readonly clips: number;
  readonly top1: number;
  /** Mean accuracy on the pairs of gestures that differ only in order; null if there are none. */
  readonly order: number | null;
}

export interface SiteEnsemble {
  readonly labels: readonly string[];
  /** The rule that was saved. */
  readonly rule: string;
  readonly members: readonly SiteMeasured[];
  /** Every rule that is not leaky. */
  readonly rules: readonly SiteMeasured[];
  /** Number of clips that `members` and `rules` were measured on. */
  readonly clips: number;
  /** Number of clips that the rule was fitted to; 0 for a rule without weights. */
  readonly fitted: number;
  /** Weights of a fitted rule: `[labels, members x labels]`, or `[members]`; null for the others. */
  readonly weights: { readonly shape: readonly number[]; readonly values: readonly number[] } | null;
}

/** Top-1 accuracy, with its 95 % interval. */
export interface SiteMeasured {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}
