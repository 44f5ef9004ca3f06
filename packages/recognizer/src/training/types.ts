/** What users of the trainer see, the same in browsers and in Node. Declarations only. */
import type { PreprocessSpec } from '@kinora/clip';
import type { Abortable } from '../abort.js';
import type { Backend } from '../types.js';

/**
 * What `kinora export --format onnx-train` wrote: the address or path of `NAME.train.onnx`, beside which the other files lie,
 * or each file by itself.
 */
export type TrainingModel<Source> = string | URL | TrainingFiles<Source>;

export interface TrainingFiles<Source> {
  /** `NAME.train.onnx`: one step of training. */
  readonly training: Source;
  /** `NAME.train.safetensors`: the weights to start from. */
  readonly weights: Source;
  /** `NAME.train.inference.onnx`: the network that recognises. */
  readonly inference: Source;
  /** `NAME.train.prefix.onnx`: the frozen layers at the beginning, of an export with `--freeze`. */
  readonly prefix?: Source;
}

/** What a trainer is opened with, in browsers and in Node. `signal` gives up. */
export interface TrainerSettings extends Abortable {
  /**
   * The classes to learn, 2 or more. Others than the export's begin with a new last layer, drawn from `seed`. Default: the
   * export's, with its last layer.
   */
  readonly labels?: readonly string[];
  /** Of the order of the clips, dropout and a new last layer; a whole number from 0 to 2^31 - 1. Default: 0. */
  readonly seed?: number;
  /** Bytes that clips and kept outputs of frozen layers may take, at most. Default: 512 MiB. */
  readonly memory?: number;
  /** Threads of one step; left out: those of the machine, at most 4. In a page: one, unless it is cross-origin isolated. */
  readonly threads?: number;
}

/** What the export says of itself, with the labels that are learnt. */
export interface TrainingInfo {
  /** Name of the network, `ConvColumnSmall`. */
  readonly network: string;
  readonly labels: readonly string[];
  readonly spec: PreprocessSpec;
  readonly optimizer: { readonly optimizer: string } & Readonly<Record<string, unknown>>;
  /** Patterns of the layers that stay as they are. */
  readonly freeze: readonly string[];
  /** Numbers that are learnt. */
  readonly parameters: number;
  /** Whether frozen layers at the beginning are computed once a clip. */
  readonly prefix: boolean;
}

/** A clip that was added. */
export interface TrainingClip {
  readonly id: number;
  readonly label: string;
  /** Never trained on: for `evaluate`. */
  readonly heldOut: boolean;
}

export interface AddOptions extends Abortable {
  /** Keeps the clip out of training, for `evaluate`. Default: false. */
  readonly heldOut?: boolean;
}

export interface FitOptions extends Abortable {
  /** Epochs in all: a trainer that has done 12 of 20 does 8 more. Default: 20. */
  readonly epochs?: number;
  /** Clips of one step. A last one that would be left alone joins the batch before it. Default: 8. */
  readonly batchSize?: number;
  /** A number, or a schedule that is asked before each step. Default: 0.001 for Adam and AdamW, 0.01 for SGD. */
  readonly learningRate?: number | ((progress: Progress) => number);
  /** Share of each target that is spread over all classes, in [0, 1). Default: 0. */
  readonly labelSmoothing?: number;
}

/** How far a training has come. */
export interface Progress {
  /** Steps done. */
  readonly step: number;
  /** Epochs completed. */
  readonly epoch: number;
}

/** One step of training. */
export interface TrainingStep {
  /** Counted from 1, over all calls of `fit`. */
  readonly step: number;
  /** The epoch that the step belongs to, counted from 1. */
  readonly epoch: number;
  /** Whether it is the last step of its epoch. */
  readonly epochEnd: boolean;
  /** Clips in the step. */
  readonly clips: number;
  /** Mean softmax cross-entropy of its clips, in nats, before the update and with dropout. */
  readonly loss: number;
  /** Share of its clips whose label was the likeliest, before the update. */
  readonly accuracy: number;
  /** Milliseconds that it took. */
  readonly duration: number;
}

export interface Evaluation {
  readonly clips: readonly (TrainingClip & {
    /** The likeliest label. */
    readonly predicted: string;
    /** By class, in the order of the labels. */
    readonly probabilities: Float32Array;
  })[];
  /** Mean softmax cross-entropy, in nats. */
  readonly loss: number;
  /** Share of clips whose label was the likeliest. */
  readonly accuracy: number;
}

export interface EvaluateOptions extends Abortable {
  /** Default: `held out`. */
  readonly clips?: 'held out' | 'trained on';
}

/** What `applyTo` needs of a recognizer. */
export interface Replaceable {
  useModel(model: Uint8Array, options?: Abortable): Promise<void>;
}

/** @typeParam Clip what `addClip` takes: the same as `predict` of a recognizer. */
export interface Trainer<Clip> {
  readonly info: TrainingInfo;
  /** What runs the steps, on how many threads, and why. */
  readonly backend: Backend;
  /** The clips so far, in the order in which they were added. */
  readonly clips: readonly TrainingClip[];
  readonly progress: Progress;
  /**
   * Samples, resizes and crops a clip as the spec says, and keeps it as uint8. With a frozen prefix, its outputs are computed
   * now and kept. Throws `trainer/clip` for a label that is not learnt, a clip in which nothing moves, and one that is there
   * already; `trainer/memory` where it would not fit; `recognizer/*` for what is no clip. Nothing is added then.
   */
  addClip(clip: Clip, label: string, options?: AddOptions): Promise<TrainingClip>;
  /** Adds a clip that `recognizer.prepare` made, uint8 RGB `[T, crop.height, crop.width, 3]`; it is copied. */
  addPrepared(pixels: Uint8Array, label: string, options?: AddOptions): Promise<TrainingClip>;
  removeClip(id: number): Promise<void>;
  /**
   * Trains, one step for each turn of the loop; what is done between them runs while no step does. Leaving the loop or
   * aborting `signal` stops after the step in progress, and the next call continues there. Throws `trainer/clips` with too few
   * clips, `trainer/diverged` with the weights as before the step, `trainer/memory`.
   */
  fit(options?: FitOptions): AsyncGenerator<TrainingStep, void, void>;
  /** Runs the network, as a recognizer would, on clips that it has not learnt. Throws `trainer/clips` where there are none. */
  evaluate(options?: EvaluateOptions): Promise<Evaluation>;
  /**
   * Weights, optimizer, progress and order of the clips, without the clips: a safetensors file, which `load`, `kinora eval`,
   * `kinora predict` and `--init-from` open.
   */
  save(options?: Abortable): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Continues from what `save` returned, exactly where the same clips were added in the same order; or begins with the weights
   * of another file of this network. Throws `trainer/file`, and then changes nothing.
   */
  load(file: Uint8Array | Blob, options?: Abortable): Promise<void>;
  /** The network with the weights of now as an ONNX file: what `createRecognizer` opens. */
  toOnnx(options?: Abortable): Promise<Uint8Array<ArrayBuffer>>;
  /** Hands the weights of now to a recognizer, which goes on recognising: `recognizer.useModel(await trainer.toOnnx())`. */
  applyTo(recognizer: Replaceable, options?: Abortable): Promise<void>;
  /** Back to the weights of the export, step 0; the clips stay. */
  reset(): Promise<void>;
  /** Ends the worker and frees memory. What is not saved is lost. */
  close(): Promise<void>;
}
