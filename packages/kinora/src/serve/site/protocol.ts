/**
 * What a studio site's `data/site.json` says: the one agreement between the builder of a site and the app in it. Types
 * only. Files are named relative to `data/`.
 */
import type { PreprocessSpec } from '../../clip/spec.js';
import type { NetworkCost } from '../../model/summary.js';
import type { EpochMetrics } from '../../predict/report/data.js';

export const SITE_VERSION = 1;

export interface Site {
  readonly version: typeof SITE_VERSION;
  readonly run: SiteRun;
  /** A 2D network that sees frame by frame, trained on the same clips; absent where none was. */
  readonly frameRun?: SiteRun;
  readonly spec: PreprocessSpec;
  readonly clips: readonly SiteClip[];
  /** Every registered network and what it costs. */
  readonly networks: readonly SiteNetwork[];
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
}

/**
 * A clip of the validation list as the network's sampling takes it, before resize and crop: uint8 RGB
 * `[count, height, width, 3]`, in a gzip file.
 */
export interface SiteClip {
  readonly id: string;
  readonly label: string;
  readonly file: string;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

export interface SiteNetwork extends NetworkCost {
  readonly family: string;
  readonly name: string;
  readonly summary: string;
  /** `[T, H, W]` */
  readonly input: readonly number[];
}
