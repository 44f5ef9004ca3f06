/**
 * A training at work, where the network runs (a worker in browsers): clips and state in memory, one step at a time through
 * the exported graph, evaluation, and the files that it saves. It knows nothing of pages, videos or workers.
 */
import {
  clipFrames,
  type KinoraError,
  kinoraError,
  type PreprocessSpec,
  permutation,
  randomStream,
} from '@kinora/clip';
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-web';
import { clipBytes, networkInput } from '../inputs/clip.js';
import { fingerprint, readModelInfo } from '../model/model-file.js';
import { rewriteModel } from '../model/rewrite.js';
import {
  floats,
  floatsOf,
  product,
  readSafetensors,
  type StoredTensor,
  writeSafetensors,
} from '../model/safetensors.js';
import { oneLine, Predictor, sessionEngine } from '../runtime/predictor.js';
import type { Backend } from '../types.js';
import { Clips, type HeldClip, publicOf, wrongClip } from './clips.js';
import { type Export, type Files, readExport, type StateTensor, type TrainingSpec, wrong } from './spec.js';
import type { Evaluation, Progress, TrainingClip, TrainingInfo, TrainingStep } from './types.js';

/** An onnxruntime that is ready to open graphs. */
export interface Runtime {
  readonly backend: Backend;
  readonly Tensor: TensorConstructor;
  open(file: Uint8Array): Promise<InferenceSession>;
}

/** Where clips and state outlive the page. */
export interface TrainingStore {
  /** What is there of the export with this fingerprint. Throws `trainer/store` where it is another's. */
  read(fingerprint: string): Promise<{ clips: StoredClip[]; state: Uint8Array | undefined }>;
  putClip(clip: StoredClip): Promise<void>;
  deleteClip(id: number): Promise<void>;
  putState(state: Uint8Array): Promise<void>;
  close(): void;
}

export interface StoredClip extends TrainingClip {
  readonly pixels: Uint8Array;
}

export interface CoreOptions {
  readonly labels: readonly string[] | undefined;
  readonly seed: number;
  readonly memory: number;
}

export interface StepOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly labelSmoothing: number;
}

/** Where a training stands: all but its tensors. */
interface Position extends Progress {
  readonly seed: number;
  /** Clips of the epoch in progress by their ids, and how many of them are done. */
  readonly order: readonly number[];
  readonly done: number;
}

export class TrainerCore {
  readonly info: TrainingInfo;
  readonly backend: Backend;
  readonly #runtime: Runtime;
  readonly #export: Export;
  readonly #inference: Uint8Array;
  readonly #step: InferenceSession;
  readonly #prefix: InferenceSession | undefined;
  readonly #clips: Clips;
  readonly #store: TrainingStore | undefined;
  #state: ReadonlyMap<string, Float32Array>;
  #at: Position;

  private constructor(
    runtime: Runtime,
    { read, files, sessions, store }: Opened,
    { seed, memory }: CoreOptions,
    labels: readonly string[],
  ) {
    this.#runtime = runtime;
    this.#export = read;
    this.#inference = files.inference;
    [this.#step, this.#prefix] = sessions;
    this.#store = store;
    this.backend = runtime.backend;
    const { training, network, spec } = read;
    const same = labels.join('\n') === spec.labels.join('\n');
    const learnt = training.state.filter(({ kind }) => kind === 'parameter');
    this.info = {
      network,
      labels,
      spec: same ? spec : { ...spec, labels, flipMap: {} },
      optimizer: training.optimizer,
      freeze: training.freeze,
      parameters: learnt.reduce((sum, one) => sum + product(shapeOf(training, one, labels.length)), 0),
      prefix: this.#prefix !== undefined,
    };
    const kept = training.data.filter(({ name }) => name !== 'clips');
    const keptBytes = kept.reduce((sum, { rows, shape }) => sum + 4 * rows * product(shape), 0);
    this.#clips = new Clips(memory, keptBytes);
    this.#at = { seed, step: 0, epoch: 0, order: [], done: 0 };
    this.#state = this.#initialState(same ? undefined : seed);
  }

  /** Opens the files of an export, and continues what `store` holds. Throws `trainer/*`. */
  static async open(
    files: Files,
    where: string,
    options: CoreOptions,
    runtime: Runtime,
    store?: TrainingStore,
  ): Promise<TrainerCore> {
    const read = readExport(files, where);
    const labels = checkLabels(options.labels ?? read.spec.labels, read, where);
    const open = (file: Uint8Array): Promise<InferenceSession> =>
      runtime.open(file).catch((cause) => {
        throw wrong(where, 'a graph that onnxruntime runs', oneLine(cause));
      });
    const step = await open(files.training);
    const prefix = files.prefix && (await open(files.prefix));
    const core = new TrainerCore(runtime, { read, files, sessions: [step, prefix], store }, options, labels);
    try {
      await core.#restore(
        `${fingerprint(files.training)} ${fingerprint(files.weights)} ${JSON.stringify(labels)}`,
      );
      return core;
    } catch (error) {
      await core.close();
      throw error;
    }
  }

  get clips(): TrainingClip[] {
    return this.#clips.list;
  }

  get progress(): Progress {
    return { step: this.#at.step, epoch: this.#at.epoch };
  }

  /** Adds a prepared clip, uint8 RGB `[T, crop.height, crop.width, 3]`. */
  async addClip(pixels: Uint8Array, label: string, heldOut: boolean): Promise<TrainingClip> {
    const { labels, spec } = this.info;
    if (!labels.includes(label))
      throw wrongClip(
        `a label of ${labels.join(', ')}`,
        JSON.stringify(label),
        'labels are set in createTrainer()',
      );
    if (pixels.length !== clipBytes(spec))
      throw wrongClip(
        `${clipBytes(spec)} bytes`,
        String(pixels.length),
        'pass what recognizer.prepare() returns',
      );
    const clip = this.#clips.check(pixels, label, heldOut, clipFrames(spec));
    await this.#keep(clip);
    await this.#store?.putClip({ ...publicOf(clip), pixels });
    this.#clips.add(clip);
    return publicOf(clip);
  }

  async removeClip(id: number): Promise<void> {
    this.#clips.remove(id);
    await this.#store?.deleteClip(id);
  }

  /** One step; undefined once `epochs` are complete. What goes wrong leaves everything as it was. */
  async step(options: StepOptions): Promise<TrainingStep | undefined> {
    const began = performance.now();
    const { epochs, batchSize } = this.#checked(options);
    const { seed, epoch, step } = this.#at;
    const started = this.#pending();
    if (started.length === 1 && this.#leastClips === 2) {
      // The others were removed: what is left is no batch.
      this.#at = { seed, step, epoch: epoch + 1, order: [], done: 0 };
      return this.step(options);
    }
    if (started.length === 0 && epoch >= epochs) return undefined;
    const order = started.length > 0 ? started : this.#shuffled();
    const alone = order.length - batchSize === 1;
    const ids = order.slice(0, alone ? batchSize + 1 : batchSize);
    const batch = ids.map((id) => this.#clips.get(id)!);
    const { loss, logits, state } = await this.#run(batch, options, step + 1, seed);
    const epochEnd = ids.length === order.length;
    this.#state = state;
    this.#at = epochEnd
      ? { seed, step: step + 1, epoch: epoch + 1, order: [], done: 0 }
      : { seed, step: step + 1, epoch, order, done: ids.length };
    if (epochEnd) await this.store();
    const classes = this.info.labels.length;
    const right = batch.filter(
      ({ label }, i) => label === this.info.labels[largest(logits.subarray(i * classes, (i + 1) * classes))],
    );
    const accuracy = right.length / batch.length;
    const duration = performance.now() - began;
    return { step: step + 1, epoch: epoch + 1, epochEnd, clips: batch.length, loss, accuracy, duration };
  }

  async evaluate(heldOut: boolean): Promise<Evaluation> {
    const clips = this.#clips.which(heldOut);
    const { labels } = this.info;
    if (clips.length === 0)
      throw kinoraError('trainer/clips', 'evaluate()', heldOut ? 'held-out clips' : 'clips', 'none', {
        hint: heldOut ? 'add some with addClip(clip, label, { heldOut: true })' : 'add some with addClip()',
      });
    const file = this.toOnnx();
    const session = await this.#runtime.open(file);
    const engine = sessionEngine(session, this.#runtime.Tensor, this.backend);
    try {
      const { groupedConv3d: _, ...info } = readModelInfo(file, 'the network');
      const predictor = new Predictor(engine, info);
      const judged: Evaluation['clips'][number][] = [];
      for (const clip of clips) {
        const { probabilities } = (await predictor.predict(clip.pixels))[0]!;
        judged.push({ ...publicOf(clip), predicted: labels[largest(probabilities)]!, probabilities });
      }
      const losses = judged.map(
        ({ label, probabilities: p }) => -Math.log(p[labels.indexOf(label)]! || 1e-45),
      );
      const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
      const accuracy = mean(judged.map(({ label, predicted }) => (label === predicted ? 1 : 0)));
      return { clips: judged, loss: mean(losses), accuracy };
    } finally {
      await engine.close();
    }
  }

  /** The network with the weights of now as ONNX. */
  toOnnx(): Uint8Array<ArrayBuffer> {
    const { spec } = this.info;
    return rewriteModel(this.#inference, { weights: this.#tensors(isWeight), spec, without: [FITTED] });
  }

  /** Weights, moments and position as safetensors. */
  save(): Uint8Array<ArrayBuffer> {
    const { weights, network } = this.#export;
    const { [FITTED]: _, ...metadata } = weights.metadata;
    const moments = Array.from(
      this.#tensors((kind) => kind === 'moment'),
      ([name, tensor]) => [`${OWN}${name}`, tensor] as const,
    );
    return writeSafetensors({
      tensors: new Map([...weights.tensors, ...this.#tensors(isWeight), ...moments]),
      metadata: {
        ...metadata,
        model: network,
        spec: JSON.stringify(this.info.spec),
        trainer: JSON.stringify({ version: 1, ...this.#at }),
      },
    });
  }

  /** What `save` returned, or weights alone. Throws `trainer/file`, and then changes nothing. */
  load(file: Uint8Array, where: string): void {
    const { tensors, metadata } = readSafetensors(file, where);
    const refuse = (expected: string, received: string): never => {
      throw kinoraError('trainer/file', where, expected, received, {
        hint: 'load a file that a trainer of the same export and labels saved',
      });
    };
    const labels = labelsIn(metadata.spec);
    if (labels?.join('\n') !== this.info.labels.join('\n'))
      refuse(`the labels ${this.info.labels.join(', ')}`, labels?.join(', ') ?? 'a file without labels');
    const position = metadata.trainer === undefined ? undefined : readPosition(metadata.trainer);
    if (position === null) refuse('a training of version 1', 'another');
    const names = new Set(this.#export.training.state.map(({ input }) => input));
    for (const [name, { bytes }] of this.#export.weights.tensors) {
      const own = tensors.get(name);
      if (names.has(name) || name.endsWith('num_batches_tracked')) continue;
      if (own === undefined || own.bytes.some((value, i) => value !== bytes[i]))
        refuse(`${name} as in the export, which does not train it`, own === undefined ? 'none' : 'another');
    }
    const state = this.#export.training.state.map((entry): [string, Float32Array] => {
      const { input, kind } = entry;
      const shape = this.#shapeOf(entry);
      if (kind === 'moment' && position === undefined) return [input, new Float32Array(product(shape))];
      const own = tensors.get(kind === 'moment' ? `${OWN}${input}` : input);
      if (own?.dtype !== 'F32' || own.shape.join() !== shape.join())
        return refuse(
          `${input} of shape [${shape.join(', ')}]`,
          own === undefined ? 'none' : `[${own.shape.join(', ')}]`,
        );
      return [input, floatsOf(own)];
    });
    this.#state = new Map(state);
    this.#at = position ?? { seed: this.#at.seed, step: 0, epoch: 0, order: [], done: 0 };
  }

  async reset(): Promise<void> {
    const { seed } = this.#at;
    this.#at = { seed, step: 0, epoch: 0, order: [], done: 0 };
    this.#state = this.#initialState(this.info.spec === this.#export.spec ? undefined : seed);
    await this.store();
  }

  /** Puts the state where it outlives the page, if there is such a place. */
  async store(): Promise<void> {
    await this.#store?.putState(this.save());
  }

  async close(): Promise<void> {
    this.#store?.close();
    await this.#step.release();
    await this.#prefix?.release();
  }

  async #restore(own: string): Promise<void> {
    if (this.#store === undefined) return;
    const { clips, state } = await this.#store.read(own);
    for (const { pixels, ...rest } of clips) {
      const clip = { ...rest, pixels, kept: new Map() };
      await this.#keep(clip);
      this.#clips.add(clip);
    }
    if (state !== undefined) this.load(state, 'the stored training');
  }

  /** Clips of a step, at least: batch norms need two. */
  get #leastClips(): 1 | 2 {
    return this.#export.training.state.some(({ kind }) => kind === 'statistic') ? 2 : 1;
  }

  /** Clips of the epoch in progress that are still to come. */
  #pending(): number[] {
    const { order, done } = this.#at;
    return order.slice(done).filter((id) => this.#clips.get(id)?.heldOut === false);
  }

  #shuffled(): number[] {
    const { seed, epoch } = this.#at;
    const clips = this.#clips.which(false);
    const classes = new Set(clips.map(({ label }) => label)).size;
    if (clips.length < 2 || classes < 2)
      throw kinoraError(
        'trainer/clips',
        'fit()',
        'clips of at least two classes',
        clips.length === 0 ? 'none' : `${clips.length} of ${clips[0]!.label}`,
        { hint: 'add more with addClip(clip, label)' },
      );
    const order = permutation(clips.length, randomStream(seed, epoch));
    return Array.from(order, (i) => clips[i]!.id);
  }

  #checked(options: StepOptions): StepOptions {
    const { epochs, batchSize, learningRate, labelSmoothing } = options;
    const least = this.#leastClips;
    const checks: [keyof StepOptions, boolean, string][] = [
      ['epochs', Number.isSafeInteger(epochs) && epochs >= 1, 'a whole number of at least 1'],
      [
        'batchSize',
        Number.isSafeInteger(batchSize) && batchSize >= least,
        least === 2 ? 'a whole number of at least 2, which batch norms need' : 'a whole number of at least 1',
      ],
      ['learningRate', Number.isFinite(learningRate) && learningRate >= 0, 'a number of at least 0'],
      ['labelSmoothing', labelSmoothing >= 0 && labelSmoothing < 1, 'a number in [0, 1)'],
    ];
    for (const [name, good, expected] of checks)
      if (!good) throw kinoraError('trainer/options', `fit(), ${name}`, expected, String(options[name]));
    return options;
  }

  async #run(
    batch: readonly HeldClip[],
    { learningRate, labelSmoothing }: StepOptions,
    step: number,
    seed: number,
  ): Promise<{ loss: number; logits: Float32Array; state: ReadonlyMap<string, Float32Array> }> {
    const { state } = this.#export.training;
    const { labels } = this.info;
    const { Tensor } = this.#runtime;
    const share = labelSmoothing / labels.length;
    const targets = new Float32Array(batch.length * labels.length).fill(share);
    for (const [i, { label }] of batch.entries())
      targets[i * labels.length + labels.indexOf(label)]! += 1 - labelSmoothing;
    const feeds: Record<string, Tensor> = {
      ...this.#data(batch),
      targets: new Tensor('float32', targets, [batch.length, labels.length]),
      learning_rate: new Tensor('float32', [learningRate], []),
      step: new Tensor('int32', [step], []),
      seed: new Tensor('int32', [seed], []),
    };
    for (const entry of state)
      feeds[entry.input] = new Tensor('float32', this.#state.get(entry.input)!, this.#shapeOf(entry));
    const results = await this.#step.run(feeds).catch((cause) => {
      throw cannotRun(`a step of ${batch.length} clips`, cause);
    });
    const value = (name: string): Float32Array => results[name]!.data as Float32Array;
    const loss = value('loss')[0]!;
    const next = new Map(state.map(({ input, output }) => [input, value(output)]));
    const broken = Number.isFinite(loss)
      ? [...next].find(([, values]) => !values.every(Number.isFinite))
      : ['loss'];
    if (broken !== undefined)
      throw kinoraError(
        'trainer/diverged',
        `step ${step}`,
        'finite numbers',
        `NaN or infinity in ${broken[0]}`,
        {
          hint: 'choose a lower learningRate; the weights are those before the step',
        },
      );
    return { loss, logits: value('logits'), state: next };
  }

  /** What of the step's inputs comes from the clips. */
  #data(batch: readonly HeldClip[]): Record<string, Tensor> {
    const { Tensor } = this.#runtime;
    return Object.fromEntries(
      this.#export.training.data.map(({ name, rows, shape }) => {
        if (name === 'clips') return [name, this.#pixels(batch)];
        const size = rows * product(shape);
        const values = new Float32Array(batch.length * size);
        for (const [i, { kept }] of batch.entries()) values.set(kept.get(name)!, i * size);
        return [name, new Tensor('float32', values, [batch.length * rows, ...shape])];
      }),
    );
  }

  #pixels(batch: readonly HeldClip[]): Tensor {
    const size = clipBytes(this.info.spec);
    const together = new Uint8Array(batch.length * size);
    for (const [i, { pixels }] of batch.entries()) together.set(pixels, i * size);
    const { data, shape } = networkInput(together, this.info.spec);
    return new this.#runtime.Tensor('float32', data, shape);
  }

  /** Computes what the frozen prefix makes of a clip. */
  async #keep(clip: HeldClip): Promise<void> {
    if (this.#prefix === undefined) return;
    const results = await this.#prefix.run({ clips: this.#pixels([clip]) });
    for (const [name, { data }] of Object.entries(results))
      clip.kept.set(name, (data as Float32Array).slice());
  }

  #initialState(newClassifier: number | undefined): Map<string, Float32Array> {
    const { training, weights } = this.#export;
    return new Map(
      training.state.map((entry, i) => {
        const { input, initial } = entry;
        const shape = this.#shapeOf(entry);
        if (initial === 'zeros') return [input, new Float32Array(product(shape))];
        if (newClassifier === undefined || !isClassifier(training, input))
          return [input, floatsOf(weights.tensors.get(input)!)];
        // As torch.nn.Linear: uniform within 1 / sqrt(F), weights and bias alike.
        const bound = 1 / Math.sqrt(weights.tensors.get(training.classifier!.weight)!.shape[1]!);
        const random = randomStream(newClassifier, i, 0, CLASSIFIER);
        return [input, Float32Array.from({ length: product(shape) }, () => random.uniform(-bound, bound))];
      }),
    );
  }

  #shapeOf(entry: StateTensor): readonly number[] {
    return shapeOf(this.#export.training, entry, this.info.labels.length);
  }

  #tensors(wanted: (kind: StateTensor['kind']) => boolean): Map<string, StoredTensor> {
    return new Map(
      this.#export.training.state
        .filter(({ kind }) => wanted(kind))
        .map((entry) => [entry.input, floats(this.#shapeOf(entry), this.#state.get(entry.input)!)]),
    );
  }
}

interface Opened {
  readonly read: Export;
  readonly files: Files;
  readonly sessions: readonly [step: InferenceSession, prefix: InferenceSession | undefined];
  readonly store: TrainingStore | undefined;
}

/** Before the names of tensors that are no weights; the command line skips those. */
const OWN = 'trainer.';
/** Temperature and settings of live recognition, which were fitted to the weights before. */
const FITTED = 'postprocess';
/** Of random streams: the order of epochs has purpose 0. */
const CLASSIFIER = 1;

/** Whether a tensor belongs to the last layer: a weight, or a moment of one. */
function isClassifier({ classifier }: TrainingSpec, input: string): boolean {
  const { weight, bias } = classifier ?? {};
  return [weight, bias].some((own) => own != null && (input === own || input.startsWith(`${own}.`)));
}

function shapeOf(training: TrainingSpec, { input, shape }: StateTensor, classes: number): readonly number[] {
  return isClassifier(training, input) ? [classes, ...shape.slice(1)] : shape;
}

const isWeight = (kind: StateTensor['kind']): boolean => kind !== 'moment';

const largest = (values: Float32Array): number => values.indexOf(Math.max(...values));

function checkLabels(
  labels: readonly string[],
  { training, spec }: Export,
  where: string,
): readonly string[] {
  const good =
    Array.isArray(labels) &&
    labels.length >= 2 &&
    labels.every((label) => typeof label === 'string' && label !== '') &&
    new Set(labels).size === labels.length;
  if (!good)
    throw kinoraError(
      'trainer/options',
      'labels',
      'two or more different names',
      JSON.stringify(labels) ?? 'none',
    );
  if (labels.join('\n') === spec.labels.join('\n') || training.classifier != null) return labels;
  throw kinoraError('trainer/options', `labels of ${where}`, {
    expected: `the export's, ${spec.labels.join(', ')}: its classes are not the rows of one trained linear layer`,
    received: labels.join(', '),
    hint: 'export a network that was trained on these labels (kinora train --init-from), or one with a linear last layer',
  });
}

function labelsIn(spec: string | undefined): readonly string[] | undefined {
  try {
    return (JSON.parse(spec ?? '{}') as PreprocessSpec).labels;
  } catch {
    return undefined;
  }
}

/** What a runtime says that gets no memory, native or WebAssembly. */
const NO_MEMORY = /bad_alloc|memory|allocat|array buffer/i;

function cannotRun(where: string, cause: unknown): KinoraError {
  const received = oneLine(cause);
  const memory = NO_MEMORY.test(received);
  return kinoraError(
    memory ? 'trainer/memory' : 'trainer/failed',
    where,
    memory ? 'memory for it' : 'a run',
    received,
    {
      hint: `${memory ? 'choose a smaller batchSize; ' : ''}clips and weights are as before it`,
      cause,
    },
  );
}

/** Null for one of another version. */
function readPosition(text: string): Position | null {
  try {
    const { version, seed, step, epoch, order, done } = JSON.parse(text) as Position & { version: number };
    const good =
      version === 1 && [seed, step, epoch, done].every(Number.isSafeInteger) && Array.isArray(order);
    return good ? { seed, step, epoch, order, done } : null;
  } catch {
    return null;
  }
}
