/** What a page asks of the worker that trains, and the answers; in Node the same without a worker. */
import type { Frames, PreprocessSpec } from '@kinora/clip';
import { prepareFrames } from '../inputs/clip.js';
import type { Backend } from '../types.js';
import { type CoreOptions, type Runtime, type StepOptions, TrainerCore, type TrainingStore } from './core.js';
import { type Files, hasPrefix, readTraining } from './spec.js';
import type { Evaluation, Progress, TrainingClip, TrainingInfo, TrainingStep } from './types.js';

export interface OpenTrainer<Source> extends CoreOptions {
  readonly files: { readonly [Name in keyof Files]: Source | undefined };
  /** Names the export in errors. */
  readonly where: string;
  readonly threads: number | undefined;
  /** Folder of onnxruntime's .wasm files. */
  readonly runtime?: string | undefined;
  /** Name of the database in which clips and state are kept. */
  readonly store?: string | undefined;
}

/** How things stand after a call: what the page shows without asking. */
export interface Standing {
  readonly clips: readonly TrainingClip[];
  readonly progress: Progress;
}

export interface TrainerQuestions<Source> {
  openTrainer: { ask: OpenTrainer<Source>; answer: { info: TrainingInfo; backend: Backend } & Standing };
  prepareClip: { ask: Frames; answer: Uint8Array };
  addClip: {
    ask: { pixels: Uint8Array; label: string; heldOut: boolean };
    answer: { clip: TrainingClip } & Standing;
  };
  removeClip: { ask: number; answer: Standing };
  step: { ask: StepOptions; answer: { step: TrainingStep | undefined } & Standing };
  evaluate: { ask: { heldOut: boolean }; answer: Evaluation };
  save: { ask: undefined; answer: Uint8Array<ArrayBuffer> };
  toOnnx: { ask: undefined; answer: Uint8Array<ArrayBuffer> };
  load: { ask: { file: Uint8Array; where: string }; answer: Standing };
  reset: { ask: undefined; answer: Standing };
  /** Stores the state now: the page may be closed. */
  store: { ask: undefined; answer: undefined };
  closeTrainer: { ask: undefined; answer: undefined };
}

/** What differs between the places where a training runs. */
export interface Place<Source> {
  /** The bytes of a file. Throws `trainer/model`. */
  bytes(source: Source): Promise<Uint8Array>;
  runtime(ask: OpenTrainer<Source>): Promise<Runtime>;
  store?(name: string): Promise<TrainingStore>;
}

export type TrainerAnswers<Source> = {
  [Name in keyof TrainerQuestions<Source>]: (
    ask: TrainerQuestions<Source>[Name]['ask'],
  ) => Promise<TrainerQuestions<Source>[Name]['answer']>;
};

/** Answers for one training, and the spec of its clips once it is open. */
export function trainerAnswers<Source>(place: Place<Source>): {
  readonly answers: TrainerAnswers<Source>;
  spec(): PreprocessSpec | undefined;
} {
  let core: TrainerCore | undefined;
  const standing = (): Standing => ({ clips: core!.clips, progress: core!.progress });
  const answers: TrainerAnswers<Source> = {
    openTrainer: async (ask) => {
      const { files, where, store } = ask;
      const bytes = async (source: Source | undefined): Promise<Uint8Array | undefined> =>
        source === undefined ? undefined : place.bytes(source);
      const training = (await bytes(files.training))!;
      const frozen = hasPrefix(readTraining(training, where));
      const read = {
        training,
        weights: (await bytes(files.weights))!,
        inference: (await bytes(files.inference))!,
        prefix: frozen ? await bytes(files.prefix) : undefined,
      };
      const runtime = await place.runtime(ask);
      const kept = store === undefined ? undefined : await place.store?.(store);
      core = await TrainerCore.open(read, where, ask, runtime, kept);
      return { info: core.info, backend: core.backend, ...standing() };
    },
    prepareClip: async (frames) => prepareFrames(frames, core!.info.spec),
    addClip: async ({ pixels, label, heldOut }) => ({
      clip: await core!.addClip(pixels, label, heldOut),
      ...standing(),
    }),
    removeClip: async (id) => {
      await core!.removeClip(id);
      return standing();
    },
    step: async (options) => ({ step: await core!.step(options), ...standing() }),
    evaluate: ({ heldOut }) => core!.evaluate(heldOut),
    save: async () => core!.save(),
    toOnnx: async () => core!.toOnnx(),
    load: async ({ file, where }) => {
      core!.load(file, where);
      await core!.store();
      return standing();
    },
    reset: async () => {
      await core!.reset();
      return standing();
    },
    store: async () => {
      await core?.store();
      return undefined;
    },
    closeTrainer: async () => {
      await core?.close();
      return undefined;
    },
  };
  return { answers, spec: () => core?.info.spec };
}
