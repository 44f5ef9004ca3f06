/** What page and worker say to each other. Pixels are transferred, never copied. */
import type { RawPrediction } from './core.js';
import type { KinoraErrorParts } from './error.js';
import type { LivePrediction, Pace } from './live.js';
import type { Backend, Frames, ModelInfo } from './types.js';

export interface OpenRequest {
  /** Bytes, a file, or an address to fetch. */
  readonly model: Uint8Array | Blob | string;
  readonly backend: 'auto' | 'wasm' | 'webgpu';
  readonly threads: number | undefined;
  /** Folder of onnxruntime's .wasm files, where the bundler does not place them. */
  readonly runtime: string | undefined;
}

/** Questions by name: what is asked, what is answered. */
export interface Questions {
  open: { ask: OpenRequest; answer: { info: ModelInfo; backend: Backend } };
  prepare: { ask: Frames; answer: Uint8Array };
  predict: { ask: { clips: Uint8Array; maps: readonly string[] }; answer: RawPrediction[] };
  /** Forgets what was seen and begins to follow a source. */
  begin: { ask: Pace; answer: undefined };
  pace: { ask: Pace; answer: undefined };
  frame: { ask: { time: number; bitmap: ImageBitmap }; answer: LivePrediction | undefined };
  /** The source is over: its last frame stays until `time`. */
  finish: { ask: { time: number }; answer: LivePrediction | undefined };
  close: { ask: undefined; answer: undefined };
}
export type Question = keyof Questions;

export interface Asked<Name extends Question = Question> {
  readonly id: number;
  readonly name: Name;
  readonly ask: Questions[Name]['ask'];
}

export type Answered =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: KinoraErrorParts };
