import { describe, expect, test } from 'vitest';
import { liveTensors } from '../engine/engine.test.util.js';
import { nn, noGrad, ops, scope, tensor, trace } from '../index.js';

describe('trace', () => {
  test('records operators with overload, inputs by name with defaults, and outputs', () => {
    const x = tensor([[1, 2]]);
    const weight = ops.ones([3, 2]);
    const { result, calls, idOf, tensorOf } = trace(() => ops.linear(x, weight).relu());
    expect(calls.map(({ operator, overload }) => [operator, overload])).toEqual([
      ['aten::linear', ''],
      ['aten::relu', ''],
    ]);
    const [linear, relu] = calls;
    expect([...linear!.inputs]).toEqual([
      ['input', { tensor: idOf(x), shape: [1, 2], dtype: 'float32' }],
      ['weight', { tensor: idOf(weight), shape: [3, 2], dtype: 'float32' }],
      ['bias', null],
    ]);
    expect(relu!.inputs.get('self')).toEqual(linear!.outputs[0]);
    expect(relu!.outputs).toEqual([{ tensor: idOf(result), shape: [1, 3], dtype: 'float32' }]);
    expect(idOf(tensor(1))).toBeUndefined();
    expect([tensorOf(idOf(weight)!), tensorOf(99)]).toEqual([weight, undefined]);
  });

  test('defaults are those of the schema', () => {
    const { calls } = trace(() => ops.conv3d(ops.ones([1, 1, 2, 2, 2]), ops.ones([1, 1, 1, 1, 1])));
    const { inputs } = calls.at(-1)!;
    expect([inputs.get('stride'), inputs.get('groups'), inputs.get('bias')]).toEqual([[1, 1, 1], 1, null]);
    expect(calls[0]!.inputs.get('size')).toEqual([1, 1, 2, 2, 2]);
  });

  test('in-place calls give out the tensor they took, lists become lists, several outputs are several', () => {
    const x = tensor([3, 1, 2]);
    const { calls, idOf } = trace(() => {
      x.add_(1);
      ops.cat([x, x]);
      x.sort();
    });
    const [add, cat, sort] = calls;
    expect(add!.outputs).toEqual([{ tensor: idOf(x), shape: [3], dtype: 'float32' }]);
    expect(cat!.inputs.get('tensors')).toEqual([
      expect.objectContaining({ tensor: idOf(x) }),
      expect.objectContaining({ tensor: idOf(x) }),
    ]);
    expect(sort!.outputs).toEqual([
      expect.objectContaining({ shape: [3], dtype: 'float32' }),
      expect.objectContaining({ shape: [3], dtype: 'int64' }),
    ]);
  });

  test('names the module each operator ran in', () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
    const { calls, modules, result, idOf } = trace(() => noGrad(() => model.call(tensor([[1, 2]]))));
    expect(calls.map(({ operator, module }) => [operator, module])).toEqual([
      ['aten::linear', '0'],
      ['aten::relu', '1'],
      ['aten::linear', '2'],
    ]);
    expect(modules.map(({ path, output }) => [path, output.shape])).toEqual([
      ['0', [1, 3]],
      ['1', [1, 3]],
      ['2', [1, 1]],
      ['', [1, 1]],
    ]);
    expect(modules[3]!.output.tensor).toBe(idOf(result));
  });

  test('ends with its function, thrown or not', () => {
    expect(() =>
      trace(() => {
        tensor(1).relu();
        throw new Error('out');
      }),
    ).toThrow('out');
    const { calls } = trace(() => 1);
    tensor(1).relu();
    expect(calls).toEqual([]);
  });

  test('one around another sees the calls of both', () => {
    const outer = trace(() => {
      tensor(1).relu();
      return trace(() => tensor(1).exp());
    });
    expect(outer.calls.map(({ operator }) => operator)).toEqual(['aten::relu', 'aten::exp']);
    expect(outer.result.calls.map(({ operator }) => operator)).toEqual(['aten::exp']);
  });

  test('holds no tensor alive', () => {
    const before = liveTensors();
    const { calls } = trace(() => scope(() => tensor([1]).add(1).sum().item()));
    expect([calls.length, liveTensors()]).toEqual([2, before]);
  });
});
