import { describe, expect, test } from 'vitest';
import { errorOf, liveTensors } from '../engine/engine.test.util.js';
import { callOp, Generator, ops, scope, tensor } from '../index.js';

describe('refusals', () => {
  test('libtorch refuses: operator, dtypes and shapes, its reason, the C++ backtrace with the cause', () => {
    const error = errorOf(() => ops.mm(ops.zeros([2, 3]), ops.zeros([4, 5], { dtype: 'float64' })));
    expect(error.code).toBe('torch/operator');
    expect(error.message).toMatch(
      /^aten::mm\(float32\[2, 3\], float64\[4, 5\]\): expected arguments that libtorch accepts, received .*(3x|mat1|dtype)/,
    );
    expect(error.message).not.toContain('\n');
    const native = (error.cause as { native: string }).native;
    expect(native).toContain('frame #');
    expect(error.stack).toContain('refusal.test');
  });

  test('a disposed tensor names the operator', () => {
    const x = tensor([1]);
    x.dispose();
    const error = errorOf(() => ops.add(tensor([1]), x));
    expect(error.code).toBe('torch/disposed');
    expect(error.message).toMatch(
      /^aten::add: expected a tensor that has not been disposed, received one that has been disposed/,
    );
    expect(errorOf(() => ops.cat([x])).message).toMatch(/^aten::cat: /);
    expect(errorOf(() => x.relu_()).message).toMatch(/^aten::relu_: /);
  });

  test('a disposed generator', () => {
    const generator = new Generator(1);
    generator.dispose();
    expect(errorOf(() => ops.randn([1], { generator })).message).toMatch(
      /^aten::randn: expected a generator that has not been disposed/,
    );
  });

  test('an unknown operator or overload', () => {
    expect(errorOf(() => callOp('aten::no_such_thing')).code).toBe('torch/unknown-operator');
    expect(errorOf(() => callOp('aten::add.NoSuch', tensor(1))).code).toBe('torch/unknown-operator');
    expect(errorOf(() => callOp('no_such_space::add')).message).toContain("received 'no_such_space::add'");
    expect(errorOf(() => callOp('')).code).toBe('torch/unknown-operator');
  });

  const wrong: [string, unknown[], RegExp][] = [
    ['a fraction for an int', ['aten::select', tensor([1]), 0.5, 0], /expected int for 'dim', received 0.5/],
    ['a fraction in int[]', ['aten::zeros', [2.5]], /expected int\[\] for 'size', received \[2.5\]/],
    ['text for int[3]', ['aten::conv3d', tensor(1), tensor(1), { stride: 'x' }], /int\[3\] for 'stride'/],
    [
      'an unknown dtype',
      ['aten::zeros', [1], { dtype: 'float' }],
      /ScalarType\? for 'dtype', received 'float'/,
    ],
    [
      'an unknown name',
      ['aten::relu', tensor(1), { nope: 1 }],
      /expected no arguments by name, received 'nope'/,
    ],
    ['a name given twice', ['aten::add', tensor(1), 2, { other: 1 }], /received 'other'/],
    ['too many', ['aten::relu', tensor(1), 1, 2], /expected at most 1 arguments by position, received 3/],
    ['too few', ['aten::mm', tensor(1)], /expected Tensor for 'mat2', received nothing/],
    ['null for a tensor', ['aten::mm', tensor(1), null], /expected Tensor for 'mat2', received null/],
    ['a list with holes', ['aten::cat', [tensor(1), null]], /expected Tensor\[\] for 'tensors'/],
    ['a function', ['aten::relu', () => 1], /expected Tensor for 'self', received a function/],
    ['a symbol', ['aten::relu', Symbol('s')], /received Symbol\(s\)/],
    ['a date', ['aten::relu', new Date(0)], /expected Tensor for 'self', received a Date/],
    [
      'a typed array',
      ['aten::relu', new Float32Array(3)],
      /expected Tensor for 'self', received Float32Array\(3\)/,
    ],
    [
      'a tensor of another copy',
      ['aten::relu', new (class Tensor {})()],
      /received a Tensor of another copy of @kinora\/torch/,
    ],
    ['a nested list', ['aten::view', tensor([1]), [[1]]], /for 'size', received \[\[1\]\]/],
    ['a bigint that is no int64', ['aten::select', tensor([1]), 2n ** 70n, 0], /expected an integer/],
    [
      'an integer beyond 2^53',
      ['aten::select', tensor([1]), 1e300, 0],
      /expected an integer, received 1e\+300/,
    ],
    ['more than int64 as Scalar', ['aten::add', tensor([1n]), 2n ** 64n], /expected an integer/],
    [
      'one number for bool[3]',
      ['aten::_trilinear', ...Array(3).fill(tensor(1)), [0], [0], [0], true],
      /int\[\]/,
    ],
  ];
  test.each(wrong)('%s', (_, [name, ...args], message) => {
    const error = errorOf(() => callOp(name as string, ...args));
    expect(['torch/no-overload', 'torch/operator']).toContain(error.code);
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(`${name}(`)).toBe(true);
  });

  test('long lists are cut in messages', () => {
    const message = errorOf(() => callOp('aten::view', tensor([1]), Array(1000).fill(0.5))).message;
    expect(message.length).toBeLessThan(600);
    expect(message).toContain('... (1000)');
  });

  test('the overloads there are stand in the message', () => {
    expect(errorOf(() => callOp('aten::sum', tensor(1), 'x')).message).toContain(
      'aten::sum.dim_IntList(Tensor self, int[1]? dim',
    );
  });

  test('a failed call leaves nothing behind', () => {
    const before = liveTensors();
    scope(() => {
      for (let i = 0; i < 20; i++) errorOf(() => ops.mm(ops.zeros([2, 3]), ops.zeros([2, 3])));
    });
    expect(liveTensors()).toBe(before);
  });
});
