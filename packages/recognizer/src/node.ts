/** @kinora/recognizer in Node: onnxruntime-node, no libtorch, no compiler. Frames, JPEG folders or video files in. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { type Frames, kinoraError } from '@kinora/clip';
import type { ClipSource } from '../../kinora/src/data/decode/source.js';
import { clipPositions, prepareChosen, prepareFrames } from './clip.js';
import { Live, type LivePrediction } from './live.js';
import { readModelInfo } from './model-file.js';
import { type Engine, Predictor, type RawPrediction, sessionEngine } from './predictor.js';
import { BaseRecognizer } from './recognizer.js';
import type { Attachment, Backend, Recognizer, Settings, TimedFrame } from './types.js';

export { defaultSettings } from './gestures.js';
export { readModelInfo, readModelWeights } from './model-file.js';
export type * from './types.js';

export interface RecognizerOptions {
  /** An ONNX file that `kinora export` wrote: its path, or its bytes. */
  readonly model: string | URL | Uint8Array;
  /** Threads of one prediction; left out: those of the machine, at most 4. */
  readonly threads?: number;
  readonly settings?: Partial<Settings>;
}

/** A folder of JPEG frames or a video file by its path, or frames. */
export type NodeClip = string | Frames;
/** The same by its path, or frames as they come. Files are played as fast as they can be predicted. */
export type NodeSource = string | AsyncIterable<TimedFrame> | Iterable<TimedFrame>;
export type NodeRecognizer = Recognizer<NodeSource, NodeClip>;

/**
 * Opens a model.
 * @throws RecognizerError `recognizer/model` for a file that is no model of Kinora's, `recognizer/runtime` without
 * onnxruntime-node, `recognizer/settings`
 */
export async function createRecognizer(options: RecognizerOptions): Promise<NodeRecognizer> {
  const { model, threads = Math.min(4, availableParallelism()), settings = {} } = options;
  const where = model instanceof Uint8Array ? 'the model' : String(model);
  const file = model instanceof Uint8Array ? model : await readModel(model);
  const info = readModelInfo(file, where);
  const engine = await nodeEngine(file, threads, where);
  return new InNode(new Predictor(engine, info), engine.backend, settings);
}

async function readModel(path: string | URL): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const received = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : String(cause);
    throw kinoraError('recognizer/model', String(path), 'an ONNX file', received, { cause });
  }
}

class InNode extends BaseRecognizer<NodeSource, NodeClip> implements NodeRecognizer {
  readonly backend: Backend;
  readonly #predictor: Predictor;
  #live: Live | undefined;

  constructor(predictor: Predictor, backend: Backend, settings: Partial<Settings>) {
    super(predictor.info, settings);
    this.#predictor = predictor;
    this.backend = backend;
  }

  async prepare(clip: NodeClip): Promise<Uint8Array> {
    const { spec } = this.info;
    if (typeof clip !== 'string') return prepareFrames(clip, spec);
    const source = await openSource(clip);
    return prepareChosen(await source.read(clipPositions(source.count, source.times, spec)), spec);
  }

  protected rawPredictions(clips: Uint8Array, maps: readonly string[]): Promise<RawPrediction[]> {
    return this.#predictor.predict(clips, maps);
  }

  protected settingsChanged(settings: Settings): void {
    this.#live?.configure(settings);
  }

  protected follow(source: NodeSource): Attachment {
    const controller = new AbortController();
    const live = new Live(this.#predictor, this.settings);
    this.#live = live;
    const ended = this.#play(source, live, controller.signal)
      .catch((error: Error) => this.emit('error', error))
      .finally(() => live.close());
    return { detach: () => controller.abort(), ended };
  }

  protected free(): Promise<void> {
    return this.#predictor.close();
  }

  async #play(source: NodeSource, live: Live, signal: AbortSignal): Promise<void> {
    const times: number[] = [];
    const tell = (prediction: LivePrediction | undefined): void => {
      if (prediction !== undefined && !signal.aborted) this.predicted(prediction);
    };
    // One turn later, so that whoever attached has its listeners in place.
    await Promise.resolve();
    const frames =
      typeof source === 'string' ? playSource(await openSource(source), this.info.spec.frameRate) : source;
    for await (const frame of frames) {
      if (signal.aborted) break;
      if (times.length === 0) this.emit('status', { state: 'running', reason: 'frames arrive' });
      times.splice(0, times.length - 1);
      times.push(frame.time);
      tell(await live.feed({ time: frame.time, pixels: () => ({ ...frame, count: 1 }), release: () => {} }));
    }
    const [before, last] = times.length === 2 ? (times as [number, number]) : [times[0] ?? 0, times[0] ?? 0];
    // The last frame stays as long as the one before it did, or one tick if it is alone.
    const end = last + (last > before ? last - before : 1 / this.info.spec.frameRate);
    tell(await live.finish(end));
    this.sourceEnded(end);
    const reason = signal.aborted ? 'detached' : 'the source is over';
    this.emit('status', { state: 'ended', reason });
  }
}

/** Opens an ONNX file. Throws `recognizer/runtime` where there is no onnxruntime, `recognizer/model` where it refuses the file. */
async function nodeEngine(file: Uint8Array, threads: number, where: string): Promise<Engine> {
  const { InferenceSession, Tensor } = await openRuntime();
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential' } as const;
  const session = await InferenceSession.create(file, options).catch((cause: Error) => {
    const received = cause.message;
    throw kinoraError('recognizer/model', where, 'a network to run', received, { cause });
  });
  return sessionEngine(session, Tensor, { name: 'cpu', threads, reason: 'onnxruntime-node' });
}

/** A package of its own, because it is of no use in browsers and takes 288 MB. */
async function openRuntime(): Promise<typeof import('onnxruntime-node')> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw kinoraError('recognizer/runtime', 'onnxruntime-node', {
      expected: 'the package that runs networks in Node',
      received:
        (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND' ? 'no such package' : String(cause),
      hint: 'npm install onnxruntime-node',
      cause,
    });
  }
}

/** Decodes with the trainer's own code. Opens a folder of JPEG frames (needs `@julusian/jpeg-turbo`) or a video file (needs `node-av` or the program ffmpeg). */
async function openSource(path: string): Promise<ClipSource> {
  const { openClip } = await import('../../kinora/src/data/open.js').catch((cause: Error) => {
    throw kinoraError('recognizer/decoder', path, 'the packages that decode pictures', cause.message, {
      hint: 'npm install @julusian/jpeg-turbo (and node-av for video files)',
      cause,
    });
  });
  return openClip(path);
}

/** Bytes of decoded frames to hold at once. */
const HELD = 64e6;

/** All frames of a source one after the other, with their times; those of a folder come at `rate` a second. */
async function* playSource(source: ClipSource, rate: number): AsyncGenerator<TimedFrame> {
  let together = 1;
  for (let first = 0; first < source.count; ) {
    const positions = Array.from({ length: Math.min(together, source.count - first) }, (_, i) => first + i);
    const { data, height, width } = await source.read(positions);
    const size = height * width * 3;
    for (const [i, position] of positions.entries()) {
      const time = source.times?.[position] ?? position / rate;
      yield { data: data.subarray(i * size, (i + 1) * size), height, width, time };
    }
    first += positions.length;
    together = Math.max(1, Math.floor(HELD / size));
  }
}
