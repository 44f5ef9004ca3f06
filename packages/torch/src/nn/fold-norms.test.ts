import { afterEach, expect, test, vi } from 'vitest';
import { inferenceMode, memoryStats, nn, noGrad, ops, scope, type Tensor, trace } from '../index.js';
import { expectClose } from './golden.test.util.js';

/** Two norms that can be folded, after a convolution without bias and one in groups, and one after a linear layer. */
class Block extends nn.Module {
  conv = new nn.Conv3d(4, 6, [2, 3, 3], { bias: false });
  norm = new nn.BatchNorm3d(6);
  act = new nn.LeakyReLU();
  grouped = new nn.Conv3d(6, 6, 1, { groups: 3 });
  norm2 = new nn.BatchNorm3d(6, { affine: false });
  fc = new nn.Linear(6, 5);
  norm3 = new nn.BatchNorm1d(5);

  forward(clips: Tensor): Tensor {
    const maps = this.norm2.call(this.grouped.call(this.act.call(this.norm.call(this.conv.call(clips)))));
    return this.norm3.call(this.fc.call(maps.mean([2, 3, 4])));
  }
}

const clips = ops.randn([3, 4, 5, 7, 6]);
const block = new Block();
// Statistics as training leaves them.
noGrad(() => scope(() => void block.call(ops.randn([4, 4, 5, 7, 6]).mul(2).add(1))));
block.eval();
const written = noGrad(() => block.call(clips));
const fold = (): number => nn.foldNorms(block, () => block.call(clips));
const norms = (run: () => unknown): number =>
  trace(run).calls.filter(({ operator }) => operator === 'aten::batch_norm').length;

afterEach(() => void block.eval().to({ dtype: 'float32' }));

test('the same numbers to rounding, with weights that no state_dict has', () => {
  expect(fold()).toBe(3);
  const names = [...block.stateDict().keys()];
  const forward = vi.spyOn(block.norm, 'forward');
  const folded = inferenceMode(() => block.call(clips));
  expectClose(folded, written, 'folded');
  expect(forward.mock.results[0]!.value, 'a folded norm returns its input').toBe(forward.mock.calls[0]![0]);
  forward.mockRestore();
  expect([...block.stateDict().keys()]).toEqual(names);
});

test('training, gradients, traces and recordings see the network as it is written', () => {
  fold();
  scope(() => {
    const output = block.call(clips);
    expect(output.toTypedArray()).toEqual(written.toTypedArray());
    output.sum().backward();
    expect(block.norm.weight!.grad).not.toBeNull();
    noGrad(() => {
      expect(norms(() => block.call(clips))).toBe(3);
      const { recording } = nn.recordActivations(block, ['conv'], () => block.call(clips));
      expect(recording.output('conv').toTypedArray()).toEqual(block.conv.call(clips).toTypedArray());
      recording.dispose();
      const { norm } = block;
      const unfolded = norm.call(block.conv.call(clips));
      expectClose(
        unfolded,
        ops.batch_norm(
          block.conv.call(clips),
          norm.weight,
          norm.bias,
          norm.running_mean,
          norm.running_var,
          false,
          0,
          norm.eps,
          true,
        ),
        'layers by themselves',
        0,
      );
    });
  });
});

test('weights that are written to, moved or disposed end the fold', () => {
  const before = memoryStats().liveTensors;
  fold();
  expect(memoryStats().liveTensors).toBe(before + 6);
  noGrad(() => block.norm.running_var!.mul_(4));
  const now = scope(() => noGrad(() => Array.from(block.call(clips).toTypedArray() as Float32Array)));
  expect(memoryStats().liveTensors).toBe(before + 4);
  expect(now).not.toEqual(Array.from(written.toTypedArray() as Float32Array));
  noGrad(() => block.norm.running_var!.div_(4));
  block.to({ dtype: 'float64' });
  expect(memoryStats().liveTensors).toBe(before);
});

test('a result that something else reads, or that comes out, is not folded', () => {
  class Skip extends Block {
    override forward(input: Tensor): Tensor {
      const maps = this.conv.call(input);
      return this.norm.call(maps).add(maps);
    }
  }
  class Out extends Block {
    override forward(input: Tensor): Tensor {
      const maps = this.conv.call(input);
      this.norm.call(maps);
      return maps;
    }
  }
  class Twice extends Block {
    override forward(input: Tensor): Tensor {
      return this.norm.call(this.conv.call(input)).add(this.norm.call(this.conv.call(input.neg())));
    }
  }
  for (const network of [new Skip(), new Out(), new Twice()]) {
    network.eval();
    expect(
      nn.foldNorms(network, () => network.call(clips)),
      network.constructor.name,
    ).toBe(0);
    network.dispose();
  }
});
