/**
 * OpenCV (WebAssembly, 11 MB), loaded in this thread only when the first flow is computed. Declares only what is used.
 */
import { createRequire } from 'node:module';
import { kinoraError } from '@kinora/torch/error';

export interface Mat {
  readonly data: Uint8Array;
  readonly data32F: Float32Array;
  delete(): void;
}

export interface OpenCv {
  readonly Mat: new (rows: number, columns: number, type: number) => Mat;
  readonly CV_8UC1: number;
  readonly CV_32FC2: number;
  /** `flow` [H, W, 2] float32 of two grey pictures `[H, W]`, by Farneback's algorithm. */
  calcOpticalFlowFarneback(
    previous: Mat,
    next: Mat,
    flow: Mat,
    pyramidScale: number,
    levels: number,
    window: number,
    iterations: number,
    neighbours: number,
    sigma: number,
    flags: number,
  ): void;
}

/** In an object, because OpenCV's module has a `then` that `await` would call forever. */
let loading: Promise<{ cv: OpenCv }> | undefined;

/** Throws KinoraError `flow/no-opencv` if it is not installed. */
export function openCv(): Promise<{ cv: OpenCv }> {
  loading ??= load();
  return loading;
}

async function load(): Promise<{ cv: OpenCv }> {
  const strangers = newListeners();
  const cv = required();
  if (cv.Mat === undefined) {
    await new Promise<void>((ready) => {
      cv.onRuntimeInitialized = ready;
    });
  }
  strangers.remove();
  return { cv };
}

/** By `require`, because awaiting an import of it, as some test runners and bundlers do, would call its `then`. */
function required(): OpenCv & { onRuntimeInitialized?: () => void } {
  try {
    return createRequire(import.meta.url)('@techstark/opencv-js');
  } catch (cause) {
    throw kinoraError('flow/no-opencv', 'optical flow', {
      expected: 'OpenCV, which computes it',
      received: 'an installation without @techstark/opencv-js, or one that does not load',
      hint: 'npm install @techstark/opencv-js',
      cause,
    });
  }
}

/** Removes the listeners that Emscripten adds, which would end the process on unrelated errors. */
function newListeners(): { remove(): void } {
  const before = [process.listeners('uncaughtException'), process.listeners('unhandledRejection')] as const;
  return {
    remove: () => {
      for (const listener of process.listeners('uncaughtException'))
        if (!before[0].includes(listener)) process.off('uncaughtException', listener);
      for (const listener of process.listeners('unhandledRejection'))
        if (!before[1].includes(listener)) process.off('unhandledRejection', listener);
    },
  };
}
