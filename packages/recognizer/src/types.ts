/**
 * What users of the recognizer see, the same in browsers and in Node. Declarations only.
 */
import type { Gesture, LiveSettings, PostprocessSpec, PreprocessSpec, Ranked } from '@kinora/clip';
import type { Abortable } from './abort.js';
import type { Head } from './teaching/head.js';

export type { Frames, Gesture, PostprocessSpec, PreprocessSpec, Ranked } from '@kinora/clip';
export type { Abortable } from './abort.js';
export type { Head } from './teaching/head.js';

/** What the recognizer throws, and what `error` events are: `where: expected X, received Y; hint`. */
export interface RecognizerError extends Error {
  readonly name: 'KinoraError';
  /** Stable: `recognizer/model`, `recognizer/webgpu`, ... */
  readonly code: string;
  readonly parts: {
    readonly expected: string;
    readonly where?: string;
    readonly received?: string;
    readonly hint?: string;
  };
}

/** One frame of a running source, uint8 RGB `[H, W, 3]`. */
export interface TimedFrame {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  /** Seconds on the source's own clock, ascending. */
  readonly time: number;
}

/** A picture as a canvas hands it out, RGBA `[H, W, 4]`: an `ImageData`, or what looks like one. */
export interface RgbaImage {
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** One layer of a model that was exported with `--explain`. */
export interface Layer {
  /** Dotted path, `conv_layer1.0`. */
  readonly path: string;
  /** `Conv3d` */
  readonly type: string;
  /** Name of the output that holds its map. */
  readonly output: string;
  /** Of one clip, `[C, T, H, W]` or `[F]`; of one frame, `[C, H, W]`, where a 2D layer sees frames as a batch. */
  readonly shape: readonly number[];
  /** The window it slides over T, H, W. */
  readonly window?: {
    readonly kernel: readonly number[];
    readonly stride: readonly number[];
    readonly padding: readonly number[];
    readonly dilation: readonly number[];
    readonly groups: number;
  };
}

/** What the model's file says of itself. */
export interface ModelInfo {
  /** Name of the network, `ConvColumnSmall`. */
  readonly network: string;
  /** Version of Kinora that exported it. */
  readonly version: string;
  readonly labels: readonly string[];
  readonly spec: PreprocessSpec;
  /** Temperature of its probabilities, and the settings of live recognition that were fitted for it. */
  readonly postprocess: PostprocessSpec;
  /** Length of the input of the network's last layer. */
  readonly features: number;
  /** Identifies the file's bytes: gestures taught on the features of one model mean nothing to another. Not secure. */
  readonly fingerprint: string;
  /** Present in the explain variant. */
  readonly layers?: readonly Layer[];
}

/** From predictions to gestures; every number may be changed while running. */
export type Settings = LiveSettings;

/** An ONNX file that `kinora export` wrote or a trainer made: its address (in Node its path), its bytes, or a file of the reader's. */
export type ModelSource = string | URL | Uint8Array | Blob;

/** What runs the network. */
export interface Backend {
  readonly name: 'wasm' | 'webgpu' | 'cpu';
  readonly threads: number;
  /** Why it is this one. */
  readonly reason: string;
}

/** Values of an output or of a weight of the network, row-major. Of a layer that sees frames one by one: `[T, C, H, W]`. */
export interface LayerMaps {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What the network sees in one clip. */
export interface Prediction {
  /** Seconds on the source's clock up to which the clip reaches; the clip's length for `predict`. */
  readonly time: number;
  /** In the order of the recognizer's `labels`; they make 1 together. */
  readonly probabilities: Float32Array;
  /** The same, averaged over `settings.window`; for `predict` equal to them. */
  readonly smoothed: Float32Array;
  /** Labels by smoothed probability, the likeliest first. */
  readonly top: readonly Ranked[];
  /** The input of the network's last layer, `[F]`. */
  readonly features: Float32Array;
  /** Share of the clip that has been seen, below 1 in the first seconds: its last frame is repeated until then. */
  readonly filled: number;
  /** Milliseconds that preparing the clip and running the network took. */
  readonly latency: number;
  /** Of a source attached with `clips`: what the network saw, uint8 RGB `[T, crop.height, crop.width, 3]`. */
  readonly clip?: Uint8Array;
  /** The outputs asked for by name. */
  readonly maps?: Readonly<Record<string, LayerMaps>>;
}

/** Whether frames arrive, and if not, why. */
export interface Status {
  readonly state: 'idle' | 'waiting' | 'running' | 'paused' | 'ended';
  readonly reason: string;
}

/** Events by name. */
export interface RecognizerEvents {
  prediction: Prediction;
  gesture: Gesture;
  status: Status;
  /** What went wrong while a source is attached; the source is detached. */
  error: Error;
}

/** What `recognizeFor` knows at once. */
export interface Recognition {
  /** Labels by smoothed probability, the likeliest first; empty until the first prediction. */
  readonly top: readonly Ranked[];
  /** The gesture that lasts, if one does. */
  readonly gesture?: Gesture;
  /** The newest prediction, of frames up to `prediction.time`. */
  readonly prediction?: Prediction;
}

/**
 * Gestures taught in the studio's Teach room: the file that it saved (its address or path, a `File` or `Blob`), or the head
 * that `trainHead` and `readHead` return.
 */
export type GestureFile = string | URL | Blob | Head;

export interface PrepareOptions extends Abortable {
  /**
   * Whether pictures are mirrored before the network sees them. Left out: those of a running camera are, where the model's
   * `spec.mirrored` says so, and everything else is taken as it is.
   */
  readonly mirror?: boolean;
}

export interface AttachOptions extends PrepareOptions {
  /** Whether predictions carry the clip that the network saw, as `clip`. Default: false. */
  readonly clips?: boolean;
}

export interface PredictOptions extends PrepareOptions {
  /** Names of further outputs to give out as `maps`; a model exported with `--explain` has its layers' (`info.layers`). */
  readonly maps?: readonly string[];
}

/** A source that a recognizer follows. */
export interface Attachment {
  /** Stops taking frames. */
  detach(): void;
  /** Settles when the source has ended or was detached. */
  readonly ended: Promise<void>;
}

/**
 * @typeParam Source what `attach` takes. @typeParam Clip what `predict` takes. @typeParam Frame what `recognizeFor` takes.
 */
export interface Recognizer<Source, Clip, Frame> {
  /** What the model's file says of itself: network, labels, preprocessing. */
  readonly info: ModelInfo;
  /** What runs the network, on how many threads, and why. */
  readonly backend: Backend;
  /** The settings in force: at first the defaults, with those of the model (`info.postprocess`) and of the caller laid over them. */
  readonly settings: Settings;
  /** The labels of predictions: the model's, or those of the gestures in use. */
  readonly labels: readonly string[];
  /** Changes settings from now on. Throws `recognizer/settings` for impossible ones, and then changes none. */
  configure(changes: Partial<Settings>): void;
  /**
   * Follows a running source and gives out events; a source attached before is detached.
   * @param options `signal` detaches; `mirror` is for cameras that mirror their pictures themselves, and for files; `clips` shows
   *   what the network sees
   */
  attach(source: Source, options?: AttachOptions): Attachment;
  /**
   * Takes the frame that is shown at `timestampMs` (milliseconds, ascending; `performance.now()` will do) and returns at
   * once what is known so far: the network runs meanwhile, and frames that it cannot keep up with are dropped. Events are
   * given out too. A source attached before is detached, `attach` ends it, a second frame of the same time is ignored, and
   * a clock that goes back starts afresh. What went wrong with earlier frames is thrown. A `<video>` of a camera is mirrored as
   * by `attach`; draw other pictures of a camera mirrored where `info.spec.mirrored`.
   */
  recognizeFor(frame: Frame, timestampMs: number): Recognition;
  /**
   * Names one clip: samples, resizes, crops and normalises it as the spec says, and runs the network. Throws
   * `recognizer/*` for what is no clip.
   */
  predict(clip: Clip, options?: PredictOptions): Promise<Prediction>;
  /** A clip as the network sees it, uint8 RGB `[T, crop.height, crop.width, 3]`. */
  prepare(clip: Clip, options?: PrepareOptions): Promise<Uint8Array>;
  /** Names prepared clips, `[N, T, crop.height, crop.width, 3]`, in one run of the network. */
  predictPrepared(clips: Uint8Array, options?: PredictOptions): Promise<Prediction[]>;
  /**
   * Recognises taught gestures instead of the model's labels; null returns to the model's. Throws `head/file` for what is
   * no such file, and for gestures that were taught on another model.
   */
  useGestures(gestures: GestureFile | null, options?: Abortable): Promise<void>;
  /**
   * Runs another network from now on, such as the one that a trainer has just improved. Source, settings and frames stay;
   * what is recognised meanwhile comes from the network before. Gestures of `useGestures` end, because they belong to its
   * features. Throws `recognizer/model` for what is no model or has another input, and then changes nothing.
   */
  useModel(model: ModelSource, options?: Abortable): Promise<void>;
  /** Calls `listener` from now on; returns what ends that, as `options.signal` does. */
  on<Name extends keyof RecognizerEvents>(
    event: Name,
    listener: (event: RecognizerEvents[Name]) => void,
    options?: Abortable,
  ): () => void;
  /**
   * Detaches, waits for predictions that were asked for, ends the worker and frees the network. A second call waits for
   * the first. Everything else then throws or rejects with `recognizer/closed`.
   */
  close(): Promise<void>;
}
