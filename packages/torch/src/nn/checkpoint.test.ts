import { describe, expect, test } from 'vitest';
import { liveTensors } from '../engine/engine.test.util.js';
import { manualSeed, nn, ops, scope, type Tensor } from '../index.js';
import { numbers } from './golden.test.util.js';

const segment = (input: number, output: number) =>
  new nn.Sequential(
    new nn.Conv3d(input, output, 3, { padding: 1 }),
    new nn.BatchNorm3d(output),
    new nn.ReLU(),
    new nn.Dropout(0.4),
  );

class Net extends nn.Module {
  readonly stages = new nn.ModuleList([segment(3, 4), segment(4, 6), segment(6, 6)]);
  readonly fc = new nn.Linear(6, 2);

  /** A shortcut past the last segment, so that its input has another use than the segment. */
  forward(clips: Tensor): Tensor {
    const [a, b, c] = [...this.stages];
    const first = nn.checkpoint(b!, nn.checkpoint(a!, clips));
    const last = nn.checkpoint(c!, first);
    return this.fc.call(first.add(last).mean([2, 3, 4]));
  }
}

interface Trial {
  /** What comes before the network. */
  readonly input?: (clips: Tensor) => Tensor;
  /** Of these stages nothing is trained. */
  readonly frozen?: readonly number[];
}

/** Loss, gradients and statistics after two passes, as numbers. */
function train(how: 'plain' | 'checkpointed', { input = (clips: Tensor) => clips, frozen = [] }: Trial = {}) {
  manualSeed(7);
  using net = new Net();
  for (const stage of frozen)
    for (const parameter of net.stages.at(stage)!.parameters()) parameter.requiresGrad = false;
  const losses = [1, 2].map(() =>
    scope(() => {
      const forward = () =>
        net
          .call(input(ops.randn([2, 3, 3, 5, 5])))
          .square()
          .sum();
      if (how === 'plain') {
        const loss = forward();
        loss.backward();
        return loss.item();
      }
      const { result, backward } = nn.checkpointed(forward);
      backward(result);
      return result.item();
    }),
  );
  return scope(() => ({
    losses,
    gradients: [...net.namedParameters()].map(([name, { grad }]) => [name, grad && numbers(grad)]),
    buffers: [...net.namedBuffers()].map(([name, buffer]) => [name, numbers(buffer)]),
    next: numbers(ops.rand([3])),
  }));
}

describe('checkpointed', () => {
  test('gives the losses, gradients, statistics and random numbers of a plain pass, bit for bit', () => {
    expect(train('checkpointed')).toEqual(train('plain'));
  });

  test('passes gradients on to what comes before the first segment', () => {
    const inputs: Tensor[] = [];
    const gradientOfInput = (how: 'plain' | 'checkpointed') => {
      const weight = ops.ones([1]);
      weight.requiresGrad = true;
      inputs.push(weight);
      train(how, { input: (clips) => clips.mul(weight) });
      return numbers(weight.grad!);
    };
    expect(gradientOfInput('checkpointed')).toEqual(gradientOfInput('plain'));
  });

  test.each([[[0]], [[1]], [[0, 1]], [[0, 1, 2]]])(
    'leaves stages %j as they are when they are frozen',
    (frozen) => {
      expect(train('checkpointed', { frozen })).toEqual(train('plain', { frozen }));
    },
  );

  test('leaves no tensor behind', () => {
    train('checkpointed');
    const before = liveTensors();
    train('checkpointed');
    expect(liveTensors()).toBe(before);
  });

  test('keeps the inputs of segments and nothing inside them', () => {
    using net = new Net();
    const kept = (run: (forward: () => Tensor) => unknown) =>
      scope(() => {
        const clips = ops.randn([1, 3, 4, 8, 8]);
        const before = liveTensors();
        run(() => net.call(clips));
        return liveTensors() - before;
      });
    const plain = kept((forward) => forward());
    const less = kept((forward) => nn.checkpointed(forward));
    expect(plain - less).toBe(3 * 2);
  });

  test('Segments are a Sequential, and within a pass what their groups keep', () => {
    const layers = () => [1, 2, 3].flatMap(() => [new nn.Linear(4, 4), new nn.Tanh()]);
    const grouped = [
      new nn.Segments(layers(), (layer) => layer instanceof nn.Tanh),
      new nn.Segments(layers()),
    ];
    const kept = grouped.map((net) =>
      scope(() => {
        const input = ops.randn([2, 4]);
        const before = liveTensors();
        const { result, backward } = nn.checkpointed(() => net.call(input));
        const outputs = liveTensors() - before;
        backward(result.square().sum());
        const gradients = net.parameters().map(({ grad }) => numbers(grad!));
        net.zeroGrad();
        net.call(input).square().sum().backward();
        expect(gradients).toEqual(net.parameters().map(({ grad }) => numbers(grad!)));
        return outputs;
      }),
    );
    expect(kept).toEqual([3, 6]);
    expect([...grouped[0]!.stateDict().keys()].slice(0, 3)).toEqual(['0.weight', '0.bias', '2.weight']);
    for (const net of grouped) net.dispose();
  });

  test('segments within a segment are recomputed with it', () => {
    const inner = new nn.Segments([new nn.Linear(3, 3), new nn.Tanh()]);
    using net = new nn.Segments([new nn.Linear(3, 3), inner, new nn.Linear(3, 1)]);
    scope(() => {
      const input = ops.randn([4, 3]);
      const gradients = () => net.parameters().map(({ grad }) => numbers(grad!));
      net.call(input).sum().backward();
      const plain = gradients();
      net.zeroGrad();
      const { result, backward } = nn.checkpointed(() => net.call(input));
      backward(result.sum());
      expect(gradients()).toEqual(plain);
    });
  });

  test('refuses a network without segments, and one pass inside another', () => {
    const linear = new nn.Linear(2, 2);
    expect(() => scope(() => nn.checkpointed(() => linear.call(ops.ones([1, 2]))))).toThrow(
      'checkpointed(): expected a network with segments, received one without; train it without checkpointing',
    );
    expect(() => nn.checkpointed(() => nn.checkpointed(() => 1))).toThrow('received one inside another');
    linear.dispose();
  });
});
