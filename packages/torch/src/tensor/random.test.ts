import { describe, expect, test } from 'vitest';
import { errorOf, liveTensors } from '../engine/engine.test.util.js';
import { Generator, getRngState, manualSeed, ops, setRngState, type Tensor } from '../index.js';

const bytes = (x: Tensor): string => Buffer.from(x.toBytes()).toString('hex');

/** Draws of several kinds: normal ones are made in pairs and in blocks of 16, so the state is more than a position. */
const draw = (generator?: Generator): string => {
  const named = generator === undefined ? {} : { generator };
  const drawn = [
    ops.randn([3], named),
    ops.rand([5], named),
    ops.randn([40], named),
    ops.randint(1000, [7], named as { generator: Generator }),
    ops.randperm(11, named),
    ops.zeros([4]).normal_(0, 1, named),
    ops.bernoulli(ops.full([20], 0.5), named),
    ops.randn([1], named),
  ];
  return drawn.map(bytes).join(' ');
};

describe('the default generator', () => {
  test('same seed, same bits; another seed, others', () => {
    manualSeed(42);
    const first = draw();
    manualSeed(42);
    expect(draw()).toBe(first);
    manualSeed(43);
    expect(draw()).not.toBe(first);
  });

  test('draws what PyTorch draws', () => {
    manualSeed(0); // torch.manual_seed(0); torch.rand(3)
    expect(String(ops.rand([3]))).toBe('tensor([0.4963, 0.7682, 0.0885])');
    manualSeed(0); // torch.manual_seed(0); torch.randn(3)
    expect(String(ops.randn([3]))).toBe('tensor([ 1.5410, -0.2934, -2.1788])');
  });

  test('a saved state draws the same bits again, in the middle of a pair too', () => {
    manualSeed(1);
    for (const before of [0, 1, 2, 3]) {
      for (let i = 0; i < before; i++) ops.randn([1]);
      const state = getRngState();
      const first = draw();
      expect(draw()).not.toBe(first);
      setRngState(state);
      expect(draw()).toBe(first);
    }
  });

  test('seeds as bigints, up to 64 bits', () => {
    manualSeed(2n ** 62n);
    const first = draw();
    manualSeed(2n ** 62n);
    expect(draw()).toBe(first);
    expect(errorOf(() => manualSeed(1.5)).message).toMatch(/^manualSeed: .*an integer, received 1.5/);
    expect(errorOf(() => manualSeed(2n ** 64n)).message).toContain('integer');
  });

  test.each([
    ['too short', (state: Uint8Array) => state.subarray(1)],
    ['empty', () => new Uint8Array(0)],
    ['nonsense', (state: Uint8Array) => state.map(() => 255)],
  ])('a state that is %s is refused, and the one before stays', (_, damage) => {
    manualSeed(5);
    const state = getRngState();
    const error = errorOf(() => setRngState(damage(state)));
    expect(error.message).toMatch(/^setGeneratorState: /);
    const first = draw();
    setRngState(state);
    expect(draw()).toBe(first);
  });

  test('an unknown device', () => {
    expect(errorOf(() => getRngState('gpu')).code).toBe('torch/engine');
  });
});

describe('a generator of one’s own', () => {
  test('same seed, same bits, as the default one', () => {
    using one = new Generator(7);
    using two = new Generator(7);
    const first = draw(one);
    expect(draw(two)).toBe(first);
    manualSeed(7);
    expect(draw()).toBe(first);
  });

  test('leaves the default one alone', () => {
    using own = new Generator(1);
    manualSeed(3);
    const first = draw();
    manualSeed(3);
    draw(own);
    expect(draw()).toBe(first);
  });

  test('state, saved and restored, also into another one', () => {
    using one = new Generator(1);
    draw(one);
    const state = one.getState();
    const first = draw(one);
    one.setState(state);
    expect(draw(one)).toBe(first);
    using other = new Generator(99);
    other.setState(state);
    expect(draw(other)).toBe(first);
  });

  test('disposed: nothing works, and twice is once', () => {
    const own = new Generator(1);
    own.dispose();
    own.dispose();
    for (const use of [() => own.getState(), () => own.setState(getRngState()), () => draw(own)])
      expect(errorOf(use).code).toBe('torch/disposed');
  });

  test('a fraction is no seed', () =>
    expect(errorOf(() => new Generator(0.5)).message).toContain('expected an integer, received 0.5'));
});

test('states leave no tensors behind', () => {
  const before = liveTensors();
  setRngState(getRngState());
  errorOf(() => setRngState(new Uint8Array(1)));
  expect(liveTensors()).toBe(before);
});
