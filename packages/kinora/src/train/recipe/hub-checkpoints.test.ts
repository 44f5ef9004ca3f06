/**
 * Checkpoints as PyTorchVideo's hub and PySlowFast save them, of narrow twins (scripts/golden_slowfast.py): all weights
 * arrive, and the logits are those that PyTorch computed from the same file.
 */
import { fileURLToPath } from 'node:url';
import { noGrad, ops, scope, serialize, shapesOnly, type Tensor } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import type { Network } from '../../model/network.js';
import { findNetwork } from '../../model/registry.js';
import { isPySlowFast, toPyTorchVideo } from '../../model/slowfast/names.js';
import type { SlowFast } from '../../model/slowfast/slow-fast.js';
import { slowPositions } from '../../model/slowfast/slow-fast.js';
import { slowFastTwin, x3dTwin } from '../../model/slowfast/twins.test.util.js';
import type { X3D } from '../../model/slowfast/x3d.js';
import { networkOf, openWeights } from '../../model/weights.js';
import { initFrom } from './init-from.js';

const CLASSES = 5;
const golden = (name: string): string =>
  fileURLToPath(new URL(`../../../golden/hub/${name}.pyth`, import.meta.url));

const built = <N extends Network>(name: string): N => shapesOnly(() => findNetwork(name).build(CLASSES) as N);

const FILES: [file: string, size: number[], twin: (classes: number) => Network][] = [
  ['x3d', [5, 26, 22], (classes) => x3dTwin(built<X3D>('x3d_s'), classes)],
  ['x3d-pyslowfast', [5, 26, 22], (classes) => x3dTwin(built<X3D>('x3d_s'), classes)],
  ['slowfast', [8, 34, 38], (classes) => slowFastTwin(built<SlowFast>('slowfast_r50'), classes)],
  ['slowfast-pyslowfast', [8, 34, 38], (classes) => slowFastTwin(built<SlowFast>('slowfast_r50'), classes)],
];

/** The clips of the script. */
const clips = (size: readonly number[]): Tensor => {
  const shape = [2, 3, ...size];
  const count = shape.reduce((a, b) => a * b);
  return ops.arange(count, { dtype: 'float64' }).mul(0.7).add(3).sin().view(shape).to('float32');
};

test.each(FILES)(
  '%s.pyth: every weight is taken, and the logits are those of PyTorch',
  (file, size, twin) => {
    using network = twin(CLASSES);
    const report = initFrom(network, golden(file), { model: file, classes: CLASSES });
    expect([report.missing, report.unexpected, report.classifier]).toEqual([[], [], []]);
    scope(() => {
      const content = serialize.loadTorch(golden(file)) as Map<string, Tensor>;
      const expected = content.get('logits')!;
      const { logits } = noGrad(() => network.eval().call(clips(size)));
      const largest = Number(expected.abs().max().item());
      expect(Number(logits.sub(expected).abs().max().item()) / largest).toBeLessThan(1e-4);
    });
  },
);

test('a checkpoint for other classes leaves the classifier as it was drawn', () => {
  using network = x3dTwin(built<X3D>('x3d_s'), 3);
  const { classifier } = initFrom(network, golden('x3d-pyslowfast'), { model: 'x3d', classes: 3 });
  expect(classifier).toEqual([
    'blocks.3.proj.weight [5, 16] instead of [3, 16]',
    'blocks.3.proj.bias [5] instead of [3]',
  ]);
});

describe("PySlowFast's names", () => {
  /** The opposite of `toPyTorchVideo`, for what the golden files lack: one pathway. */
  const slow = (): Map<string, Tensor> =>
    new Map(
      [...built('slow_r50').stateDict()].map(([name, tensor]) => [
        name
          .replace(/^blocks\.0\.norm/, 's1.pathway0_stem.bn')
          .replace(/^blocks\.0\./, 's1.pathway0_stem.')
          .replace(/^blocks\.5\.proj/, 'head.projection')
          .replace(
            /^blocks\.(\d)\.res_blocks\.(\d)/,
            (_, stage, i) => `s${Number(stage) + 1}.pathway0_res${i}`,
          )
          .replace(/branch1_conv/, 'branch1')
          .replace(/branch1_norm/, 'branch1_bn')
          .replace(/conv_([abc])/, '$1')
          .replace(/norm_([abc])/, '$1_bn'),
        tensor,
      ]),
    );

  test('of a slow pathway alone become ours', () => {
    scope(() => {
      const names = slow();
      expect(isPySlowFast(names.keys())).toBe(true);
      expect([...names.keys()].slice(0, 7)).toContain('s2.pathway0_res0.branch1.weight');
      expect([...toPyTorchVideo(names).keys()]).toEqual([...built('slow_r50').stateDict().keys()]);
    });
  });

  test('that mean nothing to us stay, and are reported', () => {
    scope(() => {
      const odd = new Map([
        ['s1.pathway0_stem.conv_xy.weight', ops.zeros([1])],
        ['s3.pathway0_nonlocal1.conv_g.weight', ops.zeros([1])],
      ]);
      expect([...toPyTorchVideo(odd).keys()]).toEqual([
        'blocks.0.conv.conv_t.weight',
        's3.pathway0_nonlocal1.conv_g.weight',
      ]);
    });
  });
});

test('x3d_xs, s and m share their weights, which a file alone cannot tell apart', () => {
  scope(() => {
    const weights = new Map(built('x3d_m').stateDict());
    const { name, alike, network } = networkOf(weights, 'x3d_m.pyth');
    expect([name, ...alike]).toEqual(['x3d_xs', 'x3d_s', 'x3d_m']);
    network.dispose();
  });
});

test('a file of neither is read as before', () => {
  scope(() => expect([...openWeights(golden('x3d')).weights.keys()][0]).toBe('blocks.0.conv.conv_t.weight'));
});

test("the slow pathway's frames are those of torch.linspace(0, T - 1, T // alpha).long()", () => {
  expect(slowPositions(32, 4)).toEqual([0, 4, 8, 13, 17, 22, 26, 31]);
  expect(slowPositions(32, 8)).toEqual([0, 10, 20, 31]);
  expect(slowPositions(16, 4)).toEqual([0, 5, 10, 15]);
  expect(slowPositions(4, 4)).toEqual([0]);
});

test('a number of frames that is no multiple of alpha is refused with one that is', () => {
  const { build } = findNetwork('slowfast_r50');
  expect(() => shapesOnly(() => build(5, [18, 64, 64]))).toThrow(
    'slowfast_r50, pack (SlowFrames): expected clips [N, 3, T, H, W] with T a multiple of 4, received [1, 3, 18, 64, 64] ' +
      'from clips of 18x64x64 (frames x height x width); clips of 20x64x64 fit',
  );
});
