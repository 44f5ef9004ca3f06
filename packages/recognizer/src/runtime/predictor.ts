/**
 * Pixels to probabilities: the spec, then the network. It runs where the pixels are (a worker in browsers), and knows
 * nothing of smoothing, events or sources.
 */
import { type KinoraError, kinoraError, softmax } from '@kinora/clip';
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-web';
import { clipBytes, networkInput } from '../inputs/clip.js';
import type { Backend, LayerMaps, ModelInfo } from '../types.js';
import type { RawPrediction } from './prediction.js';

/** What runs the network, whichever onnxruntime it is: numbers in, named outputs out. */
export interface Engine {
  readonly backend: Backend;
  /** Names of the inputs that the network wants. */
  readonly inputs: readonly string[];
  /** Names of the outputs that the network has. */
  readonly outputs: readonly string[];
  /** Runs clips, float32 `[N, 3, T, H, W]`, and gives out the outputs asked for. One run at a time. */
  run(
    clips: Float32Array,
    shape: readonly number[],
    outputs: readonly string[],
  ): Promise<Record<string, LayerMaps>>;
  close(): Promise<void>;
}

/** The engine of a session, whose `Tensor` comes from the same onnxruntime. */
export function sessionEngine(
  session: InferenceSession,
  TensorOf: TensorConstructor,
  backend: Backend,
): Engine {
  return {
    backend,
    inputs: session.inputNames,
    outputs: session.outputNames,
    async run(clips, shape, outputs) {
      const results = await session.run({ clips: new TensorOf('float32', clips, shape) }, [...outputs]);
      return Object.fromEntries(outputs.map((name) => [name, mapsOf(results[name]!)]));
    },
    close: () => session.release(),
  };
}

const mapsOf = ({ dims, data }: Tensor): LayerMaps => ({ shape: dims, data: data as Float32Array });

export class Predictor {
  #engine: Engine;
  #info: ModelInfo;
  /** Settles when the runs so far have: a session runs one at a time. */
  #busy: Promise<unknown> = Promise.resolve();

  /** Throws `recognizer/model` for a network that wants more than frames. */
  constructor(engine: Engine, info: ModelInfo) {
    checkInputs(engine, info);
    this.#engine = engine;
    this.#info = info;
  }

  get info(): ModelInfo {
    return this.#info;
  }

  /** Throws `recognizer/model` for a network whose clips are others. */
  checkReplacement({ spec, network }: ModelInfo, where: string): void {
    const inputOf = ({ labels: _, flipMap: __, ...input }: ModelInfo['spec']): string =>
      JSON.stringify(input);
    if (inputOf(spec) === inputOf(this.#info.spec)) return;
    throw kinoraError('recognizer/model', where, {
      expected: `a network with the preprocessing of the one in use, ${this.#info.network}`,
      received: `${network} with another`,
      hint: 'open it with createRecognizer()',
    });
  }

  /** Runs another network, which `checkReplacement` has accepted, as soon as the runs so far are over. */
  async replace(engine: Engine, info: ModelInfo): Promise<void> {
    checkInputs(engine, info);
    await this.#busy;
    const before = this.#engine;
    const running = this.#busy;
    this.#engine = engine;
    this.#info = info;
    await running;
    await before.close();
  }

  /** Prepared clips `[N, T, H, W, 3]` to one prediction each. Given up before it begins if `signal` is aborted. */
  async predict(
    clips: Uint8Array,
    maps: readonly string[] = [],
    signal?: AbortSignal,
  ): Promise<RawPrediction[]> {
    const began = performance.now();
    this.#checkMaps(maps);
    const { data, shape } = networkInput(clips, this.info.spec);
    const run = this.#busy.then(() => {
      signal?.throwIfAborted();
      return this.#engine.run(data, shape, ['logits', 'features', ...maps]).catch(cannotRun);
    });
    this.#busy = run.catch(() => {});
    const outputs = await run;
    const latency = performance.now() - began;
    const count = clips.length / clipBytes(this.info.spec);
    const { temperature } = this.info.postprocess;
    return Array.from({ length: count }, (_, i) => ({
      probabilities: Float32Array.from(softmax(part(outputs.logits!, i, count).data, temperature)),
      features: part(outputs.features!, i, count).data,
      latency,
      ...(maps.length > 0
        ? { maps: Object.fromEntries(maps.map((name) => [name, part(outputs[name]!, i, count)])) }
        : {}),
    }));
  }

  async close(): Promise<void> {
    await this.#busy;
    await this.#engine.close();
  }

  #checkMaps(maps: readonly string[]): void {
    const unknown = maps.filter((name) => !this.#engine.outputs.includes(name));
    if (unknown.length === 0) return;
    throw kinoraError('recognizer/maps', 'maps', {
      expected: `outputs of the model (${this.#engine.outputs.join(', ')})`,
      received: unknown.join(', '),
      hint: 'kinora export --explain gives out the maps of every layer',
    });
  }
}

/** What onnxruntime says, as one printable line. */
export function oneLine(problem: unknown): string {
  const [line = ''] = String(problem instanceof Error ? problem.message : problem).split('\n');
  return line.replaceAll(/\p{C}/gu, ' ').slice(0, 300);
}

function cannotRun(cause: unknown): never {
  throw kinoraError('recognizer/failed', 'the network', 'a run', oneLine(cause), { cause });
}

/** One clip's part of an output of `count` clips; `[rows of the clip, ...]` where a layer saw frames as a batch. */
function part({ shape, data }: LayerMaps, index: number, count: number): LayerMaps {
  const [rows = 1, ...rest] = shape;
  const size = data.length / count;
  const own = rows / count;
  return { shape: own === 1 ? rest : [own, ...rest], data: data.slice(index * size, (index + 1) * size) };
}

function checkInputs({ inputs }: Engine, { network }: ModelInfo): void {
  const others = inputs.filter((name) => name !== 'clips');
  if (others.length > 0) throw wantsMore(network, others);
}

const wantsMore = (network: string, others: readonly string[]): KinoraError =>
  kinoraError('recognizer/model', network, {
    expected: 'a network that sees frames alone',
    received: `one that also wants ${others.join(', ')}`,
    hint: 'recognise with another network; onnxruntime runs this one where you compute its inputs',
  });
