/** @kinora/recognizer in Node: onnxruntime-node, no libtorch, no compiler. Frames, JPEG folders or video files in. */
import { availableParallelism } from 'node:os';
import { defaultLiveSettings, endOfSource, type Frames, kinoraError, withChanges } from '@kinora/clip';
import { playSource } from '../../kinora/src/data/decode/play.js';
import { type Abortable, abortable } from './abort.js';
import { framesOf, mirroredCopy } from './inputs/clip.js';
import { clipPixels, openSource, pathOf, readNamed } from './inputs/node-clip.js';
import type { NodeClip, NodeFrame, NodeSource } from './inputs/node-types.js';
import { Live } from './live/live.js';
import { readModelInfo } from './model/model-file.js';
import { isPackageName } from './model/package-name.js';
import { packagedModel } from './model/packaged.js';
import { BaseRecognizer, type Feed } from './recognizer.js';
import { openRuntime, sessionOptions } from './runtime/engine-node.js';
import type { LivePrediction, RawPrediction } from './runtime/prediction.js';
import { type Engine, oneLine, Predictor, sessionEngine } from './runtime/predictor.js';
import type {
  Attachment,
  AttachOptions,
  Backend,
  ModelInfo,
  ModelSource,
  PrepareOptions,
  Recognizer,
  Settings,
} from './types.js';

export { defaultLiveSettings as defaultSettings } from '@kinora/clip';
export type * from './inputs/node-types.js';
export { readModelInfo, readModelWeights } from './model/model-file.js';
export { modelSettings } from './recognizer.js';
export { type HeadOptions, NOTHING, predictHead, type TaughtClass, trainHead } from './teaching/head.js';
export { readHead, writeHead } from './teaching/head-file.js';
export { type Check, leaveOneOut } from './teaching/leave-one-out.js';
export * from './teaching/lesson-file.js';
export { createTrainer, type NodeTrainer, type TrainerOptions } from './training/node.js';
export type * from './training/types.js';
export type * from './types.js';

/** How to open a model in Node. `signal` gives up. */
export interface RecognizerOptions extends Abortable {
  /** An ONNX file that `kinora export` wrote: its path, or its bytes; or the name of a package with a model, `@kinora/gestures`. */
  readonly model: string | URL | Uint8Array;
  /** Threads of one prediction; left out: those of the machine, at most 4. */
  readonly threads?: number;
  readonly settings?: Partial<Settings>;
}

export type NodeRecognizer = Recognizer<NodeSource, NodeClip, NodeFrame>;

/**
 * Opens a model.
 * @throws RecognizerError `recognizer/model` for a file that is no model of Kinora's, `recognizer/runtime` without
 * onnxruntime-node, `recognizer/settings`
 */
export async function createRecognizer(options: RecognizerOptions): Promise<NodeRecognizer> {
  const { model, threads = Math.min(4, availableParallelism()), settings = {}, signal } = options;
  signal?.throwIfAborted();
  withChanges(defaultLiveSettings, settings);
  const { file, info, where } = await readModel(model, signal);
  const opening = nodeEngine(file, threads, where);
  try {
    const engine = await abortable(opening, signal);
    return new InNode(new Predictor(engine, info), engine.backend, settings);
  } catch (error) {
    // A session that comes too late is freed; one that failed has said so.
    void opening.then((engine) => engine.close()).catch(() => {});
    throw error;
  }
}

async function readModel(
  model: ModelSource,
  signal: AbortSignal | undefined,
): Promise<{ file: Uint8Array; info: ModelInfo; where: string }> {
  const place = isPackageName(model) ? packagedModel(model) : model;
  const named = typeof place === 'string' || place instanceof URL;
  const where = named ? String(model) : 'the model';
  const file = named
    ? await readNamed(place, 'recognizer/model', 'an ONNX file', signal)
    : await bytesOf(place);
  const { groupedConv3d: _, ...info } = readModelInfo(file, where);
  return { file, info, where };
}

const bytesOf = async (model: Uint8Array | Blob): Promise<Uint8Array> =>
  model instanceof Uint8Array ? model : new Uint8Array(await model.arrayBuffer());

/** Frames that may wait for the network; more are dropped, so that a slow machine stays close to now. */
const MOST_WAITING = 4;

class InNode extends BaseRecognizer<NodeSource, NodeClip, NodeFrame> implements NodeRecognizer {
  readonly backend: Backend;
  readonly #predictor: Predictor;
  #live: Live | undefined;

  constructor(predictor: Predictor, backend: Backend, settings: Partial<Settings>) {
    super(predictor.info, settings);
    this.#predictor = predictor;
    this.backend = backend;
  }

  protected async pixels(clip: NodeClip, { mirror = false }: PrepareOptions): Promise<Uint8Array> {
    return clipPixels(clip, this.info.spec, mirror);
  }

  protected rawPredictions(
    clips: Uint8Array,
    maps: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<RawPrediction[]> {
    return this.#predictor.predict(clips, maps, signal);
  }

  protected async replaceModel(model: ModelSource): Promise<ModelInfo> {
    const { file, info, where } = await readModel(model, undefined);
    this.#predictor.checkReplacement(info, where);
    await this.#predictor.replace(await nodeEngine(file, this.backend.threads, where), info);
    return info;
  }

  protected async readText(file: string | URL, signal: AbortSignal | undefined): Promise<string> {
    const bytes = await readNamed(file, 'head/file', 'a file saved by Teach', signal);
    return new TextDecoder().decode(bytes);
  }

  protected settingsChanged(settings: Settings): void {
    this.#live?.configure(settings);
  }

  protected follow(source: NodeSource, { mirror = false, clips = false }: AttachOptions): Attachment {
    const controller = new AbortController();
    const live = new Live(this.#predictor, this.settings, clips);
    this.#live = live;
    const ended = this.#play(source, live, mirror, controller.signal)
      .catch((error: Error) => this.emit('error', error))
      .finally(() => live.close());
    return { detach: () => controller.abort(), ended };
  }

  protected openFeed(failed: (error: Error) => void): Feed<NodeFrame> {
    const live = new Live(this.#predictor, this.settings);
    this.#live = live;
    let [waiting, detached, queue] = [0, false, Promise.resolve()];
    const feed = async (frame: Frames, time: number): Promise<void> => {
      const made = detached ? undefined : await live.feed({ time, pixels: () => frame, release: () => {} });
      if (made !== undefined && !detached) this.predicted(made);
    };
    return {
      push: (frame, time) => {
        const copy = copyOf(frame);
        if (waiting >= MOST_WAITING) return;
        waiting++;
        queue = queue.then(() => feed(copy, time).catch(failed)).finally(() => waiting--);
      },
      detach: () => {
        detached = true;
        live.close();
      },
    };
  }

  protected free(): Promise<void> {
    return this.#predictor.close();
  }

  async #play(source: NodeSource, live: Live, mirror: boolean, signal: AbortSignal): Promise<void> {
    const times: number[] = [];
    const tell = (prediction: LivePrediction | undefined): void => {
      if (prediction !== undefined && !signal.aborted) this.predicted(prediction);
    };
    // One turn later, so that whoever attached has its listeners in place.
    await Promise.resolve();
    const frames =
      typeof source === 'string' || source instanceof URL
        ? playSource(await openSource(pathOf(source)), this.info.spec.frameRate)
        : source;
    for await (const frame of untilAborted(frames, signal)) {
      if (times.length === 0) this.emit('status', { state: 'running', reason: 'frames arrive' });
      times.splice(0, times.length - 1);
      times.push(frame.time);
      const pixels = (): Frames => (mirror ? mirroredCopy({ ...frame, count: 1 }) : { ...frame, count: 1 });
      tell(await live.feed({ time: frame.time, pixels, release: () => {} }));
    }
    const end = endOfSource(times.at(-2), times.at(-1) ?? 0, this.info.spec.frameRate);
    if (!signal.aborted) tell(await live.finish(end));
    this.sourceEnded(end);
    const reason = signal.aborted ? 'detached' : 'the source is over';
    this.emit('status', { state: 'ended', reason });
  }
}

/** The frames until the signal is aborted, even while the next one does not come. */
async function* untilAborted<T>(
  frames: AsyncIterable<T> | Iterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const iterator =
    Symbol.asyncIterator in frames ? frames[Symbol.asyncIterator]() : frames[Symbol.iterator]();
  try {
    while (!signal.aborted) {
      const next = await abortable(Promise.resolve(iterator.next()), signal).catch((error) => {
        if (!signal.aborted) throw error;
      });
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not waited for: a generator that waits for its next frame would not answer.
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

/** A frame on its own memory. Throws `recognizer/frames`. */
function copyOf(frame: NodeFrame): Frames {
  const { data, height, width } = frame;
  return data?.length === height * width * 3
    ? { data: new Uint8Array(data), count: 1, height, width }
    : framesOf([frame]);
}

/** Opens an ONNX file. Throws `recognizer/runtime` where there is no onnxruntime, `recognizer/model` where it refuses the file. */
async function nodeEngine(file: Uint8Array, threads: number, where: string): Promise<Engine> {
  const { InferenceSession, Tensor } = await openRuntime();
  const session = await InferenceSession.create(file, sessionOptions(threads)).catch((cause: Error) => {
    throw kinoraError('recognizer/model', where, 'a network to run', oneLine(cause), { cause });
  });
  return sessionEngine(session, Tensor, { name: 'cpu', threads, reason: 'onnxruntime-node' });
}
