import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { callOp, Generator, keep, noGrad, ops, scope, type Tensor, tensor } from '../index.js';
import { errorOf, liveTensors } from './engine.test.util.js';

/** Runs what `fn` counts: tensors alive after it, compared with before. */
function left(fn: () => void): number {
  const before = liveTensors();
  fn();
  return liveTensors() - before;
}

describe('scope', () => {
  test('frees what is made in it', () => {
    let inside: Tensor | undefined;
    const count = left(() =>
      scope(() => {
        inside = tensor([1]).add(1).mul(2);
      }),
    );
    expect(count).toBe(0);
    expect(inside?.isDisposed).toBe(true);
    expect(errorOf(() => inside?.add(1)).code).toBe('torch/disposed');
  });

  test('what it returns lives on', () => {
    const x = scope(() => tensor([1]).add(1));
    expect(x.toArray()).toEqual([2]);
    x.dispose();
  });

  test('also inside arrays, objects, maps and sets, however deep, and with cycles', () => {
    const make = () => {
      const cyclic: Record<string, unknown> = { list: [tensor([1]), { deep: tensor([2]) }] };
      cyclic.map = new Map([['key', tensor([3])]]);
      cyclic.set = new Set([tensor([4])]);
      cyclic.self = cyclic;
      tensor([5]);
      return cyclic;
    };
    const before = liveTensors();
    const result = scope(make);
    expect(liveTensors() - before).toBe(4);
    const { list, map, set } = result as never as {
      list: [Tensor, { deep: Tensor }];
      map: Map<string, Tensor>;
      set: Set<Tensor>;
    };
    const alive = [list[0], list[1].deep, map.get('key')!, [...set][0]!];
    expect(alive.map((x) => x.item())).toEqual([1, 2, 3, 4]);
    for (const x of alive) x.dispose();
    expect(liveTensors()).toBe(before);
  });

  test('not inside instances of classes: they own what they hold', () => {
    class Holder {
      x = tensor([1]);
    }
    expect(scope(() => new Holder()).x.isDisposed).toBe(true);
  });

  test('results without tensors pass through', () => {
    expect(scope(() => 3)).toBe(3);
    expect(scope(() => null)).toBeNull();
    expect(scope(() => undefined)).toBeUndefined();
  });

  test('what passes from an inner scope is freed by the outer one', () => {
    let passed: Tensor | undefined;
    const count = left(() =>
      scope(() => {
        passed = scope(() => tensor([1]));
        expect(passed.isDisposed).toBe(false);
        const unused = scope(() => [tensor([2]), tensor([3])]);
        expect(unused.map((x) => x.isDisposed)).toEqual([false, false]);
      }),
    );
    expect(passed?.isDisposed).toBe(true);
    expect(count).toBe(0);
  });

  test('tensors of an outer scope are not touched by an inner one, returned or not', () => {
    scope(() => {
      const outer = tensor([1]);
      scope(() => outer.add(1));
      expect(scope(() => outer)).toBe(outer);
      expect(outer.isDisposed).toBe(false);
    });
  });

  test('an exception frees everything and passes', () => {
    let made: Tensor | undefined;
    const count = left(() =>
      expect(() =>
        scope(() => {
          made = tensor([1]);
          scope(() => {
            tensor([2]);
            throw new RangeError('out');
          });
        }),
      ).toThrow(RangeError),
    );
    expect([made?.isDisposed, count]).toEqual([true, 0]);
  });

  test('after an exception the scopes around still work', () => {
    const count = left(() =>
      scope(() => {
        expect(() =>
          scope(() => {
            throw new Error('out');
          }),
        ).toThrow();
        expect(tensor([1]).isDisposed).toBe(false);
      }),
    );
    expect(count).toBe(0);
  });

  test('async functions are refused, and what they made so far is freed', async () => {
    let run: Promise<unknown> | undefined;
    const before = liveTensors();
    const error = errorOf(() =>
      scope(() => {
        run = (async () => void tensor([1]))();
        return run;
      }),
    );
    expect(error.message).toBe(
      'scope(): expected a synchronous function, received one that returns a Promise; await outside of scope(), and use it around each synchronous part',
    );
    await run;
    expect(liveTensors()).toBe(before);
  });

  test('disposing inside a scope, and twice, is fine', () => {
    const count = left(() =>
      scope(() => {
        const x = tensor([1]);
        x.dispose();
        x.dispose();
        return x;
      }),
    );
    expect(count).toBe(0);
  });

  test('the same tensor returned twice is one tensor', () => {
    const [one, two] = scope(() => {
      const x = tensor([1]);
      return [x, x];
    });
    expect(one).toBe(two);
    one.dispose();
  });
});

describe('keep', () => {
  test('takes a tensor out of all scopes', () => {
    let kept: Tensor | undefined;
    scope(() => {
      scope(() => {
        kept = keep(tensor([7]));
      });
    });
    expect(kept?.item()).toBe(7);
    expect(left(() => kept?.dispose())).toBe(-1);
  });

  test('of a tensor from an outer scope, or from none', () => {
    const outside = tensor([1]);
    scope(() => expect(keep(outside)).toBe(outside));
    expect(outside.isDisposed).toBe(false);
    let kept: Tensor | undefined;
    scope(() => {
      const x = tensor([2]);
      scope(() => {
        kept = keep(x);
      });
    });
    expect(kept?.isDisposed).toBe(false);
    kept?.dispose();
    outside.dispose();
    keep(outside); // disposed already: nothing to keep
    expect(outside.isDisposed).toBe(true);
  });
});

describe('leaks', () => {
  test('each kind of call in a scope leaves nothing', () => {
    const count = left(() =>
      scope(() => {
        const x = ops.arange(24).view([2, 3, 4]).requires_grad_();
        x.max(1);
        x.split(1, 1);
        x.index(0, '...', tensor([0n, 1n]));
        noGrad(() => x.indexPut_([0], 5));
        callOp('aten::_foreach_add', [x, x], 1);
        x.sum().backward();
        String(x);
        x.toTypedArray();
        return [x.grad, x.grad].length;
      }),
    );
    expect(count).toBe(0);
  });

  test('100,000 tensors at once', () => {
    const count = left(() =>
      scope(() => {
        const many = Array.from({ length: 100_000 }, () => ops.zeros([1]));
        expect(liveTensors()).toBeGreaterThanOrEqual(100_000);
        expect(new Set(many.map((x) => x.handle)).size).toBe(100_000);
      }),
    );
    expect(count).toBe(0);
  });
});

describe('without a scope', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  /** Finalizers run after a macrotask, some time after a collection. */
  async function collected(until: () => boolean): Promise<void> {
    for (let i = 0; i < 50 && !until(); i++) {
      collect();
      await wait(10);
    }
  }

  test('the garbage collector is the backstop', async () => {
    const before = liveTensors();
    (() => {
      for (let i = 0; i < 100; i++) tensor([i]);
    })();
    expect(liveTensors()).toBe(before + 100);
    await collected(() => liveTensors() <= before);
    expect(liveTensors()).toBeLessThanOrEqual(before);
  });

  test('also for what left its scope, or was kept', async () => {
    const before = liveTensors();
    (() => {
      for (let i = 0; i < 50; i++) scope(() => [tensor([i]), keep(tensor([i]))].slice(0, 1));
    })();
    expect(liveTensors()).toBe(before + 100);
    await collected(() => liveTensors() <= before);
    expect(liveTensors()).toBeLessThanOrEqual(before);
  });

  test('but not for tensors in use', async () => {
    const x = tensor([1]);
    const view = x.view([1, 1]);
    const generator = new Generator(1);
    let rounds = 0;
    await collected(() => rounds++ === 5);
    expect([x.item(), view.item()]).toEqual([1, 1]);
    expect(ops.rand([1], { generator }).shape).toEqual([1]);
  });
});
