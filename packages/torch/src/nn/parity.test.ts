/** Every layer and loss against PyTorch: outputs, gradients of all inputs and parameters, and buffers afterwards. */
import { describe, expect, test } from 'vitest';
import { manualSeed, nn, ops, scope, Tensor, tensor } from '../index.js';
import { expectClose, Golden, numbers, relativeError } from './golden.test.util.js';

interface Case {
  layer: string;
  args: unknown[];
  options: Record<string, unknown>;
  inputs: unknown[];
  train: boolean;
  seed: number | null;
}

type AnyLayer = nn.Module<unknown[], unknown>;

const layers = nn as unknown as Record<string, new (...args: unknown[]) => AnyLayer>;

/** Builds the layer of a case; options that hold a vector become tensors. */
function build({ layer, args, options }: Case): AnyLayer {
  const decoded = Object.entries(options).map(([name, value]) => {
    const vector = (value as { vector?: number[] } | null)?.vector;
    return [name, vector === undefined ? value : tensor(vector)];
  });
  return new layers[layer]!(...args, ...(decoded.length > 0 ? [Object.fromEntries(decoded)] : []));
}

/** Gives the leaves of the golden file back the nesting that the case's input shapes have. */
function nest(spec: unknown, leaves: Iterator<Tensor>): unknown {
  const isNested = Array.isArray(spec) && Array.isArray(spec[0]);
  return isNested ? spec.map((part) => nest(part, leaves)) : leaves.next().value;
}

function flat(value: unknown): Tensor[] {
  return value instanceof Tensor ? [value] : (value as unknown[]).flatMap(flat);
}

describe('layers and losses agree with PyTorch', () => {
  const golden = new Golden<Case[]>('nn/layers.safetensors');
  const sameMasks = scope(() => {
    manualSeed(3);
    return relativeError(ops.empty([256]).bernoulli_(0.6), golden.tensor('bernoulli')) === 0;
  });

  golden.cases.forEach((spec, number) => {
    const settings = JSON.stringify([...spec.args, spec.options]).slice(1, -1);
    const drops = spec.seed !== null;
    const reason = drops && !sameMasks ? ' (skipped: this libtorch draws other masks from a seed)' : '';
    test.skipIf(reason !== '')(`${spec.layer}(${settings})${spec.train ? '' : ' eval'}${reason}`, () => {
      scope(() => check(golden, spec, number));
    });
  });
});

function check(golden: Golden<Case[]>, spec: Case, number: number): void {
  const module = build(spec).train(spec.train);
  module.loadStateDict(golden.tensors(`${number}.state.`));
  const inputs = [...golden.tensors(`${number}.input.`).values()];
  for (const input of inputs)
    input.requiresGrad = golden.tensors(`${number}.inputGrad.`).has(String(inputs.indexOf(input)));

  if (spec.seed !== null) manualSeed(spec.seed);
  const leaves = inputs.values();
  const outputs = flat(module.call(...spec.inputs.map((part) => nest(part, leaves))));
  for (const [i, expected] of golden.tensors(`${number}.output.`))
    expectClose(outputs[Number(i)]!, expected, `output ${i}`);

  const cotangents = [...golden.tensors(`${number}.cotangent.`).values()];
  for (const [i, output] of outputs.entries()) output.backward(cotangents[i]!, { retainGraph: true });
  compareGradients(golden, number, inputs, module);
  for (const [name, expected] of golden.tensors(`${number}.after.`))
    expectClose(module.namedBuffers().get(name)!, expected, `buffer ${name}`);
  module.dispose();
}

function compareGradients(golden: Golden<Case[]>, number: number, inputs: Tensor[], module: AnyLayer): void {
  for (const [i, expected] of golden.tensors(`${number}.inputGrad.`))
    expectClose(inputs[Number(i)]!.grad, expected, `gradient of input ${i}`);
  const gradients = golden.tensors(`${number}.grad.`);
  expect([...gradients.keys()]).toEqual([...module.namedParameters().keys()]);
  for (const [name, parameter] of module.namedParameters())
    expectClose(parameter.grad, gradients.get(name)!, `gradient of ${name}`);
}

describe('a seed gives the initial values that PyTorch gives', () => {
  const golden = new Golden<Case[]>('nn/fresh.safetensors');
  /**
   * The random stream is the same everywhere; what is made of it is rounded by each processor's own instructions (fused
   * multiply-add, vectorized logarithm and cosine), a few units in the last place of float32. Another stream differs by 1.
   */
  const tolerance = 8 * 2 ** -23;

  golden.cases.forEach((spec, number) => {
    test(`${spec.layer}`, () => {
      manualSeed(number);
      using module = build(spec);
      const expected = golden.tensors(`${number}.state.`);
      expect([...module.stateDict().keys()]).toEqual([...expected.keys()]);
      for (const [name, value] of module.stateDict())
        expectClose(value, expected.get(name)!, name, tolerance);
    });
  });

  const uses: Record<string, (t: Tensor) => Tensor> = {
    uniform_: (t) => nn.init.uniform_(t, -2, 3),
    normal_: (t) => nn.init.normal_(t, 1, 2),
    constant_: (t) => nn.init.constant_(t, 0.25),
    kaimingUniform_: (t) => nn.init.kaimingUniform_(t, { nonlinearity: 'relu' }),
    kaimingNormal_: (t) => nn.init.kaimingNormal_(t, { a: 0.1, mode: 'fan_out' }),
    xavierUniform_: (t) => nn.init.xavierUniform_(t, nn.init.calculateGain('tanh')),
    xavierNormal_: (t) => nn.init.xavierNormal_(t),
  };
  test.each(Object.entries(uses))('init.%s', (name, fill) => {
    manualSeed(5);
    expectClose(fill(ops.empty([4, 3, 2, 2])), golden.tensor(name), name, tolerance);
  });
});

/** Dropout's masks need the same random stream to be compared; its arithmetic does not. */
test('dropout scales what it keeps, forward and backward, by one mask', () => {
  scope(() => {
    const input = ops.rand([64, 32]).add_(1);
    input.requiresGrad = true;
    const output = new nn.Dropout(0.25).call(input);
    output.sum().backward();
    const kept = numbers(output).map((value) => (value === 0 ? 0 : 1 / 0.75));
    expectClose(output, input.mul(tensor(kept).view([64, 32])), 'output');
    expectClose(input.grad, tensor(kept).view([64, 32]), 'gradient');
    const share = kept.filter(Boolean).length / kept.length;
    expect(Math.abs(share - 0.75)).toBeLessThan(0.05);
  });
});
