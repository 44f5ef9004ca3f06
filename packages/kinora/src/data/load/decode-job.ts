/** What the loader and its worker threads say to each other. */
import type { ClipItem } from '../lists/clip-list.js';
import type { ThreadError } from '../thread-error.js';
import type { Draw } from './clip-reader.js';

/** Read this clip into `out`, and its flow into `flow` where that is wanted; both are shared memory. */
export interface DecodeJob {
  readonly item: ClipItem;
  readonly draw: Draw;
  readonly out: Uint8Array;
  readonly flow?: Uint8Array;
}

export interface NumberedJob extends DecodeJob {
  readonly number: number;
  /** Jobs of an older generation than the shared counter's are called off. */
  readonly generation: number;
}

export type DecodeReply =
  | { readonly number: number; readonly label: number }
  | { readonly number: number; readonly error: ThreadError };
