/** The types of the public API, as an editor sees them: what is accepted, what is refused, what comes out. Checked by `tsc`. */
import { expectTypeOf, test } from 'vitest';
import type * as kinora from './index.js';

type Api = typeof kinora;

test('a run takes what differs from the defaults, or a complete configuration', () => {
  type Run = Parameters<Api['trainRun']>[0];
  expectTypeOf<{
    name: 'mine';
    trainFolder: 'data/mine';
    schedule: 'cosine';
    augment: { flip: 0.5 };
  }>().toExtend<Run>();
  expectTypeOf<kinora.RunConfig>().toExtend<Run>();
  expectTypeOf<{ batchSize: '8' }>().not.toExtend<Run>();
  expectTypeOf<{ optimizer: 'adamm' }>().not.toExtend<Run>();
  expectTypeOf<{ schedule: 'cosin' }>().not.toExtend<Run>();
  expectTypeOf<{ schedule: { name: 'plateau'; patience: 5 } }>().toExtend<Run>();
  expectTypeOf<{ augment: { flips: 0.5 } }>().not.toExtend<Run>();
  expectTypeOf<ReturnType<Api['trainRun']>>().resolves.toExtend<{
    folder: { path: string };
    steps: number;
  }>();
});

test('evaluation takes a run folder, too', () => {
  expectTypeOf<'runs/demo'>().toExtend<Parameters<Api['evaluateRun']>[0]>();
  expectTypeOf<kinora.RunConfig>().toExtend<Parameters<Api['evaluateRun']>[0]>();
  expectTypeOf<ReturnType<Api['evaluateRun']>>().resolves.toHaveProperty('summary');
});

test('choices are literals', () => {
  expectTypeOf<kinora.Format>().toEqualTypeOf<'onnx' | 'onnx-train' | 'safetensors' | 'pt' | 'page'>();
  expectTypeOf<'cuda:1'>().toExtend<NonNullable<kinora.TrainOptions['device']>>();
  expectTypeOf<1>().not.toExtend<NonNullable<kinora.TrainOptions['device']>>();
  expectTypeOf<'all'>().not.toExtend<NonNullable<kinora.TrainOptions['resume']>>();
  expectTypeOf<'Thumb Sideways'>().not.toExtend<kinora.GestureLabel>();
});

test('metrics are an array, features an async iterator', () => {
  expectTypeOf<Api['readMetrics']>().toEqualTypeOf<(path: string) => kinora.MetricsRecord[]>();
  expectTypeOf<kinora.EpochMetrics['val_top1']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<ReturnType<Api['collectFeatures']>>().toExtend<AsyncIterable<kinora.ClipFeatures>>();
  expectTypeOf<kinora.ClipFeatures['features']>().toEqualTypeOf<Float32Array>();
  expectTypeOf<kinora.ClipAugmentation>().parameters.toEqualTypeOf<
    [clip: kinora.Frames, random: kinora.Random]
  >();
});
