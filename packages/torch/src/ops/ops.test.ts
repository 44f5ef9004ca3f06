import { expectTypeOf, test } from 'vitest';
import { type DType, type Generator, nn, ops, type Scalar, type Tensor } from '../index.js';

// Checked by the compiler; the functions never run.
declare const x: Tensor;
declare const either: Tensor | number;
declare const padding: number[] | 'same';
declare const dtypeOrNone: DType | null;
declare const generator: Generator;

test('results are declared as they come', () => {
  const check = () => {
    expectTypeOf(ops.add(x, 1)).toEqualTypeOf<Tensor>();
    expectTypeOf(ops.max(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(ops.max(x, 1)).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(x.max(1, { keepdim: true })).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(ops.lstm(x, [x, x], [x], true, 1, 0, false, false, true)).toEqualTypeOf<
      [Tensor, Tensor, Tensor]
    >();
    expectTypeOf(ops.where(x)).toEqualTypeOf<Tensor[]>();
    expectTypeOf(x.split(2)).toEqualTypeOf<Tensor[]>();
    expectTypeOf(ops._foreach_add_([x], 1)).toEqualTypeOf<void>();
    expectTypeOf(ops._foreach_add([x], 1)).toEqualTypeOf<Tensor[]>();
    expectTypeOf(ops.equal(x, x)).toEqualTypeOf<boolean>();
    expectTypeOf(ops.size(x, 0)).toEqualTypeOf<number>();
    expectTypeOf(x.item()).toEqualTypeOf<Scalar>();
  };
  expectTypeOf(check).returns.toBeVoid();
});

test('arguments by position and by name, and of union types', () => {
  const check = () => {
    ops.conv3d(x, x);
    ops.conv3d(x, x, null, 1, [1, 1, 1]);
    ops.conv3d(x, x, x, { stride: [1, 2, 2], padding: 'same', groups: 2 });
    ops.conv3d(x, x, null, 1, padding);
    ops.add(x, either, { alpha: 2 });
    ops.where(x, either, either);
    ops.sum(x, { dtype: dtypeOrNone });
    ops.sum(x, [0, 1], true);
    ops.arange(0, 1, 0.1, { dtype: 'float64' });
    ops.randint(0, 10, [2], { generator });
    ops.normal(0, 1, [2]);
    ops.pow(2, x);
    x.to('cuda:0');
    x.to('float16');
    x.to(x);
    x.to({ device: 'cpu', dtype: 'float32' });
    x.view([2, -1]).permute([1, 0]).mean(0);
    x.add_(1).clamp({ min: 0 });
    new nn.Linear(1, 1).call(x);
  };
  expectTypeOf(check).returns.toBeVoid();
});

test('wrong calls do not compile', () => {
  const check = () => {
    // @ts-expect-error the weight is missing
    ops.conv3d(x);
    // @ts-expect-error text for sizes
    x.view('2');
    // @ts-expect-error no such dtype
    ops.zeros([1], { dtype: 'float' });
    // @ts-expect-error no such argument
    ops.add(x, 1, { beta: 1 });
    // @ts-expect-error a list where one is wanted
    ops.relu([x]);
    // @ts-expect-error no such operator
    ops.relu_6(x);
    // @ts-expect-error several results
    ops.topk(x, 2).shape;
  };
  expectTypeOf(check).returns.toBeVoid();
});
