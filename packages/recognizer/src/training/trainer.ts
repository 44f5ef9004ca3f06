/** What the trainers of browsers and of Node share: the public face of a training that runs elsewhere. */
import { kinoraError } from '@kinora/clip';
import { type Abortable, abortable } from '../abort.js';
import type { Backend } from '../types.js';
import type { Standing, TrainerQuestions } from './calls.js';
import type {
  AddOptions,
  EvaluateOptions,
  Evaluation,
  FitOptions,
  Progress,
  Replaceable,
  Trainer,
  TrainerSettings,
  TrainingClip,
  TrainingFiles,
  TrainingInfo,
  TrainingModel,
  TrainingStep,
} from './types.js';

/** Asks whatever trains; answers come in the order of the questions. */
export type Ask = <Name extends keyof TrainerQuestions<never>>(
  name: Name,
  ask: TrainerQuestions<never>[Name]['ask'],
  signal?: AbortSignal,
) => Promise<TrainerQuestions<never>[Name]['answer']>;

/** Seed and memory as `createTrainer` takes them, checked. Throws `trainer/options`. */
export function coreOptions({ labels, seed = 0, memory = 2 ** 29 }: TrainerSettings): {
  labels: readonly string[] | undefined;
  seed: number;
  memory: number;
} {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31)
    throw kinoraError('trainer/options', 'seed', 'a whole number from 0 to 2147483647', String(seed));
  if (!(memory > 0)) throw kinoraError('trainer/options', 'memory', 'a number of bytes', String(memory));
  return { labels: labels && [...labels], seed, memory };
}

/** The files of an export by the place of the first, and a name for errors. `beside` gives a place beside another. */
export function filesOf<Source>(
  model: TrainingModel<Source>,
  place: (address: string | URL) => Source,
): { files: { [Name in keyof TrainingFiles<Source>]: Source | undefined }; named: string | undefined } {
  if (typeof model !== 'string' && !(model instanceof URL)) {
    const { training, weights, inference, prefix } = model ?? {};
    for (const [name, file] of Object.entries({ training, weights, inference }))
      if (file === undefined)
        throw kinoraError('trainer/model', 'createTrainer()', `model.${name}, a file of the export`, 'none', {
          hint: 'pass the address of NAME.train.onnx, or all of its files',
        });
    return { files: { training, weights, inference, prefix }, named: undefined };
  }
  const text = String(model);
  const at = /\.onnx(?=$|[?#])/.exec(text)?.index;
  if (at === undefined)
    throw kinoraError('trainer/model', 'createTrainer()', 'the address of NAME.train.onnx', text, {
      hint: 'make one with kinora export RUN --format onnx-train',
    });
  const beside = (ending: string): Source =>
    place(text.slice(0, at) + ending + text.slice(at + '.onnx'.length));
  const files = {
    training: beside('.onnx'),
    weights: beside('.safetensors'),
    inference: beside('.inference.onnx'),
    prefix: beside('.prefix.onnx'),
  };
  return { files, named: text };
}

export abstract class BaseTrainer<Clip> implements Trainer<Clip> {
  readonly info: TrainingInfo;
  readonly backend: Backend;
  readonly #ask: Ask;
  #standing: Standing;
  #fitting = false;
  #closing: Promise<void> | undefined;

  constructor(
    ask: Ask,
    { info, backend, clips, progress }: TrainerQuestions<never>['openTrainer']['answer'],
  ) {
    this.#ask = ask;
    this.info = info;
    this.backend = backend;
    this.#standing = { clips, progress };
  }

  /** The clip's pixels, `[T, crop.height, crop.width, 3]`. */
  protected abstract pixels(clip: Clip, signal: AbortSignal | undefined): Promise<Uint8Array>;
  protected abstract free(): void;

  get clips(): readonly TrainingClip[] {
    return this.#standing.clips;
  }

  get progress(): Progress {
    return this.#standing.progress;
  }

  async addClip(clip: Clip, label: string, options: AddOptions = {}): Promise<TrainingClip> {
    this.#checkOpen('addClip()');
    options.signal?.throwIfAborted();
    const pixels = await abortable(this.pixels(clip, options.signal), options.signal);
    return this.addPrepared(pixels, label, options);
  }

  async addPrepared(
    pixels: Uint8Array,
    label: string,
    { heldOut = false, signal }: AddOptions = {},
  ): Promise<TrainingClip> {
    this.#checkOpen('addPrepared()');
    const { clip, ...standing } = await this.#ask('addClip', { pixels, label, heldOut }, signal);
    this.#standing = standing;
    return clip;
  }

  async removeClip(id: number): Promise<void> {
    this.#checkOpen('removeClip()');
    this.#standing = await this.#ask('removeClip', id);
  }

  async *fit(options: FitOptions = {}): AsyncGenerator<TrainingStep, void, void> {
    const adaptive = this.info.optimizer.optimizer !== 'sgd';
    const { epochs = 20, batchSize = 8, labelSmoothing = 0, signal } = options;
    const { learningRate: rate = adaptive ? 1e-3 : 1e-2 } = options;
    this.#checkOpen('fit()');
    if (this.#fitting)
      throw kinoraError('trainer/busy', 'fit()', 'one training at a time', 'a second call', {
        hint: 'leave the loop of the first, or abort its signal',
      });
    this.#fitting = true;
    try {
      for (;;) {
        signal?.throwIfAborted();
        const learningRate = typeof rate === 'function' ? rate(this.progress) : rate;
        // The signal is not handed on: a step that has begun is finished, and counts.
        const { step, ...standing } = await this.#ask('step', {
          epochs,
          batchSize,
          learningRate,
          labelSmoothing,
        });
        this.#standing = standing;
        if (step === undefined) return;
        yield step;
      }
    } finally {
      this.#fitting = false;
    }
  }

  async evaluate({ clips = 'held out', signal }: EvaluateOptions = {}): Promise<Evaluation> {
    this.#checkOpen('evaluate()');
    return this.#ask('evaluate', { heldOut: clips === 'held out' }, signal);
  }

  async save({ signal }: Abortable = {}): Promise<Uint8Array<ArrayBuffer>> {
    this.#checkOpen('save()');
    return this.#ask('save', undefined, signal);
  }

  async load(file: Uint8Array | Blob, { signal }: Abortable = {}): Promise<void> {
    this.#checkOpen('load()');
    const bytes = file instanceof Blob ? new Uint8Array(await file.arrayBuffer()) : file;
    const where = file instanceof File ? file.name : 'load()';
    this.#standing = await this.#ask('load', { file: bytes, where }, signal);
  }

  async toOnnx({ signal }: Abortable = {}): Promise<Uint8Array<ArrayBuffer>> {
    this.#checkOpen('toOnnx()');
    return this.#ask('toOnnx', undefined, signal);
  }

  async applyTo(recognizer: Replaceable, options: Abortable = {}): Promise<void> {
    await recognizer.useModel(await this.toOnnx(options), options);
  }

  async reset(): Promise<void> {
    this.#checkOpen('reset()');
    this.#standing = await this.#ask('reset', undefined);
  }

  close(): Promise<void> {
    this.#closing ??= this.#ask('closeTrainer', undefined).finally(() => this.free());
    return this.#closing;
  }

  #checkOpen(where: string): void {
    if (this.#closing === undefined) return;
    throw kinoraError('trainer/closed', where, 'an open trainer', 'one that was closed', {
      hint: 'open another with createTrainer()',
    });
  }
}
